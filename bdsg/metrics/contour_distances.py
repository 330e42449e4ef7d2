"""How far B(z) and the model's contour are from the true contours, in units of the data."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bdsg.metrics.band import Band
from bdsg.metrics.boundary import nearest, require_inside
from bdsg.metrics.levels import Field, contour_lines
from bdsg.metrics.polylines import distance_to_lines, probes

TIE = 1e-9
"""Taken off a share, so that one that falls exactly between two probes is not decided by rounding."""


class Distances(NamedTuple):
    """Mean and 95th percentile; None where there is no curve."""

    mean: float | None = None
    p95: float | None = None


def boundary_distances(truth: Field, band: Band, boundary: np.ndarray) -> tuple[Distances, Distances]:
    """From each B(z), (L, 2), to {p_x = √(δε)}; and from that curve, by its length, to the nearest B(z).

    Raises:
        BDSGError: {p_x >= δ} leaves the window of ``truth``.
    """
    require_inside(truth, band)
    lines = contour_lines(truth, math.exp(band.log_middle))
    if not lines:
        return Distances(), Distances()
    outward, sampled = distance_to_lines(boundary, lines), probes(lines)
    there = Distances(float(outward.mean()), float(np.percentile(outward, 95)))
    return there, _by_length(nearest(sampled.points, boundary), sampled.weights)


def contour_distances(truth: Field, model: Field, epsilon: float) -> Distances:
    """From {p_g = ε}, by its length, to {p_x = ε}.

    Args:
        truth, model: log p_x and log p_g; where only the model's window ends, its contour ends.
    """
    true_lines, model_lines = contour_lines(truth, epsilon), contour_lines(model, epsilon)
    if not true_lines or not model_lines:
        return Distances()
    sampled = probes(model_lines)
    return _by_length(distance_to_lines(sampled.points, true_lines), sampled.weights)


def _by_length(apart: np.ndarray, weights: np.ndarray) -> Distances:
    most = np.quantile(apart, 0.95 - TIE, weights=weights, method="inverted_cdf")
    return Distances(float(np.average(apart, weights=weights)), float(most))
