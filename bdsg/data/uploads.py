"""Points that a person brings as a file; what is too large is refused before it is read."""

from __future__ import annotations

import importlib
import importlib.util
import io
from typing import Any

import numpy as np

from bdsg.config import LONGEST_NAME
from bdsg.data.fitted import FITTED_POINTS
from bdsg.errors import ConfigError
from bdsg.points import header_names, parse_points
from bdsg.validation import number

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
LEAST_ROWS = 20
MOST_PAINTED = FITTED_POINTS
"""No painted point is left out of the fit."""
MOST_UNPACKED_BYTES = 50_000_000
"""A Parquet file may unpack to no more than this."""


def kinds() -> list[str]:
    """Endings of the files that can be read here: Parquet needs the package pyarrow."""
    return ["csv", "tsv", "txt", *(["parquet"] if importlib.util.find_spec("pyarrow") else [])]


def check_size(name: str, size: int) -> None:
    """Raises ConfigError for a file of more than ``MOST_BYTES`` bytes."""
    if size > MOST_BYTES:
        raise ConfigError(
            name, f"{size / 1e6:.1f} MB", f"may hold {MOST_BYTES / 1e6:.0f} MB at most: keep a random sample of rows."
        )


def column_names(content: bytes, name: str) -> list[str]:
    """What the two columns of a table that :func:`read_points` took are called; x and y where it does not say."""
    if name.lower().endswith(".parquet"):
        parquet: Any = importlib.import_module("pyarrow.parquet")
        found = [str(column) for column in parquet.read_schema(io.BytesIO(content)).names]
    else:
        first = next((line for line in content.decode("utf-8-sig").splitlines() if line.strip()), "")
        found = header_names(first)
    return [one.strip()[:LONGEST_NAME] or axis for one, axis in zip(found or "xy", "xy", strict=True)]


def read_points(content: bytes, name: str) -> np.ndarray:
    """Two columns of numbers, (n, 2), with ``LEAST_ROWS`` to ``MOST_ROWS`` rows.

    Args:
        content: a text table as :func:`bdsg.points.parse_points` takes it, or Parquet where it ends in ``.parquet``.
        name: the file's name.

    Raises:
        ConfigError: the file is too large, has too few or too many rows or columns, or cannot be read.
    """
    check_size(name, len(content))
    if name.lower().endswith(".parquet"):
        points = _parquet(content, name)
    else:
        _check_rows(name, content.count(b"\n"))
        points = parse_points(content, name)
    _check_rows(name, len(points))
    if len(points) < LEAST_ROWS:
        raise ConfigError(name, len(points), f"must hold {LEAST_ROWS} points or more: fewer tell of no density.")
    return points


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


def _check_rows(name: str, rows: int) -> None:
    if rows > MOST_ROWS + 1:  # a header and a last line's end are no points
        raise ConfigError(name, rows, f"may hold {MOST_ROWS:,} rows at most: keep a random sample of rows.")


def _parquet(content: bytes, name: str) -> np.ndarray:
    """The two columns of a Parquet file, whose own header is checked before anything is unpacked."""
    if "parquet" not in kinds():
        raise ConfigError(name, "Parquet", "needs the package pyarrow, which is not installed: save it as CSV.")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    broken: Any = importlib.import_module("pyarrow").ArrowException
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        about = file.metadata
        _check_rows(name, about.num_rows)
        if about.num_columns != 2:
            raise ConfigError(name, about.num_columns, "must have 2 columns, x and y: drop the others.")
        unpacked = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
        if unpacked > MOST_UNPACKED_BYTES:
            raise ConfigError(name, f"{unpacked / 1e6:.0f} MB", "unpacks to too much: save it as CSV.")
        points = np.stack([np.asarray(column, dtype=float) for column in file.read().columns], axis=1)
    except (broken, ValueError, TypeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(name, "Parquet", f"cannot be read as two columns of numbers ({error}).") from error
    if not np.isfinite(points).all():
        raise ConfigError(name, "Parquet", "must hold finite numbers only: drop rows with gaps.")
    return points
