"""How well B(z) traces the boundary: precision, recall and what joins them, always together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bdsg.metrics.band import Band
from bdsg.metrics.boundary import Contour, boundary_f1, bp1, recall_of


@dataclass(frozen=True)
class BoundaryScores:
    """BP1 never without recall.

    Attributes:
        bp1: share of B(z) in the band.
        boundary_recall: share of {p_x = ε} near a B(z) in the band; None where there is no such contour.
        bf1: their harmonic mean; None where recall is.
        component_recalls: recall of each connected component of {p_x >= ε}.
        components_covered: how many of them have a recall of at least 0.9.
    """

    bp1: float
    boundary_recall: float | None
    bf1: float | None
    component_recalls: tuple[float | None, ...]
    components_covered: int

    @property
    def components(self) -> int:
        """How many connected components {p_x >= ε} has."""
        return len(self.component_recalls)


def boundary_scores(contour: Contour, band: Band, points: np.ndarray, log_p_x: np.ndarray) -> BoundaryScores:
    """Score B(z), none rejected.

    Args:
        contour: probes of {p_x = ε} for the same band, from :func:`bdsg.metrics.boundary.probe_contour`.
        points: B(z), (L, 2).
        log_p_x: true log density at them, (L,).
    """
    precision, recall = bp1(log_p_x, band), recall_of(contour, band, points, log_p_x)
    bf1 = boundary_f1(precision, recall.overall)
    return BoundaryScores(precision, recall.overall, bf1, recall.components, recall.components_covered)
