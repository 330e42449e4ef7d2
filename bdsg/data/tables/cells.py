"""What a cell of text is: a number, in whichever way it is written, a gap, or a word.

Whether 1.250 is a thousand or little more than one cannot be told from the cell: here it is a number with a mark before
three digits, and :mod:`bdsg.data.tables.marks` decides for the whole column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

GAPS = {"", "-", "--", "–", "—", "?", ".", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "<na>"}
"""What stands for a missing value."""

ALIKE = str.maketrans(
    {
        **dict.fromkeys("−–‐‑﹣－", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008", " "),
        **dict.fromkeys("’ʼ", "'"),
    }
)
"""Signs that typesetters and spreadsheets put for minus, for a blank and for an apostrophe between thousands."""

BODY = re.compile(r"[-+]?((?:[0-9., ']*[0-9])?[.,]?)([eE][-+]?[0-9]{1,4})?")
DIGITS = str.maketrans("023456789", "1" * 9)
LEADING_ZERO = re.compile(r"(?:^|\0)\s*[-+−–‐‑﹣－]?(0[0-9]{0,2}([.,])[0-9]{3})\s*(?=\0|$)")
"""A cell such as 0.125, in cells with NUL between them: no thousand begins with zero."""


class Kind(NamedTuple):
    """What a cell is.

    Attributes:
        number, gap: whether it is one; what is neither is a word.
        whole: a number without a mark.
        big: such a number of four digits or more.
        decimal: the mark that surely stands before its decimals, or nothing.
        thousands: the mark, ``.`` or ``,``, that surely stands between its thousands, or nothing.
        three: its one mark, with one to three digits before it and three behind, or nothing.
    """

    number: bool = False
    gap: bool = False
    whole: bool = False
    big: bool = False
    decimal: str = ""
    thousands: str = ""
    three: str = ""


def kind_of(cell: str) -> Kind:
    """What a cell is, as far as it tells by itself."""
    text = cell.strip().translate(ALIKE)
    match = BODY.fullmatch(text)
    if match is None or not any("0" <= sign <= "9" for sign in match[1]):
        return Kind(gap=text.lower() in GAPS)
    body, exponent = match[1], match[2]
    marks = re.sub("[0-9]", "", body)
    if not marks:
        return Kind(number=True, whole=not exponent, big=len(body) > 3 and not exponent)
    if len(marks) == 1 and marks in ".,":
        before, after = body.split(marks)
        if len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0") and not exponent:
            return Kind(number=True, three=marks)
        return Kind(number=True, decimal=marks)
    return _grouped(body, marks)


def _grouped(body: str, marks: str) -> Kind:
    """What a number with signs between its thousands is, or a word."""
    decimal = marks[-1] if marks[-1] in ".," and marks[-1] != marks[0] else ""
    whole, sign = body.partition(decimal)[0] if decimal else body, marks[0]
    if marks.strip(sign) != decimal or not grouped(whole.split(sign), sign):
        return Kind()
    return Kind(number=True, decimal=decimal, thousands=sign if sign in ".," else "")


def grouped(parts: list[str], sign: str) -> bool:
    """Whether digits are grouped as thousands are, or, between commas, as lakhs and crores."""
    first, *middle, last = parts
    size = 2 if sign == "," and middle and len(middle[0]) == 2 else 3
    return 1 <= len(first) <= size and all(len(part) == size for part in middle) and len(last) == 3


class Profile:
    """What the cells of one column are, all together.

    Attributes:
        numbers, words, gaps: how many of each.
        wholes, fractions, threes: how many numbers have no mark, surely a decimal mark, or one before three digits.
        big: whether a number of four digits has no mark.
        decimals, thousands, unsure: for each mark the first cell where it surely is one of decimals, of thousands, or
            stands before three digits.
        odd: the first number that Python would not read as it stands.
    """

    def __init__(self) -> None:
        self.numbers = self.words = self.gaps = 0
        self.wholes = self.fractions = self.threes = 0
        self.big = False
        self.decimals: dict[str, str] = {}
        self.thousands: dict[str, str] = {}
        self.unsure: dict[str, str] = {}
        self.odd: str | None = None

    @property
    def of_numbers(self) -> bool:
        """Whether at least half of what is written in the column are numbers."""
        return self.numbers > 0 and self.numbers >= self.words

    def add(self, cells: Sequence[str]) -> None:
        """Count more cells; they hold no NUL.

        Numbers of the same shape, such as 12.5 and 31.7, are looked at once.
        """
        joined = "\0".join(cells)
        shapes = joined.translate(DIGITS).split("\0")
        counts = Counter(shapes)
        for shape, count in counts.items():
            self._count(shape, count, cells, shapes)
        if self.threes:
            for match in LEADING_ZERO.finditer(joined):
                self.decimals.setdefault(match[2], match[1])

    def _count(self, shape: str, count: int, cells: Sequence[str], shapes: list[str]) -> None:
        kind = kind_of(shape)
        self.numbers += count * kind.number
        self.gaps += count * kind.gap
        self.words += count * (not kind.number and not kind.gap)
        self.wholes += count * kind.whole
        self.fractions += count * bool(kind.decimal)
        self.threes += count * bool(kind.three)
        self.big |= kind.big
        for marks, mark in (
            (self.decimals, kind.decimal),
            (self.thousands, kind.thousands),
            (self.unsure, kind.three),
        ):
            if mark and mark not in marks:
                marks[mark] = cells[shapes.index(shape)].strip()
        if kind.number and self.odd is None and not _plain(shape):
            self.odd = cells[shapes.index(shape)].strip()


def _plain(shape: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*(?:[eE][-+]?[0-9]+)?", shape.strip(" \t")) is not None


def reason(cell: str) -> str:
    """Why a cell is no finite number, and the remedy."""
    text = cell.strip().translate(ALIKE)
    kind = kind_of(cell)
    signs = (
        ("%‰", "without a per cent sign"),
        ("$€£¥₹₽", "without a currency sign"),
        ("±", "without its error: give that a column of its own"),
        ("<>≤≥~≈", "and no bound"),
    )
    if kind.number:
        how = "no larger than 1e308 and written like the others of its column"
    elif kind.gap:
        return "must be a finite number: fill it, or skip such rows."
    elif re.fullmatch(r"\(.*\)|[0-9.,' ]+-", text):
        how = "with a minus before it where it is negative"
    else:
        how = next((words for some, words in signs if any(sign in text for sign in some)), "for example 0.5")
    return f"must be a finite number, {how}: correct it, or skip such rows."
