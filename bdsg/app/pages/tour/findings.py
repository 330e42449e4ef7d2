"""What a finished run shows of a lesson: a number, whether the lesson came true, and words that are true either way.

Each is judged by the run's own points and scores, never by what runs usually do: another processor rounds otherwise,
and what a training makes of that may differ.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bdsg.experiments.score import plane_mixture
from bdsg.metrics import Band, truth_field
from bdsg.metrics.boundary import bp1, crowding, probe_contour
from bdsg.number_text import percent, setting
from bdsg.runs.result import Result

RAISED = 0.05
"""The threshold to which the tour raises ε."""


class Finding(NamedTuple):
    """What a run shows.

    Attributes:
        holds: whether the lesson came true in it.
        number: what ``words`` are about.
        words: a sentence with this run's own numbers.
    """

    holds: bool
    number: float
    words: str


def traced(result: Result) -> Finding:
    """Whether B(z) is the whole border, in one closed curve for each piece of the support."""
    scores = result.summary["scores"]
    worst = min(scores["bp1"], scores["boundary_recall"])
    whole = scores["components_covered"] == scores["components"]
    words = (
        f"{percent(scores['bp1'])} of its points lie in the band, and they reach {percent(scores['boundary_recall'])}"
    )
    return Finding(whole and worst > 0.9, worst, f"{words} of the border.")


def left_behind(result: Result) -> Finding:
    """Whether B(z) misses the band of a higher ε."""
    band = Band(RAISED, RAISED * result.config.delta / result.config.epsilon)
    share = bp1(result.arrays.boundary_log_p_x, band)
    return Finding(share < 0.5, share, f"At ε = {setting(RAISED)}, {percent(share)} of B(z) lies in the band.")


def crowded(result: Result) -> Finding:
    """Whether half of B(z) crowds onto a few spots."""
    config = result.config
    contour = probe_contour(truth_field(plane_mixture(config), config.delta), Band(config.epsilon, config.delta))
    share = crowding(contour, result.arrays.boundary)
    return Finding(share < 0.05, share, f"Half of its points share {percent(share)} of the border's length.")


def sunken(result: Result) -> Finding:
    """Whether much of the border has no B(z), because B(z) lies inside."""
    recall = result.summary["scores"]["boundary_recall"]
    inside = float((result.arrays.boundary_log_p_x > math.log(result.config.epsilon)).mean())
    words = f"{percent(inside)} of its points lie inside the line, and they reach {percent(recall)} of the border."
    return Finding(recall < 0.85, recall, words)


def bridged(result: Result) -> Finding:
    """Whether B(z) crosses the gap between a mode on the left and one on the right."""
    x = result.arrays.boundary[:, 0]
    share, sides = float((np.abs(x) < 1).mean()), float(min((x > 1).mean(), (x < -1).mean()))
    words = f"{percent(share)} of its points lie in the gap, and {percent(sides)} or more on either side."
    return Finding(share > 0.01 and sides > 0.1, share, words)


def uncovered(result: Result) -> Finding:
    """Whether most pieces of the support are not covered."""
    scores = result.summary["scores"]
    covered, count = scores["components_covered"], scores["components"]
    return Finding(covered < count / 2, covered / count, f"It covers {covered} of {count} modes.")


def gamed(result: Result) -> Finding:
    """Whether nearly all points lie in the band, and hardly any of the border has one."""
    scores = result.summary["scores"]
    precision, recall = scores["bp1"], scores["boundary_recall"]
    words = f"BP1 is {percent(precision)}, boundary recall {percent(recall)}."
    return Finding(precision > 0.95 and recall < 0.25, precision - recall, words)
