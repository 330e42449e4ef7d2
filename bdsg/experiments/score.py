"""A result and an ε in, every score out; needs no PyTorch, so the app re-scores without a worker."""

from __future__ import annotations

import math

import numpy as np
from scipy.interpolate import RectBivariateSpline

from bdsg.boundary.generators.levels_numpy import LevelBoundary
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.errors import ConfigError, EmptyBoundaryError, StoreError
from bdsg.metrics import Band, Field, Scores, boundary_scores, score, truth_field
from bdsg.metrics.boundary import probe_contour
from bdsg.metrics.summary import ScoredPoints
from bdsg.runs.result import Result

TRIPLE = ("bp1", "boundary_recall", "bf1")


def plane_mixture(config: ExperimentConfig) -> GaussianMixture:
    """The config's mixture, once it is sure that it lies in the plane and is somewhere as dense as ε.

    Raises:
        ConfigError: the mixture is invalid, or not in two dimensions.
        EmptyBoundaryError: p_x stays below ε.
    """
    mixture = GaussianMixture.from_config(config.data)
    if mixture.dim != 2:
        remedy = f"a run in the plane needs 2 coordinates each, not {mixture.dim}: drop or add some."
        raise ConfigError("data.mixture.means", mixture.means.tolist(), remedy)
    if mixture.peak() <= math.log(config.epsilon):
        raise EmptyBoundaryError(config.epsilon, math.exp(mixture.peak()))
    return mixture


def score_result(
    result: Result, epsilon: float | None = None, delta: float | None = None, truth: Field | None = None
) -> Scores:
    """Score a run at any ε, without training again; B(z, ε) moves with ε, within the range that it knows.

    Args:
        epsilon, delta: levels per unit area; by default the run's own, and the run's ratio δ/ε.
        truth: log p_x for contours, made when it is not given.

    Raises:
        ConfigError: the levels are not 0 < delta < epsilon.
    """
    config, arrays = result.config, result.arrays
    epsilon = config.epsilon if epsilon is None else epsilon
    if delta is None:  # the run's own to the last bit, where it is asked for
        delta = config.delta if epsilon == config.epsilon else epsilon * config.delta / config.epsilon
    band = Band(epsilon, delta)  # refuses levels that no window could be made for
    mixture = GaussianMixture.from_config(config.data)
    return score(
        band,
        truth=truth_field(mixture, delta) if truth is None else truth,
        grid=Field(arrays.grid_x, arrays.grid_y, arrays.log_p_x),
        log_p_g=arrays.log_p_g,
        boundary=_boundary_at(result, mixture, epsilon),
        data=arrays.data,
        data_modes=arrays.data_modes,
        model_samples_log_p_x=mixture.log_prob(arrays.model_samples),
    )


def _boundary_at(result: Result, mixture: GaussianMixture, epsilon: float) -> ScoredPoints:
    """B's points and both log densities there; of B(z, ε) at the nearest ε that it knows."""
    arrays = result.arrays
    generator = LevelBoundary.of_run(arrays)
    if generator is None or epsilon == result.config.epsilon:
        return ScoredPoints(arrays.boundary, arrays.boundary_log_p_x, arrays.boundary_log_p_g)
    points = generator.points(_latent(result), generator.clamp(epsilon))
    log_p_x = mixture.log_prob(points)
    exact = result.config.density.kind == "closed_form"
    log_p_g = log_p_x if exact else _interpolated(arrays.grid_x, arrays.grid_y, arrays.log_p_g, points)
    return ScoredPoints(points, log_p_x, log_p_g)


def _latent(result: Result) -> np.ndarray:
    """The z of the boundary's points, which a run with B(z, ε) keeps."""
    latent = result.arrays.boundary_latent
    if latent is None:
        raise StoreError("The run keeps B(z, ε) without the z of its points: run the experiment again.")
    return latent


def _interpolated(x: np.ndarray, y: np.ndarray, values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """A field (ny, nx) at points (n, 2), by cubic splines; beyond the grid, at its edge."""
    inside = np.clip(points, [x[0], y[0]], [x[-1], y[-1]])
    found: np.ndarray = RectBivariateSpline(y, x, values).ev(inside[:, 1], inside[:, 0])
    return found


def score_levels(result: Result, count: int = 10) -> list[dict[str, float | None]]:
    """BP1, boundary recall and BF1 of B(z, ε) at ``count`` levels of its range; none where B knows one ε alone."""
    config, generator = result.config, LevelBoundary.of_run(result.arrays)
    if generator is None:
        return []
    mixture, ratio = GaussianMixture.from_config(config.data), config.delta / config.epsilon
    levels = generator.levels(count)
    truth = truth_field(mixture, levels[0] * ratio)
    rows: list[dict[str, float | None]] = []
    for epsilon in levels:
        band = Band(epsilon, epsilon * ratio)
        points = generator.points(_latent(result), epsilon)
        log_p_x = mixture.log_prob(points)
        scores = boundary_scores(probe_contour(truth, band), band, points, log_p_x)
        rows.append({"epsilon": epsilon, **{name: getattr(scores, name) for name in TRIPLE}})
    return rows
