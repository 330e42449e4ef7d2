"""Every score of a run at one (ε, δ), in one record."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from bdsg.data.checks import finite
from bdsg.errors import BDSGError
from bdsg.metrics.band import Band
from bdsg.metrics.boundary import boundary_scores, probe_contour, samples_per_hit, strong_anomalies
from bdsg.metrics.clustering import clustering
from bdsg.metrics.contour_distances import boundary_distances, contour_distances
from bdsg.metrics.grid import Confusion, bp2, confusion
from bdsg.metrics.levels import Field
from bdsg.metrics.ranking import auprc, auroc

Number = float | None


@dataclass(frozen=True)
class Scores:
    """All scores; None where one is undefined (0/0, a single class, no contour).  Shares lie in [0, 1].

    Attributes:
        epsilon, delta: the levels, per unit area.
        grid: ``low`` and ``high`` corner and ``shape`` (ny, nx) of the classification grid.
        tp, fp, fn, tn: its nodes, *normal* positive.
        precision, recall, f1, accuracy, auroc, auprc: with *normal* positive.
        anomalous: the same six with *anomalous* positive.
        bp1, bp2, boundary_recall, bf1: see ``bdsg.metrics.boundary`` and ``bdsg.metrics.grid``.
        components, components_covered, component_recalls: of {p_x >= ε}.
        distance_mean, distance_p95: from B(z) to {p_x = √(δε)}, in units of the data.
        curve_distance_mean, curve_distance_p95: from that curve to B(z).
        contour_distance_mean, contour_distance_p95: from {p_g = ε} to {p_x = ε}: the model's share of the error.
        clustering: eq. 7: ``shares``, ``mean_distance``, ``mode_set_distance``.
        strong_anomalies: share of B(z) with p_g < ε.
        rarity: ``samples_of_g_per_hit`` and ``samples_of_b_per_hit`` of the true band.
    """

    epsilon: float
    delta: float
    grid: dict[str, Any]
    tp: int
    fp: int
    fn: int
    tn: int
    precision: Number
    recall: Number
    f1: Number
    accuracy: Number
    auroc: Number
    auprc: Number
    anomalous: dict[str, Number]
    bp1: float
    bp2: Number
    boundary_recall: Number
    bf1: Number
    components: int
    components_covered: int
    component_recalls: tuple[Number, ...]
    distance_mean: Number
    distance_p95: Number
    curve_distance_mean: Number
    curve_distance_p95: Number
    contour_distance_mean: Number
    contour_distance_p95: Number
    clustering: dict[str, Any]
    strong_anomalies: float
    rarity: dict[str, Number]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able form: lists for tuples, None for what is undefined, never NaN."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self), allow_nan=False))
        return plain


@dataclass(frozen=True)
class ScoredPoints:
    """Points of B, (L, 2), none rejected, and both log densities there, (L,) each."""

    points: np.ndarray
    log_p_x: np.ndarray
    log_p_g: np.ndarray


def score(
    band: Band,
    *,
    truth: Field,
    grid: Field,
    log_p_g: np.ndarray,
    boundary: ScoredPoints,
    data: np.ndarray,
    data_modes: np.ndarray,
    model_samples_log_p_x: np.ndarray,
) -> Scores:
    """Every score in a band; all log densities are natural logs.

    Args:
        truth: log p_x for contours, from ``truth_field`` with a level of delta or lower.
        grid: log p_x on the classification grid, (ny, nx).
        log_p_g: the model's there.
        data, data_modes: training samples (M, 2) and the mode of each, (M,) integers from 0.
        model_samples_log_p_x: true log density at samples of G, (n,).

    Raises:
        BDSGError: an array is empty, of the wrong shape or not finite, or {p_x >= δ} leaves the truth field.
    """
    points = finite("boundary", boundary.points, columns=2)
    on_x = _beside("boundary_log_p_x", boundary.log_p_x, (len(points),))
    on_g = _beside("boundary_log_p_g", boundary.log_p_g, (len(points),))
    samples = finite("model_samples_log_p_x", model_samples_log_p_x)
    return Scores(
        epsilon=float(band.epsilon),
        delta=float(band.delta),
        **_grid_scores(band, grid, log_p_g, truth),
        **_boundary_scores(band, truth, points, on_x),
        clustering=dataclasses.asdict(clustering(points, data, data_modes)),
        strong_anomalies=strong_anomalies(on_g, band.epsilon),
        rarity={
            "samples_of_g_per_hit": samples_per_hit(samples, band),
            "samples_of_b_per_hit": samples_per_hit(on_x, band),
        },
    )


def _beside(name: str, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    array = finite(name, values)
    if array.shape != shape:
        raise BDSGError(f"{name} has the shape {array.shape}, but must have {shape}: one value for each point.")
    return array


def _grid_scores(band: Band, grid: Field, log_p_g: np.ndarray, truth: Field) -> dict[str, Any]:
    log_p_g = _beside("log_p_g", log_p_g, grid.values.shape)
    normal = grid.values >= band.log_epsilon
    counts = confusion(grid.values, log_p_g, band.epsilon)
    mean, most = contour_distances(truth, Field(grid.x, grid.y, log_p_g), band.epsilon)
    area = auroc(normal, log_p_g)  # the same for either positive class
    return {
        "grid": {
            "low": (float(grid.x[0]), float(grid.y[0])),
            "high": (float(grid.x[-1]), float(grid.y[-1])),
            "shape": grid.values.shape,
        },
        **dataclasses.asdict(counts),
        **_shares(counts, area, auprc(normal, log_p_g)),
        "anomalous": _shares(counts.flipped(), area, auprc(normal, log_p_g, "anomalous")),
        "bp2": bp2(grid.values, log_p_g, band),
        "contour_distance_mean": mean,
        "contour_distance_p95": most,
    }


def _shares(counts: Confusion, roc_area: Number, pr_area: Number) -> dict[str, Number]:
    names = ("precision", "recall", "f1", "accuracy")
    return {**{name: getattr(counts, name) for name in names}, "auroc": roc_area, "auprc": pr_area}


def _boundary_scores(band: Band, truth: Field, boundary: np.ndarray, log_p_x: np.ndarray) -> dict[str, Any]:
    there, back = boundary_distances(truth, band, boundary)
    scores = boundary_scores(probe_contour(truth, band), band, boundary, log_p_x)
    return {
        **dataclasses.asdict(scores),
        "components": scores.components,
        "distance_mean": there.mean,
        "distance_p95": there.p95,
        "curve_distance_mean": back.mean,
        "curve_distance_p95": back.p95,
    }
