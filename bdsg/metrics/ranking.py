"""Ranking scores: how well a log density orders normal before anomalous points, whatever the threshold.

Either class can be the positive one.  With *normal* positive the score is log p, else -log p.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from bdsg.errors import BDSGError
from bdsg.metrics.band import finite

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
    truth, score = _oriented(normal, log_density, positive)
    return None if _one_class(truth) else float(_sklearn().roc_auc_score(truth, score))


def auprc(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> float | None:
    """Area under the precision-recall curve as average precision, Σ (R_n − R_{n−1}) P_n: no optimistic interpolation.

    Arguments and result as for :func:`auroc`; it depends on the positive class.
    """
    truth, score = _oriented(normal, log_density, positive)
    return None if _one_class(truth) else float(_sklearn().average_precision_score(truth, score))


def roc_curve(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> Curve | None:
    """False-positive rates and true-positive rates, (n,) each, from (0, 0) to (1, 1); None where there is one class."""
    truth, score = _oriented(normal, log_density, positive)
    if _one_class(truth):
        return None
    false_rate, true_rate, _ = _sklearn().roc_curve(truth, score)
    return false_rate, true_rate


def pr_curve(normal: np.ndarray, log_density: np.ndarray, positive: Positive = "normal") -> Curve | None:
    """Recalls, rising, and precisions, (n,) each; None where there is one class."""
    truth, score = _oriented(normal, log_density, positive)
    if _one_class(truth):
        return None
    precision, recall, _ = _sklearn().precision_recall_curve(truth, score, drop_intermediate=True)
    return recall[::-1], precision[::-1]


def anomaly_ranks(scores: np.ndarray) -> np.ndarray:
    """Scores of any unit on one scale: the share of all that are lower, equal ones counting half; of the same shape."""
    scores = finite("The anomaly scores", scores)
    _, place, counts = np.unique(scores.ravel(), return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / scores.size
    ranks: np.ndarray = middle[place].reshape(scores.shape)
    return ranks


def _sklearn() -> Any:
    """scikit-learn's metrics, loaded when they are first needed: half a second and 80 MB that most pages do without."""
    from sklearn import metrics

    return metrics


def _oriented(normal: np.ndarray, log_density: np.ndarray, positive: Positive) -> tuple[np.ndarray, np.ndarray]:
    truth, score = np.asarray(normal, dtype=bool).ravel(), finite("The model's log density", log_density).ravel()
    if truth.shape != score.shape:
        raise BDSGError(f"There are {truth.size} labels for {score.size} log densities, but the numbers must be equal.")
    return (truth, score) if positive == "normal" else (~truth, -score)


def _one_class(truth: np.ndarray) -> bool:
    return bool(truth.all() or not truth.any())
