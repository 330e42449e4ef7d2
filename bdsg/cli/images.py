"""``python -m bdsg images PROTOCOL``: anomaly detection on images, BDSG beside its rivals."""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bdsg import __version__
from bdsg.cli.writing import writable
from bdsg.config.image_config import QUICK, QUICK_BASELINE_STEPS, image_config
from bdsg.errors import ConfigError
from bdsg.runs.result import Progress

if TYPE_CHECKING:
    from bdsg.image_experiments.jobs import Setting

ROOM = 100_000
"""Bytes that the results of a unit are sure to need."""

PROTOCOLS = ("digits", "mnist", "cifar10", "table1")


def add_parser(commands: Any) -> None:
    """Add ``images`` to the commands."""
    images = commands.add_parser("images", help="leave one class of images out, or compare data sets (table1)")
    images.add_argument("protocol", choices=PROTOCOLS)
    images.add_argument("--out", metavar="DIR", type=Path, required=True, help="results; finished parts are kept there")
    images.add_argument("--left-out", metavar="CLASS", type=int, nargs="+", default=[], help="default: every class")
    images.add_argument("--methods", metavar="NAME", nargs="+", default=[], help="bdsg and rivals; default: all")
    images.add_argument("--train", metavar="N", type=int, help="training images at most")
    images.add_argument("--test", metavar="N", type=int, help="test images at most")
    images.add_argument("--data", metavar="DIR", type=Path, help="directory of .npz files; default $BDSG_DATA")
    images.add_argument("--download", action="store_true", help="fetch official files that are missing")
    images.add_argument("--seed", type=int, default=0)
    images.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    images.add_argument(
        "--threads", type=int, default=1, help="of PyTorch and BLAS; scores may differ in the last bits"
    )
    images.add_argument("--copy-to", metavar="DIR", type=Path, help="write results and boundary images there too")
    images.add_argument("--quick", action="store_true", help="tiny models, to see it work")
    images.add_argument("--quiet", action="store_true", help="no progress on stderr")
    images.set_defaults(command=run)


def run(chosen: argparse.Namespace) -> int:
    """Run what is missing, write the results and print the tables."""
    if chosen.threads < 1:
        raise ConfigError("threads", chosen.threads, "must be at least 1.")
    with writable(chosen.out, ROOM):
        table = table_one(chosen) if chosen.protocol == "table1" else left_out(chosen)
    print(table, end="")
    return 0


def setting_of(chosen: argparse.Namespace, protocol: str) -> Setting:
    """What all units share, from the arguments."""
    from bdsg.image_experiments.jobs import Setting
    from bdsg.numerics.device import torch_device

    torch_device(chosen.device)
    sizes = {name: value for name, value in (("train", chosen.train), ("test", chosen.test)) if value is not None}
    config = image_config(protocol, **(QUICK if chosen.quick else {}), **sizes)
    steps = QUICK_BASELINE_STEPS if chosen.quick else None
    data = (chosen.data, chosen.download)
    return Setting(protocol, config, chosen.seed, chosen.out, *data, chosen.device, steps, chosen.threads)


def left_out(chosen: argparse.Namespace) -> str:
    """One class left out: every unit that is not there yet; the tables."""
    from bdsg.baselines.registry import known
    from bdsg.data.images import DATA_SETS
    from bdsg.image_experiments.jobs import METHODS, run_unit
    from bdsg.image_experiments.result_tables import copy_results, markdown, results_of, write_results

    setting, methods = setting_of(chosen, chosen.protocol), known(chosen.methods, METHODS)
    classes = chosen.left_out or list(range(DATA_SETS[chosen.protocol].count))
    units = []
    for method in methods:
        for one in dict.fromkeys(classes):
            label = f"{chosen.protocol}, {one} left out, {method}"
            units.append(run_unit(setting, one, method, reporter(label, chosen.quiet)))
    results = results_of(setting, units, versions())
    table = markdown(results)
    write_results(setting.out, results, table)
    if chosen.copy_to is not None:
        copy_results(setting.out, chosen.copy_to, results, table)
    return table


def table_one(chosen: argparse.Namespace) -> str:
    """Table 1: mean loss and L1 of normal images and of other data sets."""
    from bdsg.image_experiments.table_one import measure, table_text, write_table

    settings = [setting_of(chosen, name) for name in ("mnist", "cifar10")]
    parts = [measure(one, reporter(f"table 1, {one.protocol}", chosen.quiet)) for one in settings]
    text = table_text(parts, settings[0].config.train, settings[0].config.test)
    write_table(chosen.out, parts, text)
    return text


def versions() -> dict[str, str]:
    """Of this package and of what its numbers depend on."""
    return {
        "bdsg": __version__,
        **{name: importlib.metadata.version(name) for name in ("torch", "numpy", "scikit-learn")},
    }


def reporter(label: str, quiet: bool) -> Any:
    """Prints how far a unit is, on stderr."""

    def report(progress: Progress) -> None:
        if not quiet:
            terms = ", ".join(f"{name} {value:.4g}" for name, value in progress.terms.items())
            done = f"{progress.step}/{progress.steps}"
            print(f"{label}: {progress.stage} {done}, {progress.seconds:.0f} s, {terms}", file=sys.stderr, flush=True)

    return report
