"""Scores of a density model and of a boundary generator, in NumPy: no PyTorch, no screen."""

from bdsg.metrics.band import Band
from bdsg.metrics.boundary import BoundaryScores, boundary_scores
from bdsg.metrics.levels import Field, contour_lines, truth_field
from bdsg.metrics.ranking import anomaly_ranks, auprc, auroc, pr_curve, roc_curve
from bdsg.metrics.summary import Scores, score

__all__ = [
    "Band",
    "BoundaryScores",
    "Field",
    "Scores",
    "anomaly_ranks",
    "auprc",
    "auroc",
    "boundary_scores",
    "contour_lines",
    "pr_curve",
    "roc_curve",
    "score",
    "truth_field",
]
