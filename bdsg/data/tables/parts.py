"""Numbers of chosen columns, some rows at a time, put together: bad rows are named, or skipped and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from bdsg.errors import ConfigError, on_a_line

LONGEST_EXAMPLE = 60
"""Characters that are shown of a row that was skipped."""


class Part(NamedTuple):
    """Some rows.

    Attributes:
        values: (n, d), NaN or infinite where there is no finite number.
        complaint: what is wrong with the k-th of them.
        place, text: where the k-th of them stands, and what is written there.
    """

    values: np.ndarray
    complaint: Callable[[int], ConfigError]
    place: Callable[[int], str]
    text: Callable[[int], str]


class Rows(NamedTuple):
    """All rows that were read.

    Attributes:
        values: (n, d), finite.
        numbers: (n,), which rows of the table they are, from 1.
        skipped: a sentence about the others, if there are any.
    """

    values: np.ndarray
    numbers: np.ndarray
    skipped: str | None


def together(parts: Iterable[Part], width: int, *, skip: bool) -> Rows:
    """All rows of ``width`` columns whose numbers are finite.

    Raises:
        ConfigError: another row, unless these are skipped.
    """
    found: list[np.ndarray] = [np.empty((0, width))]
    sound: list[np.ndarray] = [np.empty(0, dtype=bool)]
    example = ""
    for part in parts:
        finite = np.isfinite(part.values).all(axis=1)
        if not finite.all():
            worst = int(np.argmin(finite))
            if not skip:
                raise part.complaint(worst)
            example = example or f"{part.place(worst)}: {on_a_line(part.text(worst), LONGEST_EXAMPLE)!r}"
        found.append(part.values[finite])
        sound.append(finite)
    kept = np.concatenate(sound)
    skipped = len(kept) - int(kept.sum())
    said = f"{skipped:,} of {len(kept):,} rows were skipped, for example {example}." if skipped else None
    return Rows(np.concatenate(found), np.flatnonzero(kept) + 1, said)
