"""Parquet: columns of numbers alone are unpacked, a batch of rows at a time; the file's own header is not believed."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bdsg.data.tables.examined import Bad, Examined, Part
from bdsg.data.tables.foreign import check_parquet
from bdsg.data.tables.header import told_apart
from bdsg.data.tables.limits import SHOWN_ROWS, Limits
from bdsg.errors import LONGEST_REASON, ConfigError, on_a_line
from bdsg.extras import installed, need

BATCH = 50_000
"""Rows that are unpacked at once."""
TEXT = "text"
"""What a preview shows of a column that holds no numbers: it is never unpacked."""
INDEX = "__index_level_"
"""How pandas calls an index that has no name."""


def is_available() -> bool:
    """Whether Parquet can be read here."""
    return installed("pyarrow")


class ParquetTable(Examined):
    """A Parquet file: its columns have names and types, and its size has been checked.

    Raises:
        MissingExtraError: the package that reads Parquet is not installed.
        ConfigError: it cannot be read, is too large, or a name occurs twice.
    """

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        need("parquet", "pyarrow")
        check_parquet(content, name)
        self._content, self.name, self._limits = content, name, limits
        with self._opened() as file:
            fields = list(file.schema_arrow)
            self._shown = min(int(file.metadata.num_rows), SHOWN_ROWS)
        self._names = [field.name for field in fields]
        self.names, _ = told_apart(self._names, limits.name)
        self.index = [k for k, one in enumerate(self._names) if one.startswith(INDEX)]
        found = [k for k, field in enumerate(fields) if _holds_numbers(field.type)]
        self.numeric = [k for k in found if k not in self.index]
        self.notes = []
        self.leave_out([one for k, one in enumerate(self.names) if k not in {*found, *self.index}])

    def first_rows(self) -> list[list[str]]:
        """The first cells as text, a list for each row; only those of numbers are unpacked."""
        columns = [[TEXT] * self._shown for _ in self.names]
        with self._opened() as file:
            names = [self._names[k] for k in self.numeric]
            for batch in itertools.islice(file.iter_batches(batch_size=SHOWN_ROWS, columns=names), len(names) > 0):
                for k in self.numeric:
                    columns[k] = [str(cell) for cell in batch.column(self._names[k]).to_pylist()]
        return [list(row) for row in zip(*columns, strict=False)]  # a group of rows may be shorter

    def parts(self, places: Sequence[int]) -> Iterator[Part]:
        names, begin = [self._names[k] for k in places], 0
        with self._opened() as file:
            for batch in file.iter_batches(batch_size=BATCH, columns=names):
                values = np.stack([_numbers(batch.column(one)) for one in names], axis=1)
                yield Part(values, functools.partial(self._bad, values, names, begin))
                begin += len(values)
                self._limits.check(self.name, begin, len(self.names))

    def _bad(self, values: np.ndarray, names: list[str], begin: int, k: int) -> Bad:
        column, place = int(np.argmin(np.isfinite(values[k]))), f"row {begin + k + 1}"
        remedy = "must be a finite number: fill it, or skip such rows."
        error = ConfigError(f"{self.name} {place}, column {names[column]}", float(values[k, column]), remedy)
        return Bad(place, ", ".join(f"{value:g}" for value in values[k]), error)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        """The file; what goes wrong while it is read becomes a sentence."""
        parquet: Any = importlib.import_module("pyarrow.parquet")
        broken: Any = importlib.import_module("pyarrow").ArrowException
        try:
            file = parquet.ParquetFile(io.BytesIO(self._content))
            _check(file, self.name, self._limits)
            yield file
        except ConfigError:
            raise
        except (broken, ValueError, TypeError, KeyError, OSError, OverflowError) as error:
            reason = on_a_line(str(error), LONGEST_REASON)
            raise ConfigError(self.name, "Parquet", f"cannot be read ({reason}): write it anew.") from error


def _check(file: Any, name: str, limits: Limits) -> None:
    """Rows, columns, names, size and compression, by the file's header."""
    about, names = file.metadata, file.schema_arrow.names
    groups = [about.row_group(k) for k in range(min(about.num_row_groups, limits.rows + 2))]
    rows = max(about.num_rows, sum(group.num_rows for group in groups))
    limits.check(name, max(rows, len(groups)) if rows else 0, max(about.num_columns, len(names)))
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise ConfigError(f"{name}, column", twice, "occurs twice: rename one.")
    unpacked = sum(group.total_byte_size for group in groups)
    if unpacked > limits.unpacked:
        raise ConfigError(name, f"{unpacked / 1e6:,.0f} MB", "unpacks to too much: keep fewer rows, or save it as CSV.")
    codecs = {group.column(k).compression for group in groups for k in range(group.num_columns)}
    if limits.codecs and (foreign := sorted(codecs - set(limits.codecs))):
        raise ConfigError(name, foreign[0], "is compressed so that it may unpack to anything: use Snappy, or CSV.")


def _holds_numbers(kind: Any) -> bool:
    """Whether an Arrow type is of numbers, or a dictionary of numbers."""
    types: Any = importlib.import_module("pyarrow").types
    inner = kind.value_type if types.is_dictionary(kind) else kind
    return any(is_a(inner) for is_a in (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean))


def _numbers(column: Any) -> np.ndarray:
    """A batch's column, (n,) float64, NaN where there is a gap."""
    arrow: Any = importlib.import_module("pyarrow")
    plain = column.dictionary_decode() if arrow.types.is_dictionary(column.type) else column
    if arrow.types.is_boolean(plain.type):
        plain = plain.cast(arrow.int8())
    return np.asarray(plain.cast(arrow.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)
