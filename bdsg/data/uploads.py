"""Points that a person brings as a file; what is too large is refused before it is read."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bdsg.config import LONGEST_NAME
from bdsg.data.fitted import FITTED_POINTS
from bdsg.errors import ConfigError
from bdsg.points import Columns, columns_of, first_rows, is_number, parse_points, rows_of
from bdsg.validation import number

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 500
LEAST_ROWS = 20
MOST_PAINTED = FITTED_POINTS
"""No painted point is left out of the fit."""
SHOWN_ROWS = 5
"""Rows of a preview."""
MOST_UNPACKED_BYTES = 50_000_000
"""A Parquet file may say that it unpacks to no more than this."""
CODECS = ("UNCOMPRESSED", "SNAPPY")
"""Others can unpack to a thousand times their size, whatever the file says of itself; Snappy to 21 times."""
LONGEST_FILE_NAME = 80
TEXT = "text"
"""What a preview shows of a Parquet column that holds no numbers: it is never unpacked."""


def kinds() -> list[str]:
    """Endings of the files that can be read here: Parquet needs the package pyarrow."""
    return ["csv", "tsv", "txt", *(["parquet"] if importlib.util.find_spec("pyarrow") else [])]


def check_size(name: str, size: int) -> None:
    """Raises ConfigError for a file of more than ``MOST_BYTES`` bytes."""
    if size > MOST_BYTES:
        raise ConfigError(
            name, f"{size / 1e6:.1f} MB", f"may hold {MOST_BYTES / 1e6:.0f} MB at most: keep a random sample of rows."
        )


def short_name(name: str) -> str:
    """A file's name as it may be shown and compared: its last part and end; no file is ever opened by it."""
    return name.replace("\\", "/").rpartition("/")[2][-LONGEST_FILE_NAME:] or "file"


@dataclass(frozen=True)
class Preview:
    """The beginning of a table.

    Attributes:
        names: of its columns, from the header or by their numbers.
        rows: the first cells of each column in turn, ``SHOWN_ROWS`` rows at most.
        numeric: the columns that hold numbers, as far as that can be seen here.
    """

    names: list[str]
    rows: list[list[str]]
    numeric: list[int]


def preview(content: bytes, name: str) -> Preview:
    """What a table begins with, so that two of its columns can be chosen.

    Raises:
        ConfigError: the file is too large, cannot be read, or has fewer than two columns of numbers.
    """
    check_size(name, len(content))
    if name.lower().endswith(".parquet"):
        names, rows = _parquet_rows(content, name)
    else:
        _check_text(name, content)
        names, rows = _headed(first_rows(content, name, SHOWN_ROWS + 1))
        _check_columns(name, len(names))  # a quoted name may go on in the next line
    numeric = [k for k in range(len(names)) if _mostly_numbers([row[k] for row in rows if k < len(row)])]
    if len(numeric) < 2:
        remedy = "but 2 or more are needed, below one line of names: numbers such as 1.5, or 1,5 between semicolons."
        raise ConfigError(f"The number of columns of numbers in {name}", len(numeric), remedy.removeprefix("but "))
    shown = [one.strip()[:LONGEST_NAME] or default for one, default in zip(names, _numbered(len(names)), strict=True)]
    return Preview(shown, rows, numeric)


def _headed(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The columns' names, from the first line if it is a header, and the rows below it."""
    if not rows:
        return [], []
    first = rows[0]
    if len(rows) > 1 and (not any(map(is_number, first)) or _more_numbers(rows[1], first)):
        return first, rows[1:]
    return (["x", "y"] if len(first) == 2 else _numbered(len(first))), rows[:SHOWN_ROWS]


def _mostly_numbers(cells: list[str]) -> bool:
    """A column of numbers may have gaps."""
    return 2 * sum(map(is_number, cells)) > len(cells)


def _more_numbers(row: list[str], than: list[str]) -> bool:
    """Whether a column of numbers begins below the first line: then that is a header."""
    return any(is_number(one) and not is_number(other) for one, other in zip(row, than, strict=False))


def _numbered(count: int) -> list[str]:
    return [f"column {k}" for k in range(1, count + 1)]


def read_points(content: bytes, name: str, columns: Columns | None = None, *, skip: bool = False) -> np.ndarray:
    """Two columns of numbers, (n, 2), with ``LEAST_ROWS`` to ``MOST_ROWS`` rows.

    Args:
        content: a text table as :func:`bdsg.points.parse_points` takes it, or Parquet where it ends in ``.parquet``.
        name: the file's name.
        columns: the two that are read, from 0; by default the table must have no more than these.
        skip: leave out rows with a gap or a word instead of raising an error.

    Raises:
        ConfigError: the file is too large, has too few or too many rows or columns, or cannot be read.
    """
    check_size(name, len(content))
    if name.lower().endswith(".parquet"):
        points = _parquet(content, name, columns, skip)
    else:
        _check_text(name, content)
        points = parse_points(content, name, columns, skip=skip)
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


def _check_columns(name: str, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise ConfigError(name, columns, f"may have {MOST_COLUMNS} columns at most: keep those that you need.")


def _check_text(name: str, content: bytes) -> None:
    """Rows and columns, counted in the bytes."""
    _check_rows(name, rows_of(content) - 1)
    _check_columns(name, columns_of(content))


def _parquet(content: bytes, name: str, columns: Columns | None, skip: bool) -> np.ndarray:
    """Two columns of a Parquet file, whose own header is checked before anything is unpacked."""
    with _parquet_file(content, name) as file:
        schema = file.schema_arrow
        if columns is None and len(schema.names) != 2:
            raise ConfigError(name, len(schema.names), "must have 2 columns, x and y: drop the others.")
        wanted = [schema.field(k) for k in columns or (0, 1)]
        for field in wanted:
            if not _holds_numbers(field):
                raise ConfigError(f"{name}, column {field.name}", str(field.type), "is none of two columns of numbers.")
        points = _read_columns(file, name, [field.name for field in wanted])
    if skip:
        points = points[np.isfinite(points).all(axis=1)]
    if not np.isfinite(points).all():
        raise ConfigError(name, "Parquet", "must hold finite numbers only: drop rows with gaps.")
    return points


def _read_columns(file: Any, name: str, names: list[str]) -> np.ndarray:
    """Columns of numbers, (n, k), a batch of rows at a time: the header is not believed."""
    parts: list[np.ndarray] = []
    rows = 0
    for batch in file.iter_batches(batch_size=MOST_ROWS, columns=names):
        rows += batch.num_rows
        _check_rows(name, rows)
        parts.append(np.stack([np.asarray(batch.column(one), dtype=float) for one in names], axis=1))
    return np.concatenate(parts) if parts else np.empty((0, len(names)))


def _holds_numbers(field: Any) -> bool:
    """Whether a column's type is of whole or of floating-point numbers."""
    types: Any = importlib.import_module("pyarrow").types
    return bool(types.is_integer(field.type) or types.is_floating(field.type))


def _parquet_rows(content: bytes, name: str) -> tuple[list[str], list[list[str]]]:
    """The columns' names and the first rows, as text."""
    with _parquet_file(content, name) as file:
        fields = list(file.schema_arrow)
        names = [field.name for field in fields if _holds_numbers(field)]
        batch = next(file.iter_batches(batch_size=SHOWN_ROWS, columns=names), None) if names else None
        count = 0 if batch is None else batch.num_rows
        numbers = {one: [str(cell) for cell in batch.column(one).to_pylist()] for one in names} if batch else {}
        columns = [numbers.get(field.name, [TEXT] * count) for field in fields]
        return [field.name for field in fields], [list(row) for row in zip(*columns, strict=True)]


@contextlib.contextmanager
def _parquet_file(content: bytes, name: str) -> Iterator[Any]:
    """A Parquet file that is not too large; what goes wrong while it is read becomes a sentence."""
    if "parquet" not in kinds():
        raise ConfigError(
            name,
            "Parquet",
            'needs the package pyarrow, which is not installed: save it as CSV, or pip install "bdsg[parquet]".',
        )
    parquet: Any = importlib.import_module("pyarrow.parquet")
    broken: Any = importlib.import_module("pyarrow").ArrowException
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        _check_parquet(file, name)
        yield file
    except ConfigError:
        raise
    except (broken, ValueError, TypeError, KeyError, OSError) as error:
        raise ConfigError(name, "Parquet", f"cannot be read as two columns of numbers ({error}).") from error


def _check_parquet(file: Any, name: str) -> None:
    """Rows, columns, size and compression, by the file's header."""
    about, names = file.metadata, file.schema_arrow.names
    groups = [about.row_group(k) for k in range(min(about.num_row_groups, MOST_ROWS + 2))]
    _check_rows(name, max(about.num_rows, sum(group.num_rows for group in groups), len(groups)))
    _check_columns(name, max(about.num_columns, len(names)))
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise ConfigError(f"{name}, column", twice, "occurs twice: rename one.")
    unpacked = sum(group.total_byte_size for group in groups)
    if unpacked > MOST_UNPACKED_BYTES:
        raise ConfigError(name, f"{unpacked / 1e6:.0f} MB", "unpacks to too much: save it as CSV.")
    codecs = {group.column(k).compression for group in groups for k in range(group.num_columns)}
    if foreign := sorted(codecs - set(CODECS)):
        raise ConfigError(name, foreign[0], "is compressed so that it may unpack to anything: use Snappy, or CSV.")
