"""Tables of text and of Parquet by one way, whoever brings them."""

from __future__ import annotations

from collections.abc import Sequence

from bdsg.data.tables.examined import Examined, Table, listed
from bdsg.data.tables.limits import Limits, Options
from bdsg.data.tables.parquet import ParquetTable
from bdsg.data.tables.text import Sheet
from bdsg.data.tables.text_table import TextTable
from bdsg.errors import ConfigError


def examine(content: bytes, name: str, options: Options, limits: Limits) -> Examined:
    """What a table is, by all of its cells; a file whose name ends in ``.parquet`` is Parquet.

    Raises:
        ConfigError: it is too large, or no table.
    """
    if name.lower().endswith(".parquet"):
        return ParquetTable(content, name, limits)
    return TextTable(Sheet(content, name, limits), options, limits)


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

    Returns:
        The numbers; its notes begin with what was decided about the table.

    Raises:
        ConfigError: names the line, the column, the value and the remedy.
    """
    chosen = options or Options()
    table = examine(content, name, chosen, limits or Limits())
    if columns is None and not table.numeric:
        raise ConfigError(name, listed(table.names), "has no column of numbers.")
    found = table.read(table.numeric if columns is None else [_place(table, one) for one in columns], skip=chosen.skip)
    return found._replace(notes=table.notes + found.notes)


def _place(table: Examined, wanted: str) -> int:
    key = f"{table.name}, column"
    if wanted not in table.names:
        raise ConfigError(key, wanted, f"is not there: it has {listed(table.names)}.")
    place = table.names.index(wanted)
    if place not in (*table.numeric, *table.index):
        raise ConfigError(key, wanted, "holds no numbers: choose another.")
    return place
