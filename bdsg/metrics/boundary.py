"""Scores of the boundary generator: is B(z) in the band, does it reach all of it, and how far off is it?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from bdsg.errors import BDSGError
from bdsg.metrics.band import Band
from bdsg.metrics.levels import Field, component_labels, components_at, contour_lines
from bdsg.metrics.polylines import distance_to_lines, probes

COVERED = 0.9
"""A component is covered when its own boundary recall is at least this."""
REACH = 2.0
"""A probe is covered by a point within this many local band thicknesses."""
TIE = 1e-9
"""Taken off a share, so that one that falls exactly between two probes is not decided by rounding."""


def bp1(log_p_x: np.ndarray, band: Band) -> float:
    """BP1 (paper, 4.2): the share of B(z) points, given by their true log density (L,), that lie in the band."""
    return float(band.holds(log_p_x).mean())


@dataclass(frozen=True, eq=False)
class Recall:
    """Boundary recall and the probes behind it.

    Attributes:
        overall: share of {p_x = ε} that is covered, by length; None if that contour is empty.
        components: the same for each connected component of {p_x >= ε}; None for one that no line bounds.
        points: probes, (n, 2).
        thickness: local thickness w of the band at each, (n,).
        covered: whether a point in the band lies within 2w, (n,).
        weights: arc length that each stands for, (n,).
        owner: index into ``components``, (n,).
    """

    overall: float | None
    components: tuple[float | None, ...]
    points: np.ndarray
    thickness: np.ndarray
    covered: np.ndarray
    weights: np.ndarray
    owner: np.ndarray

    @property
    def components_covered(self) -> int:
        """How many components have a recall of at least 0.9."""
        return sum(share is not None and share >= COVERED for share in self.components)


@dataclass(frozen=True, eq=False)
class Contour:
    """The probes of {p_x = ε}, which every B(z) on the same data is scored with.

    Attributes:
        points, thickness, weights, owner: as in :class:`Recall`.
        components: of {p_x >= ε}, how many.
    """

    points: np.ndarray
    thickness: np.ndarray
    weights: np.ndarray
    owner: np.ndarray
    components: int


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


def recall_of(contour: Contour, band: Band, boundary: np.ndarray, log_p_x: np.ndarray) -> Recall:
    """BR = Σ weight·covered / Σ weight over probes of {p_x = ε}; covered: a B(z) in the band within 2w.

    Args:
        contour: of the same band.
        boundary: B(z), (L, 2).
        log_p_x: true log density at them, (L,).
    """
    points, thickness, weights, owner = contour.points, contour.thickness, contour.weights, contour.owner
    if not len(points):
        nothing = np.empty(0)
        none = (None,) * contour.components
        return Recall(None, none, points, nothing, nothing.astype(bool), nothing, owner)
    covered = _nearest(points, boundary[band.holds(log_p_x)]) <= REACH * thickness
    return Recall(
        overall=float(np.average(covered, weights=weights)),
        components=_by_component(covered, weights, owner, contour.components),
        points=points,
        thickness=thickness,
        covered=covered,
        weights=weights,
        owner=owner,
    )


def crowding(contour: Contour, boundary: np.ndarray) -> float:
    """The least share of the contour's length that holds half of B(z), (L, 2), each point at its nearest probe.

    Up to ½ where points lie evenly, near 0 where they share a few spots.

    Raises:
        BDSGError: the contour is empty.
    """
    if not len(contour.points):
        raise BDSGError("The density is nowhere as high as epsilon, so there is no boundary: lower epsilon.")
    nearest = cKDTree(contour.points).query(boundary)[1]
    counts = np.bincount(nearest, minlength=len(contour.points))
    order = np.argsort(-counts / contour.weights)
    needed = np.searchsorted(np.cumsum(counts[order]), len(boundary) / 2) + 1
    return float(contour.weights[order[:needed]].sum() / contour.weights.sum())


def boundary_recall(truth: Field, band: Band, boundary: np.ndarray, log_p_x: np.ndarray) -> Recall:
    """:func:`recall_of` B(z), (L, 2), on the contour of a truth field; raises what :func:`probe_contour` does."""
    return recall_of(probe_contour(truth, band), band, boundary, log_p_x)


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


def _nearest(queries: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance from each query to the nearest point, infinite if there is none."""
    if not len(points):
        return np.full(len(queries), np.inf)
    distance: np.ndarray = cKDTree(points).query(queries)[0]
    return distance


def _by_component(covered: np.ndarray, weights: np.ndarray, owner: np.ndarray, count: int) -> tuple[float | None, ...]:
    whole = np.bincount(owner, weights, minlength=count)
    part = np.bincount(owner, weights * covered, minlength=count)
    return tuple(float(p / w) if w > 0 else None for p, w in zip(part, whole, strict=True))


def boundary_f1(precision: float, recall: float | None) -> float | None:
    """BF1: harmonic mean of BP1 and boundary recall; 0 when both are 0, None without a contour."""
    if recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


@dataclass(frozen=True)
class Distances:
    """Mean and 95th percentile of the distances between B(z) and {p_x = √(δε)}, in units of the data; None if empty.

    ``mean`` and ``p95`` go from each point to the curve, ``curve_mean`` and ``curve_p95`` from the curve, by its
    length, to the nearest point.
    """

    mean: float | None = None
    p95: float | None = None
    curve_mean: float | None = None
    curve_p95: float | None = None


def boundary_distances(truth: Field, band: Band, boundary: np.ndarray) -> Distances:
    """Distances both ways between B(z), (L, 2), and the contour in the middle of the band.

    Raises:
        BDSGError: {p_x >= δ} leaves the window of ``truth``.
    """
    require_inside(truth, band)
    lines = contour_lines(truth, math.exp(band.log_middle))
    if not lines:
        return Distances()
    outward = distance_to_lines(boundary, lines)
    sampled = probes(lines)
    inward = _nearest(sampled.points, boundary)
    return Distances(
        mean=float(outward.mean()),
        p95=float(np.percentile(outward, 95)),
        curve_mean=float(np.average(inward, weights=sampled.weights)),
        curve_p95=float(np.quantile(inward, 0.95 - TIE, weights=sampled.weights, method="inverted_cdf")),
    )


def contour_distances(truth: Field, model: Field, epsilon: float) -> tuple[float | None, float | None]:
    """Mean and 95th percentile of the distance from {p_g = ε}, by its length, to {p_x = ε}; None if either is empty.

    Args:
        truth, model: log p_x and log p_g; where only the model's window ends, its contour ends.
    """
    true_lines, model_lines = contour_lines(truth, epsilon), contour_lines(model, epsilon)
    if not true_lines or not model_lines:
        return None, None
    sampled = probes(model_lines)
    apart = distance_to_lines(sampled.points, true_lines)
    most = np.quantile(apart, 0.95 - TIE, weights=sampled.weights, method="inverted_cdf")
    return float(np.average(apart, weights=sampled.weights)), float(most)


def strong_anomalies(log_p_g: np.ndarray, epsilon: float) -> float:
    """Strong anomalies (paper, 3.1): the share of B(z), by the model's log density (L,), with p_g(B(z)) < ε."""
    return float((log_p_g < math.log(epsilon)).mean())


def samples_per_hit(log_p_x: np.ndarray, band: Band) -> float | None:
    """Rarity (paper, 3.1): how many samples are drawn for each that falls in the true band; None if none did."""
    hits = int(np.count_nonzero(band.holds(log_p_x)))
    return len(log_p_x) / hits if hits else None
