"""Two runs beside each other: which ones, how their settings differ, and how they score at one ε."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bdsg import number_text
from bdsg.app.labels import name_of, setting_label
from bdsg.app.visit import history
from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS

SCORES = ("bp1", "boundary_recall", "bf1", number_text.COVERED, "bp2", "distance_mean")
"""Rows of the table of scores."""

KEPT = ("steps", "snapshots")
"""Settings of B(z) that mean the same to both objectives; the others are not carried over."""


def other_density(choices: Choices) -> Choices:
    """The same choices with IResNet instead of the closed form, or the closed form instead of a learned model."""
    kind = ExperimentConfig.from_dict(choices).density.kind
    return {**choices, "density": {"kind": "iresnet" if kind == "closed_form" else "closed_form"}}


def other_objective(choices: Choices) -> Choices:
    """The same choices with the other objective in its own settings, but for those in ``KEPT``."""
    objective = ExperimentConfig.from_dict(choices).boundary.objective
    kept = {name: value for name, value in choices.get("boundary", {}).items() if name in KEPT}
    return {**choices, "boundary": {"objective": "paper" if objective == "ours" else "ours", **kept}}


def differences(*configs: ExperimentConfig) -> list[tuple[str, ...]]:
    """Settings in which configs differ: label, and the value in each; a dash where a run has no such setting."""
    names = history.differing(list(configs))
    return [(setting_label(name), *(history.shown(config, name) for config in configs)) for name in names]


def score_rows(*several: dict[str, Any] | None, names: Sequence[str] = SCORES) -> list[tuple[str, ...]]:
    """Scores of runs at one ε, BP1 never without boundary recall: title, and the value of each run that has scores."""

    def value(name: str, scores: dict[str, Any] | None) -> str:
        if not scores:
            return number_text.ABSENT
        return number_text.covered(scores) if name == number_text.COVERED else number_text.score(scores, name)

    titles = {name: score.title for name, score in number_text.SCORES.items()}
    return [(titles.get(name, name), *(value(name, scores) for scores in several)) for name in names]


def table(head: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Rows by columns, as Streamlit draws them."""
    return {name: [row[k] for row in rows] for k, name in enumerate((head, *titles))}


def titles(first: ExperimentConfig, second: ExperimentConfig) -> tuple[str, str]:
    """What tells the two apart, in a few words each."""
    one, other = (
        (PRESETS[c.data.preset].title if c.data.preset else "Own mixture", c.density.kind, c.boundary.objective)
        for c in (first, second)
    )
    told = [(name_of(a), name_of(b)) for a, b in zip(one, other, strict=True) if a != b]
    if not told:
        return "A", "B"
    a, b = (" · ".join(words) for words in zip(*told, strict=True))
    return f"A: {a}", f"B: {b}"
