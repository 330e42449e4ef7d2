"""``python -m bdsg fit`` and the scores of tables: the detector without Python."""

from __future__ import annotations

import argparse
import csv
import math
import os
import sys
from pathlib import Path
from typing import Any

from bdsg.cli import table_options
from bdsg.cli.writing import writable, write_or_rescue
from bdsg.detector.detector_file import FILE
from bdsg.errors import ConfigError

ROOM = 10_000
"""Bytes that a detector of a few columns needs."""


def add_parser(commands: Any) -> None:
    """Add the command ``fit``; ``score`` is shared with runs."""
    fit = commands.add_parser("fit", help="fit the detector of outliers to a table of normal rows")
    fit.add_argument("table", metavar="TABLE", type=Path, help="CSV or Parquet")
    fit.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write the detector")
    fit.add_argument("--columns", metavar="NAME", nargs="+", help="those to use; by default all of numbers")
    fit.add_argument("--contamination", type=float, default=0.1, help="share of the rows that count as outliers (0.1)")
    fit.add_argument("--epsilon", type=float, help="density threshold, instead of a contamination")
    fit.add_argument("--seed", type=int, default=0)
    table_options.add_options(fit)
    fit.set_defaults(command=fit_table)


def holds_detector(folder: Path) -> bool:
    """Whether ``fit`` wrote this directory."""
    return os.path.isfile(folder / FILE)  # where it may not be looked at, whoever reads it says so


def fit_table(chosen: argparse.Namespace) -> int:
    """Fit, save, and say what was learned."""
    from bdsg.detector import BDSGDetector  # loads scikit-learn

    _check_options(chosen)
    table = table_options.read(chosen.table, chosen, chosen.columns)
    detector = BDSGDetector(contamination=chosen.contamination, epsilon=chosen.epsilon, random_state=chosen.seed)
    with writable(chosen.out, ROOM):
        try:
            detector.fit(_frame(table.values, table.names))
        except ConfigError:
            raise
        except ValueError as error:  # scikit-learn's sentences
            raise ConfigError(
                str(chosen.table), f"{table.values.shape}", _refusal("cannot be fitted", error)
            ) from error
        write_or_rescue(detector.save, chosen.out)
    table_options.say(table)
    modes = sum(part["modes"] for part in detector.chosen_)
    rows, columns = table.values.shape
    print(f"{rows:,} rows of {columns:,} columns; {modes} Gaussians; log ε = {detector.offset_:.4g}; {chosen.out}")
    return 0


def _check_options(chosen: argparse.Namespace) -> None:
    """Raises ConfigError for an option that no table can make right."""
    if not 0 < chosen.contamination <= 0.5:
        limit = "must be a share of the rows above 0, and 0.5 at most."
        raise ConfigError("--contamination", chosen.contamination, limit)
    if chosen.epsilon is not None and not 0 < chosen.epsilon < math.inf:
        raise ConfigError("--epsilon", chosen.epsilon, "must be a density: finite, and above 0.")
    if not 0 <= chosen.seed < 2**32:
        raise ConfigError("--seed", chosen.seed, f"must lie between 0 and {2**32 - 1:,}.")


def score_table(folder: Path, path: Path, chosen: argparse.Namespace) -> int:
    """Print for each row log p_g, log p_g − log ε, and whether it is an outlier."""
    from bdsg.detector import BDSGDetector

    detector = BDSGDetector.load(folder)
    names = list(getattr(detector, "feature_names_in_", []))
    table = table_options.read(path, chosen, names or None)
    try:
        scores = detector.score_samples(_frame(table.values, table.names) if names else table.values)
    except ValueError as error:  # scikit-learn's sentences
        raise ConfigError(str(path), f"{table.values.shape}", _refusal("does not fit the detector", error)) from error
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("row", "log_density", "decision", "outlier"))
    for number, score in zip(table.rows.tolist(), scores.tolist(), strict=True):
        decision = score - detector.offset_
        out.writerow((number, repr(score), repr(decision), int(decision < 0)))
    table_options.say(table)
    return 0


def _refusal(words: str, error: ValueError) -> str:
    """With the first line of what scikit-learn says."""
    first = str(error).strip().partition("\n")[0]
    return f"{words} ({first.rstrip('.')})."


def _frame(values: Any, names: list[str]) -> Any:
    """With its names, so that a table whose columns are in another order is told."""
    import pandas

    return pandas.DataFrame(values, columns=names)
