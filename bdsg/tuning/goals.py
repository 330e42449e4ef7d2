"""What a study may aim for: the scores of a trial, and which way is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bdsg.errors import ConfigError
from bdsg.number_text import SCORES


class Goal(NamedTuple):
    """One score of a trial.

    Attributes:
        title: as it is shown.
        larger: whether more is better.
        log: whether it is best seen on a logarithmic scale.
    """

    title: str
    larger: bool
    log: bool = False


GOALS: dict[str, Goal] = {
    "bf1": Goal(SCORES["bf1"].title, True),
    "bp1": Goal(SCORES["bp1"].title, True),
    "boundary_recall": Goal(SCORES["boundary_recall"].title, True),
    "grid_f1": Goal(SCORES["grid_f1"].title, True),
    "level_error": Goal(SCORES["level_error"].title, False, True),
    "seconds": Goal(SCORES["seconds"].title, False, True),
}
"""``level_error`` is the mean of |log p_x(B(z)) − log √(δε)|: it still tells good from better where BF1 is 1."""

SHORT = {"br": "boundary_recall", "f1": "grid_f1"}


def known_goals(names: Sequence[str]) -> tuple[str, ...]:
    """Goals by their names, each once.

    Raises:
        ConfigError: none is given, one is unknown, or BP1 stands without boundary recall.
    """
    found = tuple(dict.fromkeys(SHORT.get(name, name) for name in names))
    for name in found:
        if name not in GOALS:
            raise ConfigError("goals", name, f"must be among {', '.join(GOALS)}.")
    if not found:
        raise ConfigError("goals", list(names), f"needs at least one of {', '.join(GOALS)}.")
    if "bp1" in found and "boundary_recall" not in found:
        remedy = "alone it is best for points on one spot: add boundary_recall, or choose bf1."
        raise ConfigError("goals", "bp1", remedy)
    return found
