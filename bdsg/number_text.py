"""How numbers are written for people: one form for each quantity, as in ``frontend/src/core/format.ts``.

What is saved (CSV, JSON) keeps all digits.  Ties are rounded away from 0, as browsers do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, NamedTuple

ABSENT = "–"
"""For what is not defined."""

FIELD = "%.4g"
"""Of an input field, which has as many figures as :func:`setting`."""

HOVER = ".3~g"
"""Plotly's word for :func:`measured`, where a chart has too many numbers to write each."""

LEAST_SECONDS = 0.01

_SMALLEST, _LARGEST = -4, 4
"""Powers of ten between which a number is written out: 0.0001 to 99,999."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share: float | None) -> str:
    """A share as per cent, ``12.5 %``; what is neither none nor all never reads as such: ``> 99.9 %``."""
    return ABSENT if share is None else f"{_inside(100 * share, 100, 1)} %"


def area(value: float | None) -> str:
    """An area under a curve, AUROC or AUPRC: ``0.9731``, never rounded up to 1."""
    return ABSENT if value is None else _inside(value, 1, 4)


def nats(value: float | None) -> str:
    """A likelihood or a gap between two, in nats: ``0.0123``."""
    if value is None:
        return ABSENT
    text = _fixed(abs(value), 4)
    if float(text) == 0:
        return "< 0.0001" if value else "0"
    return _signed(value, text)


def measured(value: float | None) -> str:
    """What was measured (a distance, a density, a loss): three figures, ``0.0307`` or ``9.18 × 10⁻⁵``."""
    return figures(value, 3)


def setting(value: float | None) -> str:
    """What was set (ε, δ, a weight, a rate): four figures, so that what was typed is read again."""
    return figures(value, 4)


def figures(value: float | None, digits: int) -> str:
    """So many significant figures, without zeros at the end."""
    if value is None:
        return ABSENT
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(float(abs(value))))
    if not rounded:
        return "0"
    power = rounded.adjusted()
    if _SMALLEST <= power <= _LARGEST:
        return _signed(value, _trimmed(f"{rounded:,f}"))
    return _signed(value, f"{_trimmed(f'{rounded.scaleb(-power):f}')} × 10{str(power).translate(_RAISED)}")


def grouped(count: float) -> str:
    """A count, its thousands apart: ``12,000``."""
    return f"{round(count):,}"


def covered(scores: Mapping[str, Any]) -> str:
    """``7 of 8`` components."""
    return f"{scores['components_covered']} of {scores['components']}"


def left_out(count: int, total: int, *, own: bool) -> str:
    """What ε calls anomalous of the visitor's ``own`` points, or of the data, of which only the share is of use."""
    share = percent(count / total)
    words = f"{grouped(count)} of your {grouped(total)} points ({share})" if own else f"{share} of the data"
    return f"leaves out {words}"


def seconds(value: float | None) -> str:
    """A time of training under a head that says its unit: ``1.25``."""
    if value is not None and value < LEAST_SECONDS:
        return f"< {LEAST_SECONDS}"
    return measured(value)


def duration(value: float) -> str:
    """A time to wait: ``40 s``, ``2.5 min``."""
    return f"{grouped(value)} s" if value < 90 else f"{_fixed(value / 60, 1)} min"


def megabytes(size: float) -> str:
    """The size of a file: ``1.86 MB``."""
    return f"{measured(size / 1e6)} MB"


def rounded(value: float, digits: int) -> float:
    """A number of few figures, where it is kept, not read."""
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(float(value))))


class ScoreName(NamedTuple):
    """What a score is called, and how it is written."""

    title: str
    write: Callable[[float | None], str]


SCORES = {
    "bp1": ScoreName("BP1", percent),
    "boundary_recall": ScoreName("Boundary recall", percent),
    "bf1": ScoreName("BF1", percent),
    "bp2": ScoreName("BP2", percent),
    "distance_mean": ScoreName("Mean distance", measured),
    "precision": ScoreName("Grid precision", percent),
    "recall": ScoreName("Grid recall", percent),
    "f1": ScoreName("Grid F1", percent),
    "grid_f1": ScoreName("Grid F1", percent),
    "accuracy": ScoreName("Grid accuracy", percent),
    "auroc": ScoreName("AUROC", area),
    "auprc": ScoreName("AUPRC", area),
    "level_error": ScoreName("Level error (nats)", measured),
    "seconds": ScoreName("Training (CPU s)", seconds),
}
COVERED = "Components covered"
SHARES = tuple(name for name, score in SCORES.items() if score.write is percent)
"""Scores that are shares of a whole."""


def score(scores: Mapping[str, Any], name: str) -> str:
    """One score as text; a dash where it is not defined, and BP1 only where boundary recall is."""
    if name == "bp1" and scores["boundary_recall"] is None:
        return ABSENT
    return SCORES[name].write(scores[name])


def score_words(scores: Mapping[str, Any], names: Sequence[str], mark: str = "") -> str:
    """Scores in a line, with the components that are covered; ``mark`` stands around each value."""
    words = [f"{SCORES[name].title} {mark}{score(scores, name)}{mark}" for name in names]
    return " · ".join([*words, f"{COVERED} {mark}{covered(scores)}{mark}"])


def _fixed(value: float, places: int) -> str:
    return str(Decimal(float(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _inside(value: float, most: int, places: int) -> str:
    """A number of [0, most] with fixed places; only 0 and ``most`` themselves are written so."""
    if value <= 0 or value >= most:
        return "0" if value <= 0 else str(most)
    text, step = _fixed(value, places), Decimal(1).scaleb(-places)
    if Decimal(text) == 0:
        return f"< {step}"
    return f"> {most - step}" if Decimal(text) == most else text


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(value: float, text: str) -> str:
    """With a true minus."""
    return f"−{text}" if value < 0 else text
