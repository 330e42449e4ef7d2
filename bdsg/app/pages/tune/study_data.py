"""What the page knows of a study: read from its folder and its storage, again only when something has changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from bdsg.app.visit.state import visit
from bdsg.errors import StoreError
from bdsg.tuning.folder import CLOUDS, StudyFolder
from bdsg.tuning.goals import GOALS
from bdsg.tuning.plan import Plan

if TYPE_CHECKING:
    import optuna

    from bdsg.tuning.study import Study

FENCE = 3.0
"""Values further than this many interquartile ranges beyond the quartiles are drawn on the axis' edge."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One trial that has come to its end.

    Attributes:
        state: ``complete`` or ``pruned``; failed ones have no scores.
        settings: what varied, by dotted name.
        scores: by the names of ``GOALS`` and beyond.
    """

    number: int
    state: str
    settings: dict[str, Any]
    scores: dict[str, float | None]


@dataclass(frozen=True, eq=False)
class Known:
    """A study as it is now.

    Attributes:
        counts: trials by state.
        trials: those with scores, by number.
        failed: sentences of those that failed.
        study: in memory, with the complete trials, for Optuna's figures.
    """

    name: str
    plan: Plan
    counts: dict[str, int]
    trials: list[Trial]
    failed: list[str]
    study: optuna.Study

    def trial(self, number: int | None) -> Trial | None:
        """The trial of a number."""
        return next((trial for trial in self.trials if trial.number == number), None)

    def best(self) -> Trial | None:
        """The best complete trial by the study's goals in their order."""
        done = [trial for trial in self.trials if trial.state == "complete"]
        return min(done, key=lambda trial: (*self.rank(trial), trial.number), default=None)

    def rank(self, trial: Trial) -> tuple[float, ...]:
        """Less is better."""
        return tuple(rank(trial, name) for name in self.plan.goals)


def rank(trial: Trial, goal: str) -> float:
    """A score as a number of which less is better; infinite where it is undefined."""
    value = trial.scores.get(goal)
    if value is None:
        return np.inf
    return -value if GOALS[goal].larger else value


def read(folder: StudyFolder) -> Known | None:
    """The study as it is now; None before its storage is there.  Raises BDSGError where it cannot be read."""
    try:
        stamp = _stamp(folder)
    except OSError as error:
        raise StoreError(f"The study {folder.name} was removed while it was shown: reload the page.") from error
    if folder.own_storage() is None and not (folder.path / "study.db").is_file():
        return None
    try:
        return visit().once("study", stamp, lambda: _read(folder))
    except StoreError:
        if folder.driver():
            return None  # it is being made
        raise


def _stamp(folder: StudyFolder) -> object:
    """Changes whenever a batch has come back."""
    sizes = [path.stat().st_size if (path := folder.path / name).is_file() else 0 for name in (CLOUDS, "bands.jsonl")]
    return (str(folder.path), *sizes, (folder.path / "plan.json").stat().st_mtime_ns, bool(folder.driver()))


@st.cache_resource(show_spinner=False, max_entries=8)
def _opened(path: str, made: int) -> Study:
    """The study's storage, which remembers the trials that are finished."""
    from bdsg.tuning.study import Study

    return Study(StudyFolder(Path(path)))


def _read(folder: StudyFolder) -> Known:
    from bdsg.tuning.study import refusals_told

    with refusals_told(folder):
        return _gathered(_opened(str(folder.path), (folder.path / "plan.json").stat().st_mtime_ns), folder.name)


def _gathered(study: Study, name: str) -> Known:
    import optuna

    from bdsg.tuning.study import ERROR, SCORES

    told = [(one, one.state.name.lower(), one.user_attrs.get(ERROR, "")) for one in study.trials()]
    memory = optuna.create_study(directions=study.optuna.directions)
    memory.add_trials([one for one, state, _ in told if state == "complete"])
    return Known(
        name,
        study.plan,
        Counter(state for _, state, _ in told),
        [
            Trial(one.number, state, one.params, found)
            for one, state, _ in told
            if (found := one.user_attrs.get(SCORES))
        ],
        [f"Trial {one.number}: {error}" for one, _, error in told if error],
        memory,
    )


def clouds(folder: StudyFolder, numbers: list[int]) -> np.ndarray:
    """The points of some trials that are all there, (n, CLOUD_POINTS, 2) int16."""
    records = folder.clouds()
    places = {int(number): place for place, number in enumerate(records["number"])}
    return records["points"][[places[number] for number in numbers]]


def kept_clouds(folder: StudyFolder) -> set[int]:
    """Numbers of the trials whose points are there: a file that was cut short has lost some."""
    return {int(number) for number in folder.clouds()["number"]}


def fenced(values: np.ndarray, fence: float = FENCE) -> tuple[np.ndarray, int]:
    """Values (n,) with outliers moved to Tukey's outer fences, so that they flatten no axis; and how many were."""
    low, high = np.quantile(values, [0.25, 0.75])
    reach = max(fence * (high - low), 1e-12 * max(1.0, float(np.abs(values).max())))
    kept = np.clip(values, low - reach, high + reach)
    return kept, int((kept != values).sum())
