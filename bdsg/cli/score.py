"""``python -m bdsg score DIR POINTS.csv``: points under a saved run, or rows under a saved detector."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np

from bdsg.cli import detect, table_options
from bdsg.data.tables import Table
from bdsg.errors import ConfigError
from bdsg.runs.directory import read_run


def add_parser(commands: Any) -> None:
    """Add the command."""
    score = commands.add_parser("score", help="log density of points under a saved run, as CSV")
    score.add_argument("run", metavar="DIR", type=Path, help="a directory that `run` or `fit` wrote")
    score.add_argument(
        "points", metavar="POINTS.csv", type=Path, help="two columns, x and y; for a detector its columns"
    )
    table_options.add_options(score)
    score.set_defaults(command=_score)


def _points(chosen: argparse.Namespace) -> Table:
    """A table of two columns."""
    table = table_options.read(chosen.points, chosen)
    if len(table.names) != 2:
        words = f"must have 2 columns of numbers, x and y, not {len(table.names)}."
        raise ConfigError(str(chosen.points), ", ".join(table.names), words)
    return table


def _score(chosen: argparse.Namespace) -> int:
    if detect.holds_detector(chosen.run):
        return detect.score_table(chosen.run, chosen.points, chosen)
    run = read_run(chosen.run)
    table = _points(chosen)
    points = table.values
    from bdsg.experiments import run_experiment

    log_density = run_experiment.density_from_parameters(run.config, run.parameters)(points)
    wrong = np.isnan(log_density)
    if wrong.any():  # before anything is printed
        point = tuple(points[wrong][0].tolist())
        raise ConfigError("point", point, "has no density in floating point: keep points near the data.")
    print("x,y,log_density,normal")
    for (x, y), value in zip(points.tolist(), log_density.tolist(), strict=True):
        print(f"{x!r},{y!r},{value!r},{int(value >= math.log(run.config.epsilon))}")
    table_options.say(table)
    return 0
