"""Tables of any width from a file: the columns of numbers, by name."""

from __future__ import annotations

import codecs
import importlib
import io
from typing import Any, NamedTuple

import numpy as np

from bdsg.errors import ConfigError
from bdsg.extras import need
from bdsg.points import check_characters, columns_of, mixed_marks, not_text, rows_of, separated

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
        left_out: names of the columns that hold no numbers.
    """

    names: list[str]
    values: np.ndarray
    left_out: list[str]


def read_table(content: bytes, name: str, columns: list[str] | None = None) -> Table:
    """The columns of numbers of a CSV (comma, semicolon or tab, with a header) or a Parquet file.

    A column in which no cell is a number is left out; one with a gap or a stray word is an error.  Where cells are not
    separated by commas, a number may have a decimal comma; a first line ``sep=;`` says what separates them.

    Args:
        content: the file's bytes.
        name: its name; Parquet ends in ``.parquet``.
        columns: those that are wanted, in their order; by default all of numbers.

    Raises:
        ConfigError: names the column, the row, the value and the remedy.
    """
    parquet = name.lower().endswith(".parquet")
    frame, no_numbers, commas = (*_parquet(content, name), False) if parquet else _csv(content, name)
    names = [str(column) for column in frame.columns]
    _check_size(name, len(frame), len(names) + len(no_numbers))
    if len(set(names)) < len(names):
        twice = next(one for one in names if names.count(one) > 1)
        raise ConfigError(f"{name}, column", twice, "occurs twice: rename one.")
    if columns is not None:
        _check_wanted(name, columns, names, no_numbers)
        frame, names, no_numbers = frame[columns], columns, []
    found: list[np.ndarray] = []
    kept: list[str] = []
    left_out = list(no_numbers)
    for place, column in enumerate(names):
        key = f"{name}, column {column}"
        numbers = _numbers(frame.iloc[:, place], key, required=columns is not None, commas=commas)
        (left_out if numbers is None else kept).append(column)
        if numbers is not None:
            found.append(numbers)
    if not found:
        raise ConfigError(name, ", ".join([*names, *no_numbers][:20]), "has no column of numbers.")
    return Table(kept, np.stack(found, axis=1), left_out)


def _check_wanted(name: str, wanted: list[str], names: list[str], no_numbers: list[str]) -> None:
    for one in wanted:
        if one in no_numbers:
            raise ConfigError(f"{name}, column", one, "holds no numbers: choose another.")
        if one not in names:
            raise ConfigError(f"{name}, column", one, f"is not there: it has {', '.join(names[:20])}.")


def _csv(content: bytes, name: str) -> tuple[Any, list[str], bool]:
    """The cells as text under their columns' names, no column left out, and whether 1,5 is a number."""
    pandas: Any = importlib.import_module("pandas")
    _check_size(name, max(1, rows_of(content) - 2), columns_of(content))  # a header and a last line's end are no rows
    check_characters(content, name)
    try:
        first = content[:65_536].decode("utf-8-sig", errors="strict" if len(content) <= 65_536 else "ignore")
        separator, rest = separated(first)
        told = len(first) - len(rest)  # all of it is ASCII
        # Without a header of pandas' own: it renames a name that occurs twice, and takes a first column for an index.
        cells = pandas.read_csv(
            io.BytesIO(content.removeprefix(codecs.BOM_UTF8)[told:]),
            sep=separator,
            encoding="utf-8",
            header=None,
            dtype=str,
            keep_default_na=False,
        )
    except UnicodeDecodeError as error:
        raise not_text(name, error) from error
    except (ValueError, OverflowError) as error:  # pandas' own errors are ValueErrors
        reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else "no columns"
        raise ConfigError(name, "CSV", f"cannot be read ({reason}): save it as CSV UTF-8 with a header.") from error
    frame = cells.iloc[1:].reset_index(drop=True)
    frame.columns = [str(one) if str(one).strip() else f"Unnamed: {k}" for k, one in enumerate(cells.iloc[0])]
    return frame, [], separator != ","


def _parquet(content: bytes, name: str) -> tuple[Any, list[str]]:
    """The columns that may hold numbers, and the names of the others, which are never unpacked."""
    need("parquet", "pyarrow")
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        _check_parquet(file.metadata, name)
        fields = list(file.schema_arrow)
        wanted = [field.name for field in fields if _may_hold_numbers(field.type)]
        table = file.read(columns=wanted)
        table.validate(full=True)  # else a text that is no UTF-8 shows much later
        return table.to_pandas(), [field.name for field in fields if field.name not in wanted]
    except ConfigError:
        raise
    except (arrow.ArrowException, ValueError, TypeError, OSError, OverflowError) as error:
        reason = " ".join(str(error).split())[:160]
        raise ConfigError(name, "Parquet", f"cannot be read ({reason}): write it anew.") from error


def _may_hold_numbers(kind: Any) -> bool:
    """Whether an Arrow type is of numbers, or of text, which may stand for numbers."""
    types: Any = importlib.import_module("pyarrow").types
    inner = kind.value_type if types.is_dictionary(kind) else kind
    ways = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_string)
    return any(way(inner) for way in (*ways, types.is_large_string, types.is_string_view))


def _check_parquet(about: Any, name: str) -> None:
    """Rows, columns and size, by the file's header."""
    _check_size(name, about.num_rows, about.num_columns)
    unpacked = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
    if unpacked > MOST_UNPACKED_BYTES:
        limit = f"may unpack to {MOST_UNPACKED_BYTES / 1e9:.0f} GB at most: keep fewer rows."
        raise ConfigError(name, f"{unpacked / 1e9:.1f} GB", limit)


def _check_size(name: str, rows: int, columns: int) -> None:
    if rows < 1:
        raise ConfigError(name, rows, "must hold at least one row below its header.")
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        limits = f"may have {MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells at most: keep fewer."
        raise ConfigError(name, f"{rows:,} x {columns:,}", limits)


def _numbers(column: Any, key: str, *, required: bool, commas: bool) -> np.ndarray | None:
    """The column as finite numbers, (n,), or None if it holds none."""
    pandas: Any = importlib.import_module("pandas")
    mixed = column.dtype == object  # such as decimal numbers
    text = mixed or str(column.dtype).startswith("str")
    cells = (column.astype(str) if mixed else column).to_numpy(dtype=object) if text else column
    numbers = np.asarray(pandas.to_numeric(cells, errors="coerce"), dtype=float)
    wrong = ~np.isfinite(numbers)
    if text and commas and wrong.any():
        _take_commas(cells, numbers, key)
        wrong = ~np.isfinite(numbers)
    if wrong.all() and not required:
        return None
    if wrong.any():
        row = int(np.argmax(wrong))
        cell = column.iloc[row]
        shown = cell.item() if isinstance(cell, np.generic) else cell
        raise ConfigError(f"{key}, row {row + 1}", shown, "must be a finite number: fill it or drop the row.")
    return numbers


def _take_commas(cells: np.ndarray, numbers: np.ndarray, key: str) -> None:
    """Read 1,5 as 1.5 into ``numbers``, (n,).

    Raises:
        ConfigError: other numbers of the column have points.
    """
    pandas: Any = importlib.import_module("pandas")
    places = [k for k in np.flatnonzero(np.isnan(numbers)) if cells[k].count(",") == 1]
    pointed = np.array([cells[k].replace(",", ".") for k in places], dtype=object)
    found = np.asarray(pandas.to_numeric(pointed, errors="coerce"), dtype=float)
    if np.isfinite(found).any():
        other = next((k for k in np.flatnonzero(np.isfinite(numbers)) if "." in cells[k]), None)
        if other is not None:
            row = places[int(np.argmax(np.isfinite(found)))]
            raise mixed_marks(f"{key}, row {row + 1}", cells[row], cells[other])
    numbers[places] = found
