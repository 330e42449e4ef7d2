"""Points that a visitor of the app brings as a file: two columns of a table, within the app's limits."""

from __future__ import annotations

import numpy as np

from bdsg.config import LONGEST_NAME
from bdsg.config.fields import number
from bdsg.data.mixture_fit import FITTED_POINTS
from bdsg.data.tables import Examined, Limits, Options, Table, examine
from bdsg.data.tables.parquet import is_available
from bdsg.errors import ConfigError

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 500
LONGEST_LINE = 100_000
"""Bytes of a table's line."""
LEAST_ROWS = 20
MOST_PAINTED = FITTED_POINTS
"""No painted point is left out of the fit."""
MOST_UNPACKED_BYTES = 50_000_000
"""A Parquet file may say that it unpacks to no more than this."""
CODECS = ("UNCOMPRESSED", "SNAPPY")
"""Others can unpack to a thousand times their size, whatever the file says of itself; Snappy to 21 times."""
LONGEST_FILE_NAME = 80

LIMITS = Limits(
    rows=MOST_ROWS,
    columns=MOST_COLUMNS,
    line=LONGEST_LINE,
    unpacked=MOST_UNPACKED_BYTES,
    codecs=CODECS,
    name=LONGEST_NAME,
)

Columns = tuple[int, int]
"""Which two columns of a table hold x and y, from 0."""


def kinds() -> list[str]:
    """Endings of the files that can be read here: Parquet needs the package pyarrow."""
    return ["csv", "tsv", "txt", *(["parquet"] if is_available() else [])]


def check_size(name: str, size: int) -> None:
    """Raises ConfigError for a file of more than ``MOST_BYTES`` bytes."""
    if size > MOST_BYTES:
        raise ConfigError(
            name, f"{size / 1e6:.1f} MB", f"may hold {MOST_BYTES / 1e6:.0f} MB at most: keep a random sample of rows."
        )


def short_name(name: str) -> str:
    """A file's name as it may be shown and compared: its last part and end; no file is ever opened by it."""
    return name.replace("\\", "/").rpartition("/")[2][-LONGEST_FILE_NAME:] or "file"


def preview(content: bytes, name: str, options: Options | None = None) -> Examined:
    """What a table is, so that two of its columns can be chosen.

    Raises:
        ConfigError: the file is too large, cannot be read, or has fewer than two columns of numbers.
    """
    check_size(name, len(content))
    table = examine(content, name, options or Options(), LIMITS)
    if len(table.numeric) < 2:
        remedy = "2 or more are needed: numbers such as 1.5 in columns with commas, semicolons or tabs between them."
        raise ConfigError(f"The number of columns of numbers in {name}", len(table.numeric), remedy)
    return table


def points_of(table: Examined, columns: Columns, *, skip: bool = False) -> Table:
    """Two columns of a table that has been looked at, ``LEAST_ROWS`` to ``MOST_ROWS`` rows of them.

    Raises:
        ConfigError: it has too few or too many rows, or one that cannot be read and is not skipped.
    """
    found = table.read(columns, skip=skip)
    LIMITS.check(table.name, len(found.values), 2)
    if len(found.values) < LEAST_ROWS:
        limit = f"must hold {LEAST_ROWS} points or more: fewer tell of no density."
        raise ConfigError(table.name, len(found.values), limit)
    return found


def painted_points(raw: object) -> np.ndarray:
    """Points painted in a browser, which may send anything, (n, 2).

    Args:
        raw: x, y, x, y, ...: ``LEAST_ROWS`` to ``MOST_PAINTED`` points.

    Raises:
        ConfigError: it is not that.
    """
    name = "painted points"
    if not isinstance(raw, list) or len(raw) % 2:
        raise ConfigError(name, type(raw).__name__, "must come as a list of x and y in turn: paint them again.")
    if not LEAST_ROWS <= len(raw) // 2 <= MOST_PAINTED:
        limits = f"must be {LEAST_ROWS} to {MOST_PAINTED:,}: paint more, or erase some."
        raise ConfigError(name, len(raw) // 2, limits)
    return np.array([number(name, value) for value in raw]).reshape(-1, 2)
