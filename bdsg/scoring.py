"""A result and an ε in, every score out; needs no PyTorch, so the app re-scores without a worker."""

from __future__ import annotations

import math

from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.errors import ConfigError, EmptyBoundaryError
from bdsg.metrics import Band, Field, Scores, score, truth_field
from bdsg.result import Result


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
    """Score a run at any ε, without training again.

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
    Band(epsilon, delta)  # refuses levels that no window could be made for
    mixture = GaussianMixture.from_config(config.data)
    names = ("grid_x", "grid_y", "log_p_x", "log_p_g", "boundary", "boundary_log_p_x", "boundary_log_p_g", "data")
    return score(
        epsilon=epsilon,
        delta=delta,
        truth=truth_field(mixture, delta) if truth is None else truth,
        data_modes=arrays["data_modes"],
        model_samples_log_p_x=mixture.log_prob(arrays["model_samples"]),
        **{name: arrays[name] for name in names},
    )
