"""Points from a table that a person brings: comma, semicolon or tab separated, with or without a header."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from bdsg.errors import ConfigError


def parse_points(content: bytes, name: str) -> np.ndarray:
    """Two columns of numbers, (n, 2) float64, in the file's order; blank lines are skipped.

    A first line in which no cell is a number is a header.

    Args:
        content: the file's bytes, UTF-8 with or without a byte order mark.
        name: what to call the file in messages.

    Raises:
        ConfigError: names the line, the value and the remedy.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            name, content[error.start : error.end], "must be UTF-8 text: save it as CSV UTF-8."
        ) from error
    rows = _rows(text, name)
    if rows and all(cell.strip() and _number(cell) is None for cell in rows[0][1]):
        _check_columns(name, *rows.pop(0))
    if not rows:
        raise ConfigError(name, text, "must hold at least one point: write x,y on a line, for example 0.5,-1.2.")
    return np.array([_point(name, line, row) for line, row in rows])


def header_names(line: str) -> list[str]:
    """The cells of a table's first line if it is a header, else none."""
    cells = next(csv.reader([line], delimiter=_delimiter(line)), [])
    return cells if cells and all(cell.strip() and _number(cell) is None for cell in cells) else []


def _delimiter(line: str) -> str:
    return next((sign for sign in ("\t", ";") if sign in line), ",")


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line that is not blank."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first))
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row) or len(row) > 1]
    except csv.Error as error:
        raise ConfigError(f"{name} line {reader.line_num}", "", f"cannot be read ({error}): save it as CSV.") from error


def _point(name: str, line: int, row: list[str]) -> tuple[float, float]:
    _check_columns(name, line, row)
    x, y = (_coordinate(f"{name} line {line}, column {column}", cell) for column, cell in enumerate(row, start=1))
    return x, y


def _check_columns(name: str, line: int, row: list[str]) -> None:
    if len(row) != 2:
        raise ConfigError(f"{name} line {line}", ",".join(row), f"must have 2 columns, x and y, not {len(row)}.")


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
