"""Whether a table's first line holds names, decided from types, and what its columns are called."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bdsg.data.tables.cells import Profile, kind_of

YEARS = range(1900, 2101)
SURE = 5
"""Rows below a line of whole numbers that must all have fractions, so that it is taken for names."""
UNNAMED = ("", "Unnamed: 0")
"""How a first column is called that numbers the rows: by nothing, or by what pandas makes of that."""
COUNTED = 3
"""Rows that must be numbered one by one below a line that lacks a name."""


def is_header(first: Sequence[str], below: Sequence[Profile], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line holds names.

    It does where one of its cells is a word above a column of numbers, or where none is a number.  A line of numbers
    alone holds names where they are different whole numbers and nothing below is whole, or where they are successive
    years and no other line is so, or where only the first column, which numbers the rows, has no name.

    Args:
        first: its cells.
        below: of each column, without the first line.
        rows: the first rows below.
    """
    kinds = [kind_of(cell) for cell in first]
    words = [not kind.number and not kind.gap for kind in kinds]
    if any(word and profile.of_numbers for word, profile in zip(words, below, strict=True)):
        return True
    if not any(kind.number for kind in kinds):
        return any(words) or not rows
    if not rows:
        return False
    places = [k for k, profile in enumerate(below) if profile.of_numbers]
    named = [k for k in places if kinds[k].whole]
    if len(named) == len(places):
        return _names(first, below, rows, places)
    unnamed = places[:1] == [0] and len(named) == len(places) - 1 > 0 and not first[0].strip()
    return unnamed and counted([row[0] for row in rows])


def _names(
    first: Sequence[str], below: Sequence[Profile], rows: Sequence[Sequence[str]], places: Sequence[int]
) -> bool:
    """Whether whole numbers are names: from what stands below them, in the columns of numbers."""
    numbers = [first[k].strip() for k in places]
    all_fractions = all(below[k].fractions + below[k].threes == below[k].numbers >= SURE for k in places)
    if all_fractions and len(set(numbers)) == len(numbers):
        return True
    return _years(numbers) and not any(_years([row[k].strip() for k in places]) for row in rows)


def _years(cells: Sequence[str]) -> bool:
    """Whether there are two or more, each the year after the one before."""
    years = [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) == 4]
    steps = {after - before for before, after in itertools.pairwise(years)}
    return len(years) == len(cells) > 1 and steps == {1} and years[0] in YEARS and years[-1] in YEARS


def counted(cells: Sequence[str]) -> bool:
    """Whether cells, three or more, are 0, 1, 2, ... or 1, 2, 3, ..."""
    found = [cell.strip() for cell in cells]
    return len(found) >= COUNTED and any(found == [str(k + start) for k in range(len(found))] for start in (0, 1))


def column_names(first: Sequence[str] | None, width: int, most: int | None) -> tuple[list[str], list[str]]:
    """The names of all columns, each another, and those of them that had to be told apart.

    Args:
        first: the cells that hold names, if there are any.
        width: how many columns there are.
        most: characters of a name.
    """
    if first is None:
        return (["x", "y"] if width == 2 else [_numbered(k) for k in range(width)]), []
    names = [" ".join(cell.split()) or _numbered(k) for k, cell in enumerate(first)]
    return told_apart(names, most)


def _numbered(place: int) -> str:
    return f"column {place + 1}"


def told_apart(names: Sequence[str], most: int | None = None) -> tuple[list[str], list[str]]:
    """The names with a number behind those that occur before, and which these are.

    Args:
        names: of columns.
        most: characters of a name.
    """
    taken: set[str] = set()
    found, changed = [], []
    counts: dict[str, int] = {}
    for name in names:
        one = name[:most]
        while one in taken:
            counts[name] = counts.get(name, 1) + 1
            end = f" ({counts[name]})"
            one = name[: None if most is None else most - len(end)] + end
        if one != name[:most]:
            changed.append(one)
        taken.add(one)
        found.append(one)
    return found, changed
