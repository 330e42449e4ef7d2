"""Two runs beside each other: which ones, how their settings differ, and how they score at one ε."""

from __future__ import annotations

from typing import Any

from bdsg import number_text
from bdsg.app.labels import name_of, setting_label
from bdsg.app.visit import history
from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS

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


def differences(first: ExperimentConfig, second: ExperimentConfig) -> list[tuple[str, str, str]]:
    """Settings in which two configs differ: label, and the value in each; a dash where a run has no such setting."""
    names = history.differing([first, second])
    return [(setting_label(name), history.shown(first, name), history.shown(second, name)) for name in names]


def score_rows(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Scores of both runs at one ε, BP1 never without boundary recall: name, and the value of each."""
    both = (first, second)
    names = ("bp1", "boundary_recall", "bf1", "bp2", "distance_mean")
    rows = [(number_text.SCORES[name].title, *(number_text.score(scores, name) for scores in both)) for name in names]
    return [*rows[:3], (number_text.COVERED, *map(number_text.covered, both)), *rows[3:]]  # type: ignore[list-item]


def titles(first: ExperimentConfig, second: ExperimentConfig) -> tuple[str, str]:
    """What tells the two apart, in a few words each."""
    parts = [
        (PRESETS[c.data.preset].title if c.data.preset else "Own mixture", c.density.kind, c.boundary.objective)
        for c in (first, second)
    ]
    said = [[name_of(a) for a, b in zip(one, other, strict=True) if a != b] for one, other in (parts, parts[::-1])]
    letters = ("A", "B")
    a, b = (
        ": ".join([letter, *([" · ".join(words)] if words else [])])
        for letter, words in zip(letters, said, strict=True)
    )
    return a, b
