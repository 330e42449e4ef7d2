"""``python -m bdsg demo [CONFIG.json …] --out DIR``: pages on which B(z) trains, for a disk or any static host."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

from bdsg.cli.reading import read_config
from bdsg.cli.writing import writable, write_or_rescue
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.number_text import setting
from bdsg.runs.directory import explained, write_together
from bdsg.standalone import instrument
from bdsg.standalone.page import list_page

INDEX = "index.html"
ROOM = 400_000
"""Bytes of one page at most."""


def add_parser(commands: Any) -> None:
    """Add the command."""
    demo = commands.add_parser("demo", help="write pages on which B(z) trains, for a disk or any static host")
    words = "what a page opens with; without any, the paper's loss on two modes"
    demo.add_argument("configs", metavar="CONFIG.json", type=Path, nargs="*", help=words)
    demo.add_argument("--out", metavar="DIR", type=Path, required=True, help=f"where to write {INDEX} and the others")
    demo.set_defaults(command=_demo)


def _demo(chosen: argparse.Namespace) -> int:
    read = [(path.stem, read_config(path)) for path in chosen.configs]
    pages = _pages(read or [("Play", ExperimentConfig.from_dict(instrument.START))])
    with writable(chosen.out, ROOM * len(pages)):
        write_or_rescue(partial(_write, pages), chosen.out)
    for name, content in pages.items():
        print(f"{chosen.out / name}  {len(content) / 1000:.0f} kB")
    return 0


def _write(pages: dict[str, bytes], folder: Path) -> None:
    with explained(folder):
        write_together(folder, pages)


def _pages(configs: list[tuple[str, ExperimentConfig]]) -> dict[str, bytes]:
    """Each page by its name: the instrument itself, or one for each config and, last, the list of them."""
    files: dict[str, str] = {}
    links = []
    for stem, config in configs:
        title = PRESETS[config.data.preset].title if config.data.preset else stem
        name = INDEX if len(configs) == 1 else _free(stem, files)
        files[name] = instrument.one_file(config, f"BDSG: {title}")
        links.append((name, title, _words(stem, config)))
    if len(configs) > 1:
        files[INDEX] = list_page(links)
    return {name: text.encode() for name, text in files.items()}


def _free(stem: str, taken: Collection[str]) -> str:
    """A name for a file that is like the config's and that no other has."""
    names = (f"{stem}{end}.html" for end in itertools.chain([""], (f"-{k}" for k in itertools.count(2))))
    return next(name for name in names if name.lower() not in {INDEX, *map(str.lower, taken)})


def _words(stem: str, config: ExperimentConfig) -> str:
    boundary = config.boundary
    loss = "eq. 4" if boundary.objective == "paper" else "ours"
    weights = f"λ1 = {setting(boundary.lambda1)} · λ2 = {setting(boundary.lambda2)}"
    name = f"{stem} · " if config.data.preset else ""
    return f"{name}{loss} · ε = {setting(config.epsilon)} · {weights} · seed {config.seed}"
