"""Scoring a finished run at any level, against counting and closed forms."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.errors import ConfigError, EmptyBoundaryError
from bdsg.experiments.score import plane_mixture, score_result
from bdsg.metrics import truth_field
from bdsg.runs.result import Result
from tests.run_parts import run_arrays


def test_scores_at_the_runs_own_levels_are_those_of_its_summary(quick_result: Result) -> None:
    assert score_result(quick_result).to_dict() == quick_result.summary["scores"]
    assert score_result(quick_result, quick_result.config.epsilon).to_dict() == quick_result.summary["scores"]


@pytest.mark.parametrize("epsilon", [0.002, 0.03, 0.07])
def test_scores_at_another_level_by_counting(quick_result: Result, epsilon: float) -> None:
    scores, arrays = score_result(quick_result, epsilon), quick_result.arrays.to_dict()
    assert scores.epsilon == epsilon
    assert scores.delta == pytest.approx(0.07 * epsilon, rel=1e-12)  # the run's ratio, 0.0007 to 0.01
    normal, called = arrays["log_p_x"] >= math.log(epsilon), arrays["log_p_g"] >= math.log(epsilon)
    assert (scores.tp, scores.tn) == ((normal & called).sum(), (~normal & ~called).sum())
    p = np.exp(arrays["boundary_log_p_x"])
    assert scores.bp1 == pytest.approx(((p >= 0.07 * epsilon) & (p <= epsilon)).mean(), abs=2e-4)
    assert scores.strong_anomalies == pytest.approx((np.exp(arrays["boundary_log_p_g"]) < epsilon).mean(), abs=2e-4)


def test_own_delta_goes_over_the_ratio(quick_result: Result) -> None:
    assert score_result(quick_result, 0.02, 0.015).delta == 0.015
    assert score_result(quick_result, delta=0.009).bp1 <= score_result(quick_result).bp1


@pytest.mark.parametrize(("epsilon", "delta"), [(0.01, 0.01), (0.01, 0.02), (0.01, 0.0), (-1.0, None)])
def test_levels_out_of_order_are_refused(quick_result: Result, epsilon: float, delta: float | None) -> None:
    with pytest.raises(ConfigError):
        score_result(quick_result, epsilon, delta)


def test_a_perfect_boundary_scores_one() -> None:
    # A circle of N(0, I) at p = √(δε), p_g = p_x: every score is 1, and distances are 0 but for the grid's.
    config = ExperimentConfig.from_dict({"data": {"preset": "unimodal", "samples": 500}})
    mixture = GaussianMixture.from_config(config.data)
    radius = math.sqrt(-2 * math.log(2 * math.pi * 0.01 / math.sqrt(10)))
    angle = np.linspace(0, 2 * math.pi, 10_000, endpoint=False)
    boundary = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    data, modes = mixture.sample_with_modes(500, np.random.default_rng(0))
    side = np.linspace(-4, 4, 200)
    field = mixture.log_prob(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)).reshape(200, 200)
    on = mixture.log_prob(boundary)
    arrays = {
        "data": data, "data_modes": modes, "model_samples": data, "grid_x": side, "grid_y": side,
        "log_p_x": field, "log_p_g": field,
        "boundary": boundary, "boundary_log_p_x": on, "boundary_log_p_g": on,
    }  # fmt: skip
    scores = score_result(Result(config, run_arrays(**arrays), {}))
    for name in ("precision", "recall", "f1", "accuracy", "auroc", "auprc", "bp1", "bp2", "boundary_recall", "bf1"):
        assert getattr(scores, name) == pytest.approx(1.0, abs=1e-12), name
    assert (scores.components, scores.components_covered, scores.strong_anomalies) == (1, 1, 1.0)
    assert scores.distance_p95 is not None
    assert scores.distance_p95 < 0.01
    # Of normal points, the share in the band is exp(−r_ε²/2) − exp(−r_δ²/2) = 2π(ε − δ).
    share = 2 * math.pi * 0.009
    assert scores.rarity["samples_of_g_per_hit"] == pytest.approx(1 / share, rel=4 * math.sqrt(1 / share / 500))
    assert scores.rarity["samples_of_b_per_hit"] == 1.0


def test_a_truth_field_that_is_given_is_used(quick_result: Result) -> None:
    mixture = GaussianMixture.from_config(quick_result.config.data)
    own = score_result(quick_result, truth=truth_field(mixture, quick_result.config.delta))
    assert own.to_dict() == quick_result.summary["scores"]
    wider = score_result(quick_result, truth=truth_field(mixture, quick_result.config.delta / 100))
    assert wider.bp1 == own.bp1
    assert wider.distance_mean == pytest.approx(own.distance_mean, abs=0.01)
    assert wider.distance_mean != own.distance_mean


def test_plane_mixture_lets_levels_below_the_peak_pass(quick_config: ExperimentConfig) -> None:
    peak = math.exp(GaussianMixture.from_config(quick_config.data).peak())
    assert plane_mixture(dataclasses.replace(quick_config, epsilon=0.999 * peak)).dim == 2
    for epsilon in (peak, 1.001 * peak, 10.0):
        with pytest.raises(EmptyBoundaryError, match=r"nowhere above 0\.0798.*choose an epsilon below it"):
            plane_mixture(dataclasses.replace(quick_config, epsilon=epsilon))
