"""A table looked at as a whole: what its columns are, how they are written; then the numbers of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from bdsg.data.tables.limits import Limits, Options
from bdsg.data.tables.marks import AmbiguousError
from bdsg.data.tables.notes import listed
from bdsg.data.tables.parquet import ParquetTable
from bdsg.data.tables.parts import Part, together
from bdsg.data.tables.text import Sheet
from bdsg.data.tables.text_table import TextTable
from bdsg.errors import ConfigError


class Table(NamedTuple):
    """Columns of numbers.

    Attributes:
        names: of the columns, (d,).
        values: (n, d) float64, finite.
        rows: (n,), which rows of the table they are, from 1.
        left_out: names of the columns that were not read, as they hold no numbers or number the rows.
        notes: what was decided, in sentences.
    """

    names: list[str]
    values: np.ndarray
    rows: np.ndarray
    left_out: list[str]
    notes: list[str]


class Examined(Protocol):
    """A table of which everything but its numbers is known.

    Attributes:
        name: of the file.
        names: of all columns.
        numeric: places of the columns of numbers, from 0.
        index: place of a column that numbers the rows and has no name, if there is one; it is not among ``numeric``.
        left_out: names of the others.
        header: whether the first line holds names; None where there is no such line.
        notes: what was decided, in sentences.
    """

    name: str
    names: list[str]
    numeric: list[int]
    index: list[int]
    left_out: list[str]
    header: bool | None
    notes: list[str]

    def first_rows(self) -> list[list[str]]:
        """The first cells, a list for each row."""

    def doubts(self, places: Sequence[int]) -> list[AmbiguousError]:
        """Columns whose numbers may be read in two ways."""

    def mark_notes(self, places: Sequence[int]) -> list[str]:
        """How numbers that Python would write in another way are read."""

    def parts(self, places: Sequence[int]) -> Iterator[Part]:
        """The numbers of columns, some rows at a time."""


def examine(content: bytes, name: str, options: Options, limits: Limits) -> Examined:
    """What a table is, by all of its cells.

    Raises:
        ConfigError: it is too large, or no table.
    """
    if name.lower().endswith(".parquet"):
        return ParquetTable(content, name, limits)
    return TextTable(Sheet(content, name, limits), options, limits)


def read_columns(table: Examined, places: Sequence[int], *, skip: bool) -> Table:
    """The numbers of some columns, by their places.

    Raises:
        ConfigError: names the line, the column, the value and the remedy.
    """
    rows = together(table.parts(places), len(places), skip=skip)
    notes = [*table.notes, *table.mark_notes(places), *([rows.skipped] if rows.skipped else [])]
    if not len(rows.values):
        raise ConfigError(table.name, 0, f"must hold at least one row of numbers. {rows.skipped or ''}")
    return Table([table.names[k] for k in places], rows.values, rows.numbers, table.left_out, notes)


def read_table(
    content: bytes,
    name: str,
    columns: Sequence[str] | None = None,
    options: Options | None = None,
    limits: Limits | None = None,
) -> Table:
    """The columns of numbers of a text table (comma, semicolon or tab between cells) or a Parquet file.

    Args:
        content: the file's bytes.
        name: its name; Parquet ends in ``.parquet``.
        columns: those that are wanted, in their order; by default all of numbers.
        options: what is not to be decided from the table.
        limits: on its size.

    Raises:
        ConfigError: names the line, the column, the value and the remedy.
    """
    chosen = options or Options()
    table = examine(content, name, chosen, limits or Limits())
    if columns is None and not table.numeric:
        raise ConfigError(name, listed(table.names), "has no column of numbers.")
    places = table.numeric if columns is None else [_place(table, one) for one in columns]
    return read_columns(table, places, skip=chosen.skip)


def _place(table: Examined, wanted: str) -> int:
    key = f"{table.name}, column"
    if wanted not in table.names:
        raise ConfigError(key, wanted, f"is not there: it has {listed(table.names)}.")
    place = table.names.index(wanted)
    if place not in (*table.numeric, *table.index):
        raise ConfigError(key, wanted, "holds no numbers: choose another.")
    return place
