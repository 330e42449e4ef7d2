"""Points from a table that a person brings: comma, semicolon or tab separated, with or without a header."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re

import numpy as np

from bdsg.errors import ConfigError

Columns = tuple[int, int]
"""Which two columns of a wider table hold x and y, from 0."""

LONGEST_LINE = 100_000
"""Bytes of a table's line."""

TOLD_SEPARATOR = re.compile(r'"?sep=([,;\t|])[,;\t|]*"?[,;\t|]*(?=[\r\n])', re.IGNORECASE)
"""A first line by which Excel is told what separates the cells."""


def parse_points(content: bytes, name: str, columns: Columns | None = None, *, skip: bool = False) -> np.ndarray:
    """Two columns of numbers, (n, 2) float64, in the file's order; blank lines are skipped.

    Where cells are not separated by commas, a number may have a decimal comma.  A line ``sep=;`` before all others says
    what separates the cells.

    A first line is a header if no cell is a number, of those that are read.

    Args:
        content: the file's bytes, UTF-8 with or without a byte order mark.
        name: what to call the file in messages.
        columns: the two that are read; by default the table must have no more than these.
        skip: leave out rows that cannot be read instead of raising an error.

    Raises:
        ConfigError: names the line, the value and the remedy.
    """
    check_lines(content, name)
    text = _text(content, name)
    rows = _rows(text, name)
    width = 2 if columns is None else max(len(rows[0][1]) if rows else 0, max(columns) + 1)
    read = columns or (0, 1)
    if rows and _is_header([rows[0][1][k] for k in read if k < len(rows[0][1])]):
        _check_width(name, *rows.pop(0), width)
    if not rows:
        raise ConfigError(name, text, "must hold at least one point: write x,y on a line, for example 0.5,-1.2.")
    if skip:
        rows = [(line, row) for line, row in rows if _is_point(row, read, width)]
    return np.array([_point(name, line, row, read, width) for line, row in rows]).reshape(-1, 2)


def first_rows(content: bytes, name: str, most: int) -> list[list[str]]:
    """The cells of a table's first lines that are not blank, at most ``most`` of them.

    Raises:
        ConfigError: it is not UTF-8 text, or one of its lines is too long.
    """
    check_lines(content, name)
    lines = (line for line in _text(content, name).splitlines() if line.strip())
    text = "\n".join(line for line, _ in zip(lines, range(most), strict=False))
    return [cells for _, cells in _rows(text, name)]


def rows_of(content: bytes) -> int:
    """Lines of a text, whichever way they end: counted, not parsed."""
    return max(content.count(b"\n"), content.count(b"\r")) + 1


def check_lines(content: bytes, name: str) -> None:
    """Raises ConfigError for a line of more than ``LONGEST_LINE`` bytes, before it is parsed."""
    begin = 0
    while len(content) - begin > LONGEST_LINE:
        end = max(content.rfind(sign, begin, begin + LONGEST_LINE + 1) for sign in (b"\n", b"\r"))
        if end < begin:
            line = content.count(b"\n", 0, begin) + 1
            limit = f"may hold {LONGEST_LINE:,} bytes at most: keep the columns that you need, without long texts."
            raise ConfigError(f"{name} line {line}", content[begin : begin + 40], limit)
        begin = end + 1


def columns_of(content: bytes) -> int:
    """Columns of a table by the separators in its first lines: counted, not parsed, so quoted ones count too."""
    lines = content.lstrip()[: LONGEST_LINE + 1].splitlines() or [b""]
    sign = delimiter(lines[0].decode("latin-1")).encode()
    return max(line.count(sign) for line in lines) + 1


def _text(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_text(name, error) from error
    check_characters(content, name)
    return text


def not_text(name: str, error: UnicodeDecodeError) -> ConfigError:
    """The error for bytes that are not UTF-8."""
    return ConfigError(name, error.object[error.start : error.end], "must be UTF-8 text: save it as CSV UTF-8.")


def check_characters(content: bytes, name: str) -> None:
    """Raises ConfigError for a NUL byte: UTF-16 is full of them, and so is what is no text."""
    place = content.find(b"\0")
    if place >= 0:
        line = content.count(b"\n", 0, place) + 1
        remedy = "must be UTF-8 text without NUL bytes: save it as CSV UTF-8."
        raise ConfigError(f"{name} line {line}", content[max(0, place - 10) : place + 10], remedy)


def is_number(cell: str) -> bool:
    """Whether a table's cell is read as a number."""
    return _number(cell) is not None


def _is_header(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells) and not any(map(is_number, cells))


def delimiter(line: str) -> str:
    """What separates the cells of a table's first line."""
    return next((sign for sign in ("\t", ";") if sign in line), ",")


def separated(text: str) -> tuple[str, str]:
    """What separates a table's cells, and the table without the line that says so; lines keep their numbers."""
    told = TOLD_SEPARATOR.match(text)
    if told:
        return told[1], text[told.end() :]
    first, second = itertools.islice(itertools.chain(filter(str.strip, text.splitlines()), ("", "")), 2)
    both = (sign for sign in "\t;," if sign in first and sign in second)  # a name may hold another sign
    return next(both, delimiter(first)), text


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line that is not blank."""
    separator, text = separated(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row) or len(row) > 1]
    except csv.Error as error:
        raise ConfigError(f"{name} line {reader.line_num}", "", f"cannot be read ({error}): save it as CSV.") from error
    return rows if separator == "," else _pointed(rows, name)


def _pointed(rows: list[tuple[int, list[str]]], name: str) -> list[tuple[int, list[str]]]:
    """The rows with 1,5 as 1.5, where that makes it a number."""
    found = [(line, [_decimal(cell) for cell in row]) for line, row in rows]
    marks: dict[int, tuple[str, str]] = {}  # of each column: the mark of its first number that has one, and that number
    for (_, before), (line, after) in zip(rows, found, strict=True):
        for k, (cell, number) in enumerate(zip(before, after, strict=True)):
            mark = "," if cell != number else "." if "." in cell and is_number(cell) else ""
            if mark and mark != marks.setdefault(k, (mark, cell))[0]:
                raise mixed_marks(f"{name} line {line}, column {k + 1}", cell, marks[k][1])
    return found


def mixed_marks(key: str, cell: str, other: str) -> ConfigError:
    """The error for a column where 1.234 may be a thousand or little more than one."""
    return ConfigError(
        key, cell, f"the column has {other[:20]!r} too: write all numbers alike, without signs between thousands."
    )


def _decimal(cell: str) -> str:
    """1,5 as 1.5, where that makes it a number."""
    pointed = cell.replace(",", ".")
    return pointed if cell.count(",") == 1 and is_number(pointed) else cell


def _is_point(row: list[str], columns: Columns, width: int) -> bool:
    if len(row) != width:
        return False
    found = [_number(row[k]) for k in columns]
    return all(number is not None and math.isfinite(number) for number in found)


def _point(name: str, line: int, row: list[str], columns: Columns, width: int) -> tuple[float, float]:
    _check_width(name, line, row, width)
    x, y = (_coordinate(f"{name} line {line}, column {k + 1}", row[k]) for k in columns)
    return x, y


def _check_width(name: str, line: int, row: list[str], width: int) -> None:
    if len(row) != width:
        words = "2 columns, x and y" if width == 2 else f"{width} columns, as the first line has"
        raise ConfigError(f"{name} line {line}", ",".join(row), f"must have {words}, not {len(row)}.")


def _coordinate(key: str, cell: str) -> float:
    number = _number(cell)
    if number is None or not math.isfinite(number):
        raise ConfigError(key, cell, "must be a finite number with a decimal point, for example 0.5.")
    return number


def _number(cell: str) -> float | None:
    try:
        return float(cell) if "_" not in cell else None  # float() takes 1_000, which no table means
    except ValueError:
        return None
