"""Sentences about a table: what was decided, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from bdsg.errors import on_a_line

SHOWN_NAMES = 8
LONGEST_SHOWN = 40
"""Characters of a name in a sentence."""


def listed(names: Sequence[str]) -> str:
    """Names for a sentence, not all of many."""
    more = [] if len(names) <= SHOWN_NAMES else [f"and {len(names) - SHOWN_NAMES:,} more"]
    return ", ".join([*(on_a_line(one, LONGEST_SHOWN) for one in names[:SHOWN_NAMES]), *more])


def header_note(names: Sequence[str], *, header: bool) -> str:
    """How the first line was taken."""
    if header:
        return f"The first line is read as names: {listed(names)}."
    return f"The first line is read as numbers; the columns are called {listed(names)}."


def changed_note(names: Sequence[str]) -> list[str]:
    """Which names occur twice, if any do."""
    return [f"Names that occur twice are told apart: {listed(names)}."] if names else []


def left_out_notes(words: Sequence[str], *, index: bool) -> list[str]:
    """Which columns are not read."""
    first = ["The column without a name numbers the rows: it is left out."] if index else []
    return [*first, *([f"Left out, as they hold no numbers: {listed(words)}."] if words else [])]
