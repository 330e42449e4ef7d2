"""``python -m bdsg rivals CONFIG.json``: BDSG and other methods on the same data."""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bdsg.baselines.contract import BaselineScores
from bdsg.baselines.registry import METHODS, known
from bdsg.baselines.report import table
from bdsg.cli.progress_bar import progress_bars
from bdsg.cli.reading import read_config
from bdsg.number_text import setting
from bdsg.runs.cache import Store
from bdsg.runs.result import Progress


def add_parser(commands: Any) -> None:
    """Add the command."""
    rivals = commands.add_parser("rivals", help="train BDSG and other methods on a config, and print their scores")
    rivals.add_argument("config", metavar="CONFIG.json", type=Path, help="as for `run`")
    rivals.add_argument("--methods", metavar="NAME", nargs="+", default=[], help=f"among {', '.join(METHODS)}")
    rivals.add_argument("--json", action="store_true", help="print JSON instead of a table")
    rivals.add_argument("--quiet", action="store_true", help="no progress bar")
    rivals.set_defaults(command=_rivals)


def _rivals(chosen: argparse.Namespace) -> int:
    methods, config = known(chosen.methods), read_config(chosen.config)
    from bdsg.experiments.compare import contest  # loads PyTorch

    rows: list[BaselineScores] = []
    with tempfile.TemporaryDirectory() as folder, progress_bars(chosen.quiet) as show:
        # Both objectives of BDSG share a density through the store.
        for event in contest(config, methods, snapshots=2, store=Store(folder)):
            if isinstance(event, Progress):
                show(event)
            elif isinstance(event, BaselineScores):
                rows.append(event)
    if chosen.json:
        print(json.dumps({"config": config.to_dict(), "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print(f"Scores at ε = {setting(config.epsilon)}, δ = {setting(config.delta)}\n{table(rows)}", end="")
    return 0
