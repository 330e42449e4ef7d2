"""Whether 1.250 is a thousand: decided for each column from all of its numbers, and never in two ways."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bdsg.data.tables.cells import ALIKE, Profile
from bdsg.data.tables.limits import Options
from bdsg.errors import ConfigError

OTHER = {".": ",", ",": "."}
WORDS = {".": "point", ",": "comma"}


class Marks(NamedTuple):
    """How the numbers of a column are written: the mark before decimals, and that between thousands, or none."""

    decimal: str = "."
    thousands: str = ","


class AmbiguousError(ConfigError):
    """A column whose numbers can be read in two ways.

    Attributes:
        cells: one or two of them.
    """

    def __init__(self, key: str, cells: Sequence[str], remedy: str) -> None:
        super().__init__(key, cells[0], remedy)
        self.cells = list(cells)

    def readings(self) -> dict[str, str]:
        """What the cells are if the decimal mark is a point, and if it is a comma."""
        return {decimal: " and ".join(_reading(cell, decimal) for cell in self.cells) for decimal in OTHER}


def _reading(cell: str, decimal: str) -> str:
    number = as_number(cell, Marks(decimal, OTHER[decimal]))
    return f"{cell} is no number" if np.isnan(number) else f"{cell} is {number:.15g}"


def decide(
    keys: dict[int, str], profiles: Sequence[Profile], options: Options, separator: str
) -> dict[int, Marks | AmbiguousError]:
    """How the numbers of each column are written, or what is wrong with them.

    A mark is one of decimals if it stands before other than three digits, behind a zero, or alone in a number of more
    than six digits; one of thousands if it occurs twice in a number, or before another mark.  A column of which no
    number tells follows the others of the file; if those tell nothing, a point between commas is one of decimals where
    all numbers have one; else nobody knows.

    Args:
        keys: places of the columns of numbers, and what they are called in messages.
        profiles: of all columns.
        options: may decide for all columns.
        separator: of the cells.
    """
    told = {mark for k in keys for mark in _decimals(profiles[k])}
    return {k: _of_column(key, profiles[k], options, told, separator) for k, key in keys.items()}


def _decimals(profile: Profile) -> set[str]:
    """The marks that the numbers of a column show to be of decimals."""
    return {*profile.decimals, *(OTHER[mark] for mark in profile.thousands)}


def _of_column(key: str, profile: Profile, options: Options, told: set[str], separator: str) -> Marks | AmbiguousError:
    if options.decimal or options.thousands:
        decimal = options.decimal or OTHER[options.thousands or ","]
        return Marks(decimal, OTHER[decimal] if options.thousands != "" else "")
    own = _decimals(profile)
    unsure = set(profile.unsure)
    if options.thousands == "":
        own, unsure = own | unsure, set()
    if len(own) > 1 or len(unsure - own) > 1 or (own and unsure - own and not profile.thousands):
        return _mixed(key, profile)
    if own:
        (decimal,) = own
        return Marks(decimal, OTHER[decimal] if options.thousands != "" else "")
    return _by_the_file(key, profile, told, separator) if unsure else Marks()


def _by_the_file(key: str, profile: Profile, told: set[str], separator: str) -> Marks | AmbiguousError:
    """For a column of which each mark stands before three digits."""
    ((mark, cell),) = profile.unsure.items()
    candidates = set(told)
    if profile.big:  # without a sign between its thousands
        candidates.add(mark)
    if separator == "," and mark == "." and profile.threes == profile.numbers:
        candidates.add(mark)
    if len(candidates) != 1:
        word, large = WORDS[mark], as_number(cell, Marks(OTHER[mark], mark))
        small = as_number(cell, Marks(mark, ""))
        remedy = f"may be two numbers: say --thousands {word} for {large:.15g}, or --decimal {word} for {small:.15g}."
        return AmbiguousError(key, [cell], remedy)
    (decimal,) = candidates
    return Marks(decimal, OTHER[decimal])


def _mixed(key: str, profile: Profile) -> AmbiguousError:
    """The error for a column that is written in two ways."""
    found = [*profile.decimals.values(), *profile.thousands.values(), *profile.unsure.values()]
    one = found[0]
    other = next((cell for cell in found if set(cell) & set(".,") != set(one) & set(".,")), found[-1])
    remedy = "write all numbers alike, or say --decimal point or --decimal comma."
    return AmbiguousError(key, [one, other], f"the column has {other[:20]!r} too: {remedy}")


@functools.cache
def _pattern(marks: Marks) -> re.Pattern[str]:
    """A number that is written in this way."""
    signs = [" ", "'", *marks.thousands]
    groups = [rf"[0-9]{{1,3}}(?:{re.escape(sign)}[0-9]{{3}})+" for sign in signs]
    if marks.thousands == ",":
        groups.append(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")
    decimal = re.escape(marks.decimal)
    whole = f"(?:{'|'.join([*groups, '[0-9]+'])})"
    return re.compile(rf"[-+]?(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][-+]?[0-9]{{1,4}})?")


def as_number(cell: str, marks: Marks) -> float:
    """The number in a cell, or NaN where there is none."""
    text = cell.strip().translate(ALIKE)
    if _pattern(marks).fullmatch(text) is None:
        return float("nan")
    for sign in (" ", "'", marks.thousands):
        text = text.replace(sign, "") if sign else text
    return float(text.replace(marks.decimal, "."))


def numbers(cells: Sequence[str], marks: Marks, *, plain: bool) -> np.ndarray:
    """The numbers of a column's cells, (n,), NaN where there is none.

    Args:
        cells: of the column, (n,).
        marks: how it is written.
        plain: Python reads all of them as they stand.
    """
    if plain and marks.decimal == ".":
        return np.fromiter(map(float, cells), float, len(cells))
    return np.fromiter((as_number(cell, marks) for cell in cells), float, len(cells))
