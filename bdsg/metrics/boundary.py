"""How well B(z) traces the boundary: precision, recall and what joins them, always together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from bdsg.config.constants import COVERED, REACH
from bdsg.errors import BDSGError
from bdsg.metrics.band import Band
from bdsg.metrics.levels import Field, component_labels, components_at, contour_lines
from bdsg.metrics.polylines import distance_to_lines, probes


@dataclass(frozen=True, eq=False)
class Contour:
    """The probes of {p_x = ε}, which every B(z) on the same data is scored with.

    Attributes:
        points: (n, 2).
        thickness: local thickness w of the band at each, (n,).
        weights: arc length that each stands for, (n,).
        owner: the component of {p_x >= ε} that each bounds, from 0, (n,).
        components: of {p_x >= ε}, how many.
    """

    points: np.ndarray
    thickness: np.ndarray
    weights: np.ndarray
    owner: np.ndarray
    components: int


@dataclass(frozen=True)
class BoundaryScores:
    """BP1 never without recall.

    Attributes:
        bp1: share of B(z) in the band.
        boundary_recall: share of {p_x = ε}, by length, near a B(z) in the band; None where there is no such contour.
        bf1: their harmonic mean, 0 when both are 0; None where recall is.
        component_recalls: recall of each connected component of {p_x >= ε}; None for one that no line bounds.
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


def bp1(log_p_x: np.ndarray, band: Band) -> float:
    """BP1 (paper, 4.2): the share of B(z) points, given by their true log density (L,), that lie in the band."""
    return float(band.holds(log_p_x).mean())


def probe_contour(truth: Field, band: Band) -> Contour:
    """Probes of {p_x = ε}, each with w, the distance from it to {p_x = δ}: the local thickness of the band.

    Args:
        truth: log p_x on a window that holds all of {p_x >= δ}.
        band: ε and δ.

    Raises:
        BDSGError: {p_x >= δ} leaves the window of ``truth``.
    """
    require_inside(truth, band)
    labels, count = component_labels(truth, band.epsilon)
    lines = contour_lines(truth, band.epsilon)
    sampled = probes(lines)
    if not lines:
        return Contour(sampled.points, np.empty(0), sampled.weights, sampled.line, count)
    _, first = np.unique(sampled.line, return_index=True)
    owner = components_at(truth, labels, sampled.points[first])[sampled.line] - 1
    thickness = distance_to_lines(sampled.points, contour_lines(truth, band.delta))
    return Contour(sampled.points, thickness, sampled.weights, owner, count)


def boundary_scores(contour: Contour, band: Band, points: np.ndarray, log_p_x: np.ndarray) -> BoundaryScores:
    """Score B(z), none rejected: BR = Σ weight·covered / Σ weight over probes, covered by a B(z) in the band within 2w.

    Args:
        contour: probes of {p_x = ε} for the same band.
        points: B(z), (L, 2).
        log_p_x: true log density at them, (L,).
    """
    precision = bp1(log_p_x, band)
    near = nearest(contour.points, points[band.holds(log_p_x)])
    found = contour.weights * (near <= REACH * contour.thickness)
    whole, part = (np.bincount(contour.owner, w, minlength=contour.components) for w in (contour.weights, found))
    recalls = tuple(float(p / w) if w > 0 else None for p, w in zip(part, whole, strict=True))
    covered = sum(share is not None and share >= COVERED for share in recalls)
    if not len(contour.points):
        return BoundaryScores(precision, None, None, recalls, covered)
    recall = float(found.sum() / contour.weights.sum())
    bf1 = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
    return BoundaryScores(precision, recall, bf1, recalls, covered)


def crowding(contour: Contour, boundary: np.ndarray) -> float:
    """The least share of the contour's length that holds half of B(z), (L, 2), each point at its nearest probe.

    Up to ½ where points lie evenly, near 0 where they share a few spots.

    Raises:
        BDSGError: the contour is empty.
    """
    if not len(contour.points):
        raise BDSGError("The density is nowhere as high as epsilon, so there is no boundary: lower epsilon.")
    counts = np.bincount(cKDTree(contour.points).query(boundary)[1], minlength=len(contour.points))
    order = np.argsort(-counts / contour.weights)
    needed = np.searchsorted(np.cumsum(counts[order]), len(boundary) / 2) + 1
    return float(contour.weights[order[:needed]].sum() / contour.weights.sum())


def require_inside(truth: Field, band: Band) -> None:
    """Contours cut off by the window would give wrong thicknesses and recalls in silence.

    Raises:
        BDSGError: {p_x >= δ} leaves the window of ``truth``.
    """
    if truth.border >= band.log_delta:
        raise BDSGError(
            f"delta is {band.delta:g}, but on the edge of the truth field's window the density is still "
            f"{math.exp(truth.border):.3g}: make the field with truth_field(mixture, {band.delta:g})."
        )


def nearest(queries: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance from each query, (n, 2), to the nearest of the points, infinite if there is none, (n,)."""
    if not len(points):
        return np.full(len(queries), np.inf)
    return np.asarray(cKDTree(points).query(queries)[0])


def strong_anomalies(log_p_g: np.ndarray, epsilon: float) -> float:
    """Strong anomalies (paper, 3.1): the share of B(z), by the model's log density (L,), with p_g(B(z)) < ε."""
    return float((log_p_g < math.log(epsilon)).mean())


def samples_per_hit(log_p_x: np.ndarray, band: Band) -> float | None:
    """Rarity (paper, 3.1): how many samples are drawn for each that falls in the true band; None if none did."""
    hits = int(np.count_nonzero(band.holds(log_p_x)))
    return len(log_p_x) / hits if hits else None
