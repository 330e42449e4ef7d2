"""Small multiples of a study: each cell shows B(z) of the best trial in its part of the plane of two settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bdsg.app.components import browser_components
from bdsg.app.labels import brief_label, setting_label
from bdsg.app.pages.tune import study_data
from bdsg.app.pages.tune.study_data import Known, Trial
from bdsg.app.visit.state import visit
from bdsg.data.window import FULL_SCALE, Window
from bdsg.experiments.score import plane_mixture
from bdsg.metrics import contour_lines, truth_field
from bdsg.number_text import SCORES, SHARES, grouped, setting
from bdsg.runs.tensor_file import pack
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.goals import GOALS
from bdsg.tuning.space import Dimension

MOST_SHOWN = 600
"""Trials that travel to the browser: of more, the best of each of 24 × 24 parts."""
PARTS = 24
DOTS = 150
ROOM = 0.72
"""Share of a cell that the contour fills; B(z) beyond the cell is cut off."""
FEW_VALUES = 8
TOLD = ("bf1", "bp1", "boundary_recall", "level_error")
"""Scores of a trial in a line: BP1 never without boundary recall."""

_MOSAIC = browser_components.component("mosaic")


def show(folder: StudyFolder, known: Known, across: str, up: str, goal: str, chosen: int | None) -> int | None:
    """Draw the trials over two settings.

    Args:
        across, up: dotted names of two settings that vary.
        goal: the score that colours the cells and picks the best of each.
        chosen: number of the trial that is marked at first.

    Returns:
        The number of the trial that was pressed last, or None.
    """
    payload = _payload(folder, known, (across, up), goal, chosen)
    state = _MOSAIC(key=f"mosaic:{known.name}:{across}:{up}:{goal}", data=payload, on_trial_change=lambda: None)
    pressed = state.get("trial")
    sound = isinstance(pressed, int) and known.trial(pressed) is not None  # a browser may send anything
    return pressed if sound else None


def _payload(folder: StudyFolder, known: Known, names: tuple[str, str], goal: str, chosen: int | None) -> bytes:
    dimensions = {one.name: one for one in known.plan.dimensions}
    x, y = dimensions[names[0]], dimensions[names[1]]
    kept = study_data.kept_clouds(folder)
    trials = [trial for trial in known.trials if trial.scores.get(goal) is not None and trial.number in kept]
    shown = _thinned(trials, x, y, goal)
    points = study_data.clouds(folder, [trial.number for trial in shown]) if shown else np.empty((0, 1, 2), np.int16)
    shares, ends = colour_shares(shown, trials, goal)
    contour, line_ends, aspect = visit().once("contour", known.name, lambda: _contour(known))
    zoom = ROOM * FULL_SCALE / max(1.0, float(np.abs(contour.astype(float)).max(initial=1.0)))
    arrays = {
        "number": np.array([trial.number for trial in shown], np.int32),
        "x": np.array([x.share(trial.settings[x.name]) for trial in shown], np.float32),
        "y": np.array([y.share(trial.settings[y.name]) for trial in shown], np.float32),
        "rank": np.array([study_data.rank(trial, goal) for trial in shown], np.float32),
        "share": shares.astype(np.float32),
        "points": np.ascontiguousarray(points[:, :DOTS]),
        "contour": contour,
        "ends": line_ends,
    }
    title = GOALS[goal].title
    meta = {
        "trials": len(trials),
        "title": title,
        "aspect": aspect,
        "zoom": zoom,
        "chosen": chosen,
        "x": _axis(x, known),
        "y": _axis(y, known),
        "values": [SCORES[goal].write(trial.scores[goal]) for trial in shown],
        "words": [words(trial) for trial in shown],
        "scale": [f"{title}: {ends[0]}", ends[1]],
        "hint": "Point at a cell to read it, press it to choose its trial. Arrow keys and Enter do the same.",
    }
    return pack(arrays, meta)


def _thinned(trials: Sequence[Trial], x: Dimension, y: Dimension, goal: str) -> list[Trial]:
    """All trials, or where they are many the best of each small part of the plane."""
    if len(trials) <= MOST_SHOWN:
        return list(trials)
    best: dict[tuple[int, int], Trial] = {}
    for trial in trials:
        across, up = (min(PARTS - 1, int(one.share(trial.settings[one.name]) * PARTS)) for one in (x, y))
        place = across, up
        if place not in best or study_data.rank(trial, goal) < study_data.rank(best[place], goal):
            best[place] = trial
    return list(best.values())


def colour_shares(shown: Sequence[Trial], trials: Sequence[Trial], goal: str) -> tuple[np.ndarray, tuple[str, str]]:
    """Poor, 0, to good, 1, of each trial (n,), and what the scale's two ends stand for.

    Shares of a whole are coloured as they are, from 0 to 1, unless all are above a half; others between the fences
    that hold all but outliers.
    """
    if not shown:
        return np.empty(0), ("", "")
    write = SCORES[goal].write
    scale = np.array([_scaled(trial.scores[goal], goal) for trial in trials])
    mine = np.array([_scaled(trial.scores[goal], goal) for trial in shown])
    kept, _ = study_data.fenced(scale)
    low, high = float(kept.min()), float(kept.max())
    if goal in SHARES:
        low, high = (0.0, 1.0) if low < 0.5 else (low, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
        ends = (write(_unscaled(kept[0], goal)),) * 2
    else:
        ends = write(_unscaled(low, goal)), write(_unscaled(high, goal))
    shares = np.clip((mine - low) / (high - low), 0.0, 1.0)
    return (shares, ends) if GOALS[goal].larger else (1.0 - shares, ends[::-1])


def _scaled(value: float | None, goal: str) -> float:
    assert value is not None
    return math.log10(max(value, 1e-12)) if GOALS[goal].log else value


def _unscaled(value: float, goal: str) -> float:
    return 10.0**value if GOALS[goal].log else value


def words(trial: Trial) -> str:
    """A trial in a line; BP1 never without boundary recall."""
    scores = trial.scores
    settings = [f"{brief_label(name)} {value_words(value)}" for name, value in trial.settings.items()]
    parts = [
        f"Trial {trial.number}" + (" (ended early)" if trial.state == "pruned" else ""),
        *(f"{SCORES[name].title} {SCORES[name].write(scores.get(name))}" for name in TOLD),
        ", ".join(settings),
    ]
    return " · ".join(parts)


def value_words(value: Any) -> str:
    """A setting's value in a few characters."""
    return value if isinstance(value, str) else grouped(value) if isinstance(value, int) else setting(value)


def _axis(dimension: Dimension, known: Known) -> dict[str, Any]:
    """How the browser is to divide and to name an axis; ``steps``: one cell for each of a few values."""
    values = {trial.settings[dimension.name] for trial in known.trials}
    few = len(dimension.choices) or (len(values) if known.plan.sampler == "grid" and len(values) <= FEW_VALUES else 0)
    return {
        "title": setting_label(dimension.name),
        "low": dimension.low or 0.0,
        "high": dimension.high or 1.0,
        "log": dimension.log,
        "whole": dimension.whole,
        "choices": [str(choice) for choice in dimension.choices],
        "steps": few,
    }


def _contour(known: Known) -> tuple[np.ndarray, np.ndarray, float]:
    """{p_x = ε} on the clouds' steps, (n, 2) int16, where each line ends, and the window's height over its width."""
    config, box = known.plan.config, known.plan.box()
    field = truth_field(plane_mixture(config), config.delta)
    lines = [line[::2] for line in contour_lines(field, config.epsilon)]
    whole = Window(*box).quantised(np.concatenate(lines))
    size = box[1] - box[0]
    return whole, np.cumsum([len(line) for line in lines]).astype(np.int32), float(size[1] / size[0])
