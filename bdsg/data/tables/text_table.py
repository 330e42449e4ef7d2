"""A table of text: what its columns are, how they are written, and the numbers of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bdsg.data.tables.cells import Profile, reason
from bdsg.data.tables.examined import Bad, Examined, Part, listed
from bdsg.data.tables.header import COUNTED, UNNAMED, column_names, counted, is_header
from bdsg.data.tables.limits import SHOWN_ROWS, Limits, Options
from bdsg.data.tables.marks import AmbiguousError, Marks, as_number, decide, numbers
from bdsg.data.tables.text import Block, Sheet
from bdsg.errors import ConfigError

SHOWN_MARKS = 2
"""Columns whose marks are told."""


class TextTable(Examined):
    """A table of text: whatever it does not say of itself is decided from its cells.

    Raises:
        ConfigError: it is too large, holds no row, or cannot be taken apart.
    """

    def __init__(self, sheet: Sheet, options: Options, limits: Limits) -> None:
        self._sheet, self._limits, self.name = sheet, limits, sheet.name
        first = next(sheet.blocks(), Block([], []))
        if not first.rows:
            raise ConfigError(sheet.name, 0, "must hold at least one row of numbers.")
        head, below = first.rows[0], first.rows[1:]
        self._lacks_a_name = _lacks_a_name(head, below) and options.header is not False
        self._width = len(head) + self._lacks_a_name
        limits.check(self.name, 1, self._width)
        self._profiles = [Profile() for _ in range(self._width)]
        rows = [row for row in self._fitted(below) if row is not None]
        cells = ["", *head] if self._lacks_a_name else head
        self._profile()
        self.header: bool | None = self._decide_header(cells, rows, options)
        if self.header and not below:
            raise ConfigError(self.name, 0, "must hold at least one row of numbers below its names.")
        if not self.header:
            for profile, cell in zip(self._profiles, cells, strict=True):
                profile.add([cell])
        self._begin = (cells, *rows[: SHOWN_ROWS - 1]) if not self.header else tuple(rows[:SHOWN_ROWS])
        self._name_columns(cells, options)

    def _decide_header(self, cells: list[str], rows: list[list[str]], options: Options) -> bool:
        if options.header is not None:
            return options.header
        return self._lacks_a_name or is_header(cells, self._profiles, rows)

    def _profile(self) -> None:
        """Count what the cells below the first line are."""
        self._ragged, first = False, True
        for block in self._sheet.blocks():
            fitted = self._fitted(block.rows[first:])
            rows = [row for row in fitted if row is not None]
            self._ragged |= len(rows) < len(fitted)
            first = False
            for profile, cells in zip(self._profiles, zip(*rows, strict=True), strict=False):
                profile.add(cells)

    def _fitted(self, rows: list[list[str]]) -> Sequence[list[str] | None]:
        """Each row as wide as the table, or None in its place; empty cells at its end do not count."""
        width = self._width
        if set(map(len, rows)) <= {width}:
            return rows
        return [row[:width] if len(row) >= width and not any(map(str.strip, row[width:])) else None for row in rows]

    def _name_columns(self, cells: list[str], options: Options) -> None:
        """Names, which columns are of numbers, and how these are written."""
        self.names, changed = column_names(cells if self.header else None, self._width, self._limits.name)
        found = [k for k, profile in enumerate(self._profiles) if profile.of_numbers]
        keys = {k: f"{self.name}, {self._key(k)}" for k in found}
        self._marks = decide(keys, self._profiles, options, self._sheet.separator)
        self.index = [0] if self._is_index(cells) else []
        self.numeric = [k for k in found if k not in self.index]
        named = [bool(self.header and cell.strip()) for cell in cells]
        written = [k for k, one in enumerate(self._profiles) if one.numbers or one.words or named[k]]
        shown = listed([self.names[k] for k in written if k not in self.index])
        taken = "names: " if self.header else "numbers; the columns are called "
        self.notes = [f"The first line is read as {taken}{shown}."]
        if changed:
            self.notes.append(f"Names that occur twice are told apart: {listed(changed)}.")
        self.leave_out([self.names[k] for k in written if k not in found])

    def _key(self, place: int) -> str:
        name = self.names[place]
        return name if name == f"column {place + 1}" else f"column {name}"

    def _is_index(self, cells: list[str]) -> bool:
        """Whether the first column has no name, others have, and its whole numbers are all different."""
        profile = self._profiles[0]
        if not self.header or cells[0].strip() not in UNNAMED or not any(map(str.strip, cells[1:])):
            return False
        if profile.numbers != profile.wholes or not profile.numbers or profile.words or profile.gaps:
            return False
        values = np.concatenate([part.values[:, 0] for part in self.parts([0])])
        values = values[np.isfinite(values)]
        return len(np.unique(values)) == len(values) and len(values) > 1

    def first_rows(self) -> list[list[str]]:
        return [list(row) for row in self._begin]

    def doubt(self, places: Sequence[int]) -> AmbiguousError | None:
        return next((one for k in places if isinstance(one := self._marks[k], AmbiguousError)), None)

    def mark_notes(self, places: Sequence[int]) -> list[str]:
        found = []
        for k in places:
            marks, profile = self._marks[k], self._profiles[k]
            if isinstance(marks, Marks):
                cell = profile.unsure.get(marks.thousands) or profile.odd
                number = as_number(cell, marks) if cell else float("nan")
                if np.isfinite(number):
                    found.append(f"In {self._key(k)}, {cell!r} is read as {number:.15g}.")
        return found[:SHOWN_MARKS]

    def parts(self, places: Sequence[int]) -> Iterator[Part]:
        if doubt := self.doubt(places):
            raise doubt
        marks = {k: one for k in places if isinstance(one := self._marks[k], Marks)}
        first = bool(self.header)
        for block in self._sheet.blocks():
            yield self._part(Block(block.lines[first:], block.rows[first:]), marks)
            first = False

    def _part(self, block: Block, marks: dict[int, Marks]) -> Part:
        rows = self._fitted(block.rows)
        blank = [""] * self._width
        columns = list(zip(*(blank if row is None else row for row in rows), strict=True)) or [()] * self._width
        values = np.stack([numbers(columns[k], one, plain=self._is_plain(k)) for k, one in marks.items()], axis=1)

        def bad(k: int) -> Bad:
            place, text, row = f"line {block.lines[k]}", self._sheet.separator.join(block.rows[k]), rows[k]
            if row is None:
                wrong = f"must have {self._width} columns, as the first line has, not {len(block.rows[k])}."
                return Bad(place, text, ConfigError(f"{self.name} {place}", text, wrong))
            column = list(marks)[int(np.argmin(np.isfinite(values[k])))]
            cell, key = row[column], f"{self.name} {place}, {self._key(column)}"
            return Bad(place, text, ConfigError(key, cell, reason(cell)))

        return Part(values, bad)

    def _is_plain(self, place: int) -> bool:
        """Whether Python reads all numbers of a column as they stand."""
        profile = self._profiles[place]
        return not (self._ragged or profile.words or profile.gaps or profile.odd)


def _lacks_a_name(head: list[str], below: list[list[str]]) -> bool:
    """Whether the first line has one name less than the rows have cells, of which the first numbers them.

    So R writes a table with the names of its rows.
    """
    if len(head) < 2 or len(below) < COUNTED or any(len(row) != len(head) + 1 for row in below):
        return False
    return any(row[-1].strip() for row in below) and counted([row[0] for row in below])
