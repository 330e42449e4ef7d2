"""Text as rows of cells: counted before it is parsed, then a block of rows at a time."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from bdsg.data.tables.foreign import check_text
from bdsg.data.tables.limits import Limits
from bdsg.errors import ConfigError

TOLD_SEPARATOR = re.compile(r'\ufeff?"?sep=([,;\t|])[,;\t|]*"?[,;\t|]*(?=[\r\n])', re.IGNORECASE)
"""A first line by which Excel is told what separates the cells."""
QUOTED = re.compile(r'"[^"]*"')
ENDS = re.compile(r"\r\n|\r|\n")
HEAD = 65_536
"""Bytes in which the separator is looked for."""
BLOCK, LEAST_BLOCK = 20_000, 20
"""Cells, and rows, that are held as text at once."""


class Block(NamedTuple):
    """Some rows of a table: the line in which each ends, and its cells."""

    lines: list[int]
    rows: list[list[str]]


class Sheet:
    """A table of text, whose size has been checked; nothing of it has been parsed.

    Attributes:
        separator: of its cells.

    Raises:
        ConfigError: it is no UTF-8 text, or too large.
    """

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        check_text(content, name)
        self._content, self.name = content, name
        head = content[:HEAD].decode("utf-8", errors="ignore")
        told = TOLD_SEPARATOR.match(head)
        self._told = told is not None
        self.separator = told[1] if told else separator_of(head)
        # A header and a last line's end are no rows.
        limits.check(name, max(1, lines_of(content) - 2), columns_of(content, self.separator))
        check_lines(content, name, limits.line)

    def blocks(self) -> Iterator[Block]:
        """The rows in which something is written, some at a time.

        Raises:
            ConfigError: a quote is not closed, a cell is too long, or a byte is no UTF-8.
        """
        text = io.TextIOWrapper(io.BytesIO(self._content), "utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=self.separator, strict=True)
        try:
            if self._told:
                next(text)
            yield from self._blocks(reader)
        except UnicodeDecodeError as error:
            wrong = error.object[error.start : error.end]
            raise ConfigError(self.name, wrong, "must be UTF-8 text: save it as CSV UTF-8.") from error
        except csv.Error as error:
            place = f"{self.name} line {reader.line_num + self._told}"
            raise ConfigError(place, "a row", f"cannot be read ({error}): close its quotes.") from error

    def _blocks(self, reader: Any) -> Iterator[Block]:
        lines: list[int] = []
        rows: list[list[str]] = []
        for row in reader:
            if any(map(str.strip, row)):
                lines.append(reader.line_num + self._told)
                rows.append(row)
                if len(rows) * len(rows[0]) >= BLOCK and len(rows) >= LEAST_BLOCK:
                    yield Block(lines, rows)
                    lines, rows = [], []
        if rows:
            yield Block(lines, rows)


def separator_of(head: str) -> str:
    """What separates the cells of a table that begins so."""
    lines = filter(str.strip, ENDS.split(QUOTED.sub("", head)))  # a name in quotes may hold another sign
    first, second = itertools.islice(itertools.chain(lines, ("", "")), 2)
    both = (sign for sign in "\t;," if sign in first and sign in second)
    return next(both, next((sign for sign in "\t;" if sign in first), ","))


def lines_of(content: bytes) -> int:
    """Lines of a text, whichever way they end: counted, not parsed."""
    return max(content.count(b"\n"), content.count(b"\r")) + 1


def columns_of(content: bytes, separator: str) -> int:
    """Columns of a table by the separators in its first lines: counted, not parsed, so quoted ones count too."""
    lines = content.lstrip(b"\r\n")[: 100 * HEAD].split(b"\n" if b"\n" in content else b"\r", 3)[:3]
    return max(line.count(separator.encode()) for line in lines) + 1


def check_lines(content: bytes, name: str, most: int) -> None:
    """Raises ConfigError for a line of more than ``most`` bytes, before it is parsed."""
    begin = 0
    while len(content) - begin > most:
        end = max(content.rfind(sign, begin, begin + most + 1) for sign in (b"\n", b"\r"))
        if end < begin:
            line = content.count(b"\n", 0, begin) + 1
            limit = f"may hold {most:,} bytes at most: keep the columns that you need, without long texts."
            raise ConfigError(f"{name} line {line}", content[begin : begin + 40], limit)
        begin = end + 1
