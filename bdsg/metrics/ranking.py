"""Ranking scores: how well a log density orders normal before anomalous points, whatever the threshold.

Either class can be the positive one.  With *normal* positive the score is log p, else -log p.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from bdsg.data.checks import finite
from bdsg.errors import BDSGError

Positive = Literal["normal", "anomalous"]
Curve = tuple[np.ndarray, np.ndarray]


def auroc(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> float | None:
    """Area under the ROC curve: P(a random positive outranks a random negative), ties counting half.

    Args:
        normal: truth, boolean, any shape.
        log_density: the model's natural-log density, of the same shape.
        positive: which class counts as positive (the area is the same for both).

    Returns:
        The area, or None where there is only one class.
    """
    if (counts := _counts(normal, log_density, positive)) is None:
        return None
    hits, alarms = counts
    return float(np.trapezoid(hits, alarms) / (hits[-1] * alarms[-1]))


def auprc(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> float | None:
    """Area under the precision-recall curve as average precision, Σ (R_n − R_{n−1}) P_n: no optimistic interpolation.

    Arguments and result as for :func:`auroc`; it depends on the positive class.
    """
    if (counts := _counts(normal, log_density, positive)) is None:
        return None
    hits, alarms = counts[:, 1:]
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / (hits + alarms)) / hits[-1])


def roc_curve(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> Curve | None:
    """False-positive rates and true-positive rates, (n,) each, from (0, 0) to (1, 1); None where there is one class."""
    if (counts := _counts(normal, log_density, positive)) is None:
        return None
    hits, alarms = counts
    corner = np.diff(hits[1:], 2).astype(bool) | np.diff(alarms[1:], 2).astype(bool)
    kept = np.concatenate([[True, True], corner, [True]]) if len(hits) > 2 else np.array([True, True])
    return alarms[kept] / alarms[-1], hits[kept] / hits[-1]


def pr_curve(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> Curve | None:
    """Recalls, rising, and precisions, (n,) each; None where there is one class."""
    if (counts := _counts(normal, log_density, positive)) is None:
        return None
    hits, alarms = counts[:, 1:]
    inner = np.diff(hits[:-1]).astype(bool) | np.diff(hits[1:]).astype(bool)
    kept = np.concatenate([[True], inner, [True]]) if len(hits) > 1 else np.array([True])
    precision = hits[kept] / (hits[kept] + alarms[kept])
    return np.append(0.0, hits[kept] / hits[-1]), np.append(1.0, precision)


def anomaly_ranks(scores: np.ndarray) -> np.ndarray:
    """Scores of any unit on one scale: the share of all that are lower, equal ones counting half; of the same shape."""
    scores = finite("The anomaly scores", scores)
    _, place, counts = np.unique(scores.ravel(), return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / scores.size
    ranks: np.ndarray = middle[place].reshape(scores.shape)
    return ranks


def _counts(normal: np.ndarray, log_density: np.ndarray, positive: Positive) -> np.ndarray | None:
    """True and false positives, (2, n + 1), above all scores and at each distinct one, falling; None for one class.

    Not by scikit-learn, which takes 0.6 s and 110 MB to load: of it, workers and pages would need nothing else.
    """
    truth, score = np.asarray(normal, dtype=bool).ravel(), finite("The model's log density", log_density).ravel()
    if truth.shape != score.shape:
        raise BDSGError(f"There are {truth.size} labels for {score.size} log densities, but the numbers must be equal.")
    if truth.all() or not truth.any():
        return None
    if positive == "anomalous":
        truth, score = ~truth, -score
    order = np.argsort(-score, kind="stable")
    truth, score = truth[order], score[order]
    ends = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    hits = np.cumsum(truth, dtype=float)[ends]
    return np.stack([np.append(0.0, hits), np.append(0.0, ends + 1.0 - hits)])
