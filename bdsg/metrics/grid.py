"""Grid classification (paper, 4.2): is a point normal, p >= ε, and does the model say so?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bdsg.metrics.band import Band


@dataclass(frozen=True)
class Confusion:
    """Counts of grid nodes; ``tp`` are of the positive class and found to be."""

    tp: int
    fp: int
    fn: int
    tn: int

    def flipped(self) -> Confusion:
        """The same counts with the other class as the positive one."""
        return Confusion(tp=self.tn, fp=self.fn, fn=self.fp, tn=self.tp)

    @property
    def precision(self) -> float | None:
        """TP / (TP + FP); None if nothing was predicted positive."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """TP / (TP + FN); None if nothing is positive."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        """2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; None for 0/0."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def accuracy(self) -> float | None:
        """(TP + TN) / all."""
        return ratio(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)


def ratio(part: int, whole: int) -> float | None:
    """part / whole, None for 0/0."""
    return part / whole if whole else None


def confusion(log_p_x: np.ndarray, log_p_g: np.ndarray, epsilon: float) -> Confusion:
    """Compare p_g >= ε (prediction) with p_x >= ε (truth), *normal* positive.

    Args:
        log_p_x, log_p_g: natural-log densities at the same nodes, any equal shape.
        epsilon: density per unit area.
    """
    level = math.log(epsilon)
    truth, prediction = log_p_x >= level, log_p_g >= level
    both, normal, called = (int(np.count_nonzero(mask)) for mask in (truth & prediction, truth, prediction))
    return Confusion(tp=both, fp=called - both, fn=normal - both, tn=truth.size - normal - called + both)


def bp2(log_p_x: np.ndarray, log_p_g: np.ndarray, band: Band) -> float | None:
    """BP2 (paper, 4.2): of the nodes in the model's band, the share in the true band; None if the former holds none."""
    model = band.holds(log_p_g)
    return ratio(int(np.count_nonzero(model & band.holds(log_p_x))), int(np.count_nonzero(model)))
