"""Tables of any width from a file: the columns of numbers, by name."""

from __future__ import annotations

import importlib
import io
from typing import Any, NamedTuple

import numpy as np

from bdsg.errors import ConfigError
from bdsg.points import columns_of, delimiter, rows_of

MOST_COLUMNS = 10_000
MOST_CELLS = 50_000_000
"""Rows times columns: 400 MB as numbers."""
MOST_UNPACKED_BYTES = 4_000_000_000
"""By a Parquet file's own header."""


class Table(NamedTuple):
    """Columns of numbers.

    Attributes:
        names: of the columns, (d,).
        values: (n, d) float64, finite.
        left_out: names of the columns that hold text.
    """

    names: list[str]
    values: np.ndarray
    left_out: list[str]


def read_table(content: bytes, name: str, columns: list[str] | None = None) -> Table:
    """The columns of numbers of a CSV (comma, semicolon or tab, with a header) or a Parquet file.

    A column in which no cell is a number is left out; one with a gap or a stray word is an error.

    Args:
        content: the file's bytes.
        name: its name; Parquet ends in ``.parquet``.
        columns: those that are wanted, in their order; by default all of numbers.

    Raises:
        ConfigError: names the column, the row, the value and the remedy.
    """
    frame = _parquet(content, name) if name.lower().endswith(".parquet") else _csv(content, name)
    names = [str(column) for column in frame.columns]
    _check_size(name, len(frame), len(names))
    if len(set(names)) < len(names):
        twice = next(one for one in names if names.count(one) > 1)
        raise ConfigError(f"{name}, column", twice, "occurs twice: rename one.")
    if columns is not None:
        for wanted in columns:
            if wanted not in names:
                raise ConfigError(f"{name}, column", wanted, f"is not there: it has {', '.join(names[:20])}.")
        frame, names = frame[columns], columns
    found: list[np.ndarray] = []
    kept: list[str] = []
    left_out: list[str] = []
    for place, column in enumerate(names):
        numbers = _numbers(frame.iloc[:, place], f"{name}, column {column}", required=columns is not None)
        (left_out if numbers is None else kept).append(column)
        if numbers is not None:
            found.append(numbers)
    if not found:
        raise ConfigError(name, ", ".join(names[:20]), "has no column of numbers.")
    return Table(kept, np.stack(found, axis=1), left_out)


def _csv(content: bytes, name: str) -> Any:
    pandas: Any = importlib.import_module("pandas")
    _check_size(name, max(1, rows_of(content) - 2), columns_of(content))  # a header and a last line's end are no rows
    try:
        first = content[:65_536].decode("utf-8-sig", errors="strict" if len(content) <= 65_536 else "ignore")
        line = next((line for line in first.splitlines() if line.strip()), "")
        return pandas.read_csv(
            io.BytesIO(content), sep=delimiter(line), encoding="utf-8-sig", dtype=str, keep_default_na=False
        )
    except UnicodeDecodeError as error:
        raise ConfigError(name, error.object[error.start : error.end], "must be UTF-8 text.") from error
    except (ValueError, OverflowError) as error:  # pandas' own errors are ValueErrors
        reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else "no columns"
        raise ConfigError(name, "CSV", f"cannot be read ({reason}): save it as CSV UTF-8 with a header.") from error


def _parquet(content: bytes, name: str) -> Any:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    broken: Any = importlib.import_module("pyarrow").ArrowException
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        about = file.metadata
        _check_size(name, about.num_rows, about.num_columns)
        unpacked = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
        if unpacked > MOST_UNPACKED_BYTES:
            limit = f"may unpack to {MOST_UNPACKED_BYTES / 1e9:.0f} GB at most: keep fewer rows."
            raise ConfigError(name, f"{unpacked / 1e9:.1f} GB", limit)
        return file.read().to_pandas()
    except ConfigError:
        raise
    except (broken, ValueError, TypeError, OSError) as error:
        raise ConfigError(name, "Parquet", f"cannot be read ({error}).") from error


def _check_size(name: str, rows: int, columns: int) -> None:
    if rows < 1:
        raise ConfigError(name, rows, "must hold at least one row below its header.")
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        limits = f"may have {MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells at most: keep fewer."
        raise ConfigError(name, f"{rows:,} x {columns:,}", limits)


def _numbers(column: Any, key: str, *, required: bool) -> np.ndarray | None:
    """The column as finite numbers, (n,), or None if it holds text alone."""
    pandas: Any = importlib.import_module("pandas")
    cells = column.astype(str).str.strip() if column.dtype == object or str(column.dtype).startswith("str") else column
    numbers = pandas.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(numbers)
    if wrong.all() and not required:
        return None
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ConfigError(
            f"{key}, row {row + 1}", column.iloc[row], "must be a finite number: fill it or drop the row."
        )
    return np.asarray(numbers)
