"""Results of the image protocols that ship with the app: tables, and for each left-out class what the page draws."""

from __future__ import annotations

import functools
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bdsg.errors import LONGEST_REASON, StoreError, on_a_line
from bdsg.runs.tensor_file import Arrays, unpack

FOLDER = Path(__file__).parents[2] / "components" / "assets" / "images"
RESULTS = "results.json"
FORMAT = 1
ORDER = ("digits", "mnist", "cifar10")
"""Protocols as the page lists them; what is here of others follows."""


@dataclass(frozen=True)
class Row:
    """One method's scores on one left-out class.

    Attributes:
        left_out: the class, as the data set counts them.
        method: its name in the registry.
        score: which of the method's scores it is; empty if it has one alone.
        auroc, auprc: with the left-out class as the positive one; None where training failed.
        seconds: of training.
        error: the sentence with which it failed.
    """

    left_out: int
    method: str
    score: str
    auroc: float | None
    auprc: float | None
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Results:
    """What one protocol gave.

    Attributes:
        protocol: the data set's name.
        rows: in the file's order.
        boundary: for each left-out class, the file of arrays that the page draws.
        facts: the file's other entries, such as the seed and the number of training images.
    """

    protocol: str
    rows: tuple[Row, ...]
    boundary: dict[int, Path]
    facts: dict[str, Any]

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that were left out, in order."""
        return tuple(sorted({row.left_out for row in self.rows} | self.boundary.keys()))


def available() -> dict[str, Results]:
    """The results that there are by protocol, in the page's order: those in ``$BDSG_IMAGES`` before those shipped.

    Raises:
        StoreError: a file is damaged, or of another version.
    """
    folders = [FOLDER, *(Path(own) for own in [os.environ.get("BDSG_IMAGES")] if own)]
    paths = [path for folder in folders for path in sorted(folder.glob(f"*{RESULTS}"))]
    found = {results.protocol: results for results in map(read, paths)}
    return {name: found[name] for name in (*ORDER, *found) if name in found}


def read(path: Path) -> Results:
    """One protocol's results.

    Raises:
        StoreError: they are missing, damaged, or of another version.
    """
    return _read(path, _stamp(path))


def _stamp(path: Path) -> int:
    """When a file was last written: an own run may go on while the app is open."""
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"{path} cannot be read ({reason}): make it again by `python -m bdsg images`.") from error


@functools.lru_cache(maxsize=16)
def _read(path: Path, _: int) -> Results:
    try:
        held = json.loads(path.read_bytes())
        if (found := held.pop("format", None)) != FORMAT:
            raise StoreError(f"{path} has format {found!r}, but this version reads {FORMAT}: make it again.")
        rows = tuple(_row(entry) for entry in held.pop("rows"))
        boundary = {int(name): path.parent / Path(file).name for name, file in held.pop("boundary", {}).items()}
        return Results(str(held.pop("protocol")), rows, boundary, held)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        reason = on_a_line(str(error), LONGEST_REASON)
        raise StoreError(f"{path} cannot be read ({reason}): make it again by `python -m bdsg images`.") from error


def _row(entry: dict[str, Any]) -> Row:
    auroc, auprc = (None if entry.get(name) is None else float(entry[name]) for name in ("auroc", "auprc"))
    if not all(value is None or math.isfinite(value) for value in (auroc, auprc)):
        raise ValueError("a score is not a finite number")
    seconds = float(entry.get("seconds") or 0.0)
    score, error = (str(entry.get(name) or "") for name in ("score", "error"))
    return Row(int(entry["left_out"]), str(entry["method"]), score, auroc, auprc, seconds, error)


def drawn(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """What the page draws of one left-out class, and facts about it.

    Raises:
        StoreError: the file is missing or damaged.
    """
    _stamp(path)
    return unpack(path.read_bytes())
