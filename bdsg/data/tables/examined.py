"""A table of which everything but its numbers is known, and the numbers of some of its columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bdsg.data.tables.marks import AmbiguousError
from bdsg.errors import ConfigError, on_a_line

LONGEST_EXAMPLE = 60
"""Characters that are shown of a row that was skipped."""
SHOWN_NAMES = 8
LONGEST_SHOWN = 40
"""Characters of a name in a sentence."""


class Table(NamedTuple):
    """Columns of numbers.

    Attributes:
        names: of the columns, (d,).
        values: (n, d) float64, finite.
        rows: (n,), which rows of the table they are, from 1.
        left_out: names of the columns that were not read, as they hold no numbers or number the rows.
        notes: how they were read, and which rows were skipped, in sentences.
    """

    names: list[str]
    values: np.ndarray
    rows: np.ndarray
    left_out: list[str]
    notes: list[str]


class Bad(NamedTuple):
    """A row that cannot be read: where it stands, what is written there, and what is wrong with it."""

    place: str
    text: str
    error: ConfigError


class Part(NamedTuple):
    """Some rows: their values (n, d), not finite where there is no number, and what is to be said of the k-th."""

    values: np.ndarray
    bad: Callable[[int], Bad]


class Examined(ABC):
    """What text and Parquet have in common.

    Attributes:
        name: of the file.
        names: of all columns, each another.
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
    header: bool | None = None
    notes: list[str]

    @abstractmethod
    def first_rows(self) -> list[list[str]]:
        """The first cells, a list for each row."""

    @abstractmethod
    def parts(self, places: Sequence[int]) -> Iterator[Part]:
        """The numbers of columns, some rows at a time."""

    def doubt(self, places: Sequence[int]) -> AmbiguousError | None:
        """The first of these columns whose numbers may be read in two ways, if one may."""
        return None

    def mark_notes(self, places: Sequence[int]) -> list[str]:
        """How numbers that Python would write in another way are read."""
        return []

    def leave_out(self, words: Sequence[str]) -> None:
        """Say that columns of ``words`` are not read, nor one that numbers the rows."""
        self.left_out = [*words, *(self.names[k] for k in self.index)]
        if self.index:
            self.notes.append("The column without a name numbers the rows: it is left out.")
        if words:
            self.notes.append(f"Left out, as they hold no numbers: {listed(words)}.")

    def read(self, places: Sequence[int], *, skip: bool = False) -> Table:
        """The numbers of some columns.

        Args:
            places: of columns of numbers, from 0.
            skip: leave out rows with a gap or a word, instead of raising an error.

        Raises:
            ConfigError: names the line, the column, the value and the remedy.
        """
        found: list[np.ndarray] = [np.empty((0, len(places)))]
        sound: list[np.ndarray] = [np.empty(0, dtype=bool)]
        example: Bad | None = None
        for part in self.parts(places):
            finite = np.isfinite(part.values).all(axis=1)
            if not finite.all() and not (skip and example):
                example = part.bad(int(np.argmin(finite)))
                if not skip:
                    raise example.error
            found.append(part.values[finite])
            sound.append(finite)
        kept = np.concatenate(sound)
        notes = self.mark_notes(places)
        if example:
            shown = f"{example.place}: {on_a_line(example.text, LONGEST_EXAMPLE)!r}"
            counts = f"{len(kept) - int(kept.sum()):,} of {len(kept):,} rows"
            notes.append(f"{counts} were skipped, for example {shown}.")
        if not kept.any():
            raise ConfigError(self.name, 0, f"must hold at least one row of numbers. {notes[-1] if example else ''}")
        names = [self.names[k] for k in places]
        return Table(names, np.concatenate(found), np.flatnonzero(kept) + 1, self.left_out, notes)


def listed(names: Sequence[str]) -> str:
    """Names for a sentence, not all of many."""
    more = [] if len(names) <= SHOWN_NAMES else [f"and {len(names) - SHOWN_NAMES:,} more"]
    return ", ".join([*(on_a_line(one, LONGEST_SHOWN) for one in names[:SHOWN_NAMES]), *more])
