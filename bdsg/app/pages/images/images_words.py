"""The images page in words: names of methods and scores, the table, and who won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from bdsg.app.pages.images.prepared_images import Row
from bdsg.baselines.registry import METHODS, OURS, title_of
from bdsg.data.images.registry import DATA_SETS
from bdsg.number_text import ABSENT, area

Measure = Literal["auroc", "auprc"]
MEASURES: dict[str, Measure] = {"AUROC": "auroc", "AUPRC": "auprc"}
SCORES = {
    "neg_log_p": "−log p_g",
    "typicality": "typicality",
    "l1": "L1",
    "loss": "loss",
    "edge": "edge classifier",
    "l1_tangent": "tangent L1",
    "l1_room": "relative tangent L1",
    "ensemble": "tangent L1 and −log p_g",
}
"""BDSG's scores in few words, for a table's cells; the README has more of them."""


class Line(NamedTuple):
    """One method with one of its scores.

    Attributes:
        title: what a person reads.
        ours: it is BDSG's.
        by_class: its figure for each left-out class that was run.
        mean: over these.
    """

    title: str
    ours: bool
    by_class: dict[int, float]
    mean: float


def class_title(protocol: str, left_out: int) -> str:
    """A class as a person knows it: its digit, or its name."""
    known = DATA_SETS.get(protocol)
    names = known.classes if known else ()
    return names[left_out] if 0 <= left_out < len(names) else str(left_out)


def set_title(name: str, protocol: str, left_out: int) -> str:
    """A set of scores as its histogram is labelled."""
    if name == "scores":
        return "images of B(z)"
    if name == "scores_normal":
        return "normal test images"
    if name == "scores_left_out":
        return f"left out: {class_title(protocol, left_out)}"
    other = name.removeprefix("scores_")
    return DATA_SETS[other].title if other in DATA_SETS else other.replace("_", " ")


def score_title(name: str) -> str:
    """One of BDSG's scores."""
    return SCORES.get(name, name.replace("_", " "))


def method_title(row: Row) -> str:
    """A method, and for those of BDSG's several scores which one."""
    title = title_of(row.method) if row.method in METHODS else row.method.replace("_", " ")
    if row.score and row.method in OURS:
        return f"{title.removesuffix(' (ours)')}: {score_title(row.score)}"
    return title


def lines(rows: Sequence[Row], measure: Measure) -> list[Line]:
    """All methods, those first that were run on most classes, and among them the best first."""
    grouped: dict[tuple[str, bool], dict[int, list[float]]] = {}
    for row in rows:
        value: float | None = getattr(row, measure)
        if value is not None:
            own = grouped.setdefault((method_title(row), row.method in OURS), {})
            own.setdefault(row.left_out, []).append(value)
    found = []
    for (title, ours), values in grouped.items():
        by_class = {left_out: sum(several) / len(several) for left_out, several in values.items()}
        found.append(Line(title, ours, by_class, sum(by_class.values()) / len(by_class)))
    return sorted(found, key=lambda line: (-len(line.by_class), -line.mean))


def failures(rows: Sequence[Row], protocol: str) -> list[str]:
    """A sentence for each training that failed."""
    return [f"{method_title(r)}, {class_title(protocol, r.left_out)} left out: {r.error}" for r in rows if r.error]


def table(found: Sequence[Line], protocol: str, classes: Sequence[int]) -> list[dict[str, str]]:
    """Rows of text: the mean, then each class; a star marks the best of a column."""
    best = {c: max((line.by_class[c] for line in found if c in line.by_class), default=0.0) for c in classes}
    most = max((len(line.by_class) for line in found), default=0)
    highest = max((line.mean for line in found if len(line.by_class) == most), default=0.0)
    shown = []
    for line in found:
        whole = len(line.by_class) == most
        cells = {"Method": line.title, "Mean": _cell(line.mean, highest) if whole else f"({area(line.mean)})"}
        for left_out in classes:
            value = line.by_class.get(left_out)
            cells[class_title(protocol, left_out)] = ABSENT if value is None else _cell(value, best[left_out])
        shown.append(cells)
    return shown


def _cell(value: float, best: float) -> str:
    return f"{area(value)}{' ★' if value == best else ''}"


def winner(found: Sequence[Line], measure: str) -> str:
    """Who is ahead, and by how much BDSG is or is not; empty without any method."""
    if not found:
        return ""
    most = len(found[0].by_class)
    whole = [line for line in found if len(line.by_class) == most]
    first = whole[0]
    others = [line for line in whole if line.ours != first.ours]
    text = f"**{first.title}** has the highest mean {measure}: {area(first.mean)} over {most} left-out "
    text += "classes." if most > 1 else "class."
    if not others:
        return text
    behind = others[0]
    who = "The best rival" if first.ours else "BDSG's best"
    return f"{text} {who}, {behind.title}, reaches {area(behind.mean)}."
