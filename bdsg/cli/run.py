"""``python -m bdsg run CONFIG.json --out DIR``: train, save, and print the scores."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from bdsg import number_text
from bdsg.cli.progress_bar import progress_bars
from bdsg.cli.reading import read_config
from bdsg.cli.writing import writable, write_or_rescue
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.runs.directory import write_run
from bdsg.runs.result import Progress, Result

ROOM = 1_000_000
"""Bytes that a run is sure to need; with the usual 100 snapshots it is three times as much."""

SCORES = ("bp1", "boundary_recall", "bf1", "bp2", "precision", "recall", "f1", "accuracy", "auroc", "auprc")
"""Rows of the score table."""


def add_parser(commands: Any) -> None:
    """Add the command."""
    run = commands.add_parser("run", help="run an experiment and save it")
    run.add_argument("config", metavar="CONFIG.json", type=Path, help="see `presets --show NAME` for one to start from")
    run.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write the run")
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    run.set_defaults(command=_run)


def _run(chosen: argparse.Namespace) -> int:
    config = read_config(chosen.config)
    with writable(chosen.out, ROOM):
        result = _follow(config, quiet=chosen.quiet)
        write_or_rescue(partial(write_run, result), chosen.out)
    print(_score_table(result), end="")
    return 0


def _follow(config: ExperimentConfig, *, quiet: bool) -> Result:
    """Run to the end, with a progress bar on stderr."""
    from bdsg.experiments import run_experiment

    result: Result | None = None
    with progress_bars(quiet) as show:
        for event in run_experiment.run(config):
            if isinstance(event, Progress):
                show(event)
            elif isinstance(event, Result):
                result = event
    if result is None:
        raise BDSGError("The run ended without a result: start it again.")
    return result


def _score_table(result: Result) -> str:
    """The scores at the run's own levels, one a line; BP1 never without boundary recall."""
    config, scores = result.config, result.summary["scores"]
    rows = [(number_text.SCORES[name].title, number_text.score(scores, name)) for name in SCORES]
    width = max(len(name) for name, _ in rows)
    head = f"Scores at ε = {number_text.setting(config.epsilon)}, δ = {number_text.setting(config.delta)}\n"
    return head + "".join(f"{name:<{width}}  {value}\n" for name, value in rows)
