"""How large a table may be, and the choices with which it is read."""

from __future__ import annotations

from dataclasses import dataclass

from bdsg.errors import ConfigError

MOST_COLUMNS = 10_000
MOST_CELLS = 50_000_000
"""Rows times columns: 400 MB as numbers."""
LONGEST_LINE = 1_000_000
"""Bytes of a line of text."""
MOST_UNPACKED_BYTES = 4_000_000_000
"""By a Parquet file's own header."""
SHOWN_ROWS = 5
"""Rows of a preview."""


@dataclass(frozen=True)
class Limits:
    """What is counted before a table is parsed.

    Attributes:
        rows, columns, cells: at most.
        line: bytes of a line of text, at most.
        unpacked: bytes to which a Parquet file may unpack, by its own header.
        codecs: compressions that a Parquet file may have; any, where there are none.
        name: characters of a column's name, after which it is cut; None for all.
    """

    rows: int = MOST_CELLS
    columns: int = MOST_COLUMNS
    cells: int = MOST_CELLS
    line: int = LONGEST_LINE
    unpacked: int = MOST_UNPACKED_BYTES
    codecs: tuple[str, ...] = ()
    name: int | None = None

    def check(self, name: str, rows: int, columns: int) -> None:
        """Raises ConfigError for a table of no row, or of more rows, columns or cells than these."""
        if rows < 1:
            raise ConfigError(name, rows, "must hold at least one row of numbers.")
        if rows > self.rows:
            raise ConfigError(name, rows, f"may hold {self.rows:,} rows at most: keep a random sample of rows.")
        if columns > self.columns:
            limit = f"may have {self.columns:,} columns at most: keep those that you need."
            raise ConfigError(name, columns, limit)
        if rows * columns > self.cells:
            limit = f"may have {self.cells:,} cells at most: keep fewer rows or columns."
            raise ConfigError(name, f"{rows:,} x {columns:,}", limit)


@dataclass(frozen=True)
class Options:
    """What a person decides about a table; what is None is decided from the table.

    Attributes:
        header: whether the first line holds names.
        decimal: ``.`` or ``,``, the mark before decimals.
        thousands: ``.`` or ``,``, the mark between thousands, or an empty text where there is none.
        skip: leave out rows with a gap or a word, instead of raising an error.

    Raises:
        ConfigError: one mark would be both.
    """

    header: bool | None = None
    decimal: str | None = None
    thousands: str | None = None
    skip: bool = False

    def __post_init__(self) -> None:
        if self.decimal and self.decimal == self.thousands:
            raise ConfigError("--thousands", self.thousands, "must be another mark than --decimal: name one of them.")
