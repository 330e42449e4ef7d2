"""What the rivals page shows of a method: ranks, curves and thresholds against the truth they stand for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from contourpy import contour_generator
from scipy.stats import rankdata

from bdsg.app.pages.baselines import baseline_animation
from bdsg.app.pages.baselines.baseline_animation import (
    FRAMES,
    MAP_NODES,
    MAPS,
    POINTS,
    Outcome,
    contest_config,
    in_data_units,
    make_outcome,
)
from bdsg.baselines.contract import BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.config import ExperimentConfig
from bdsg.experiments.problem import Problem
from bdsg.metrics import Field, auroc
from bdsg.metrics.ranking import anomaly_ranks, roc_curve

CONFIG = ExperimentConfig.from_dict({"data": {"preset": "bimodal_separate", "samples": 200}, "seed": 4})
PROBLEM = Problem(CONFIG)
MIXTURE, SCENE = PROBLEM.mixture, PROBLEM.scene
GRID = Field.over(MIXTURE.log_prob, PROBLEM.grid)
ROW = BaselineScores("vae", "VAE", 1.5, auroc=0.5, components=(0.5, None), covered=0)
RANDOM = np.random.default_rng(0)


def snapshot(step: int, points: int) -> BaselineSnapshot:
    found = RANDOM.normal(size=(points, 2)).astype(np.float32)
    return BaselineSnapshot("vae", step, {}, found, RANDOM.normal(size=MAP_NODES**2).astype(np.float32))


def ranks_of(scores: np.ndarray) -> BaselineRanks:
    return BaselineRanks("vae", anomaly_ranks(scores).astype(np.float32))


def made(snapshots: list[BaselineSnapshot], scores: np.ndarray) -> Outcome:
    return make_outcome(CONFIG, snapshots, ranks_of(scores), ROW)


def test_a_rank_map_is_the_same_for_every_unit_of_the_score() -> None:
    scores = np.round(RANDOM.normal(size=64 * 64), 2)
    wanted = 1 - (rankdata(scores) - 0.5) / scores.size
    np.testing.assert_allclose(baseline_animation.rank_map(scores) / 255, wanted.reshape(64, 64), atol=0.5 / 255 + 1e-9)
    np.testing.assert_array_equal(
        baseline_animation.rank_map(np.exp(3 * scores) + 7), baseline_animation.rank_map(scores)
    )
    assert baseline_animation.rank_map(scores).ravel()[scores.argmin()] == 255


def test_a_perfect_score_has_the_true_contour_and_perfect_curves() -> None:
    found = made([snapshot(1, 0)], -GRID.values)
    log_p = MIXTURE.log_prob(np.concatenate([in_data_units(line, SCENE) for line in found.lines]))
    np.testing.assert_allclose(log_p, math.log(CONFIG.epsilon), atol=0.15)  # a node's worth
    assert len(found.lines) == 2
    rates = found.curves["near_roc"]
    assert np.trapezoid(rates[1], rates[0]) == pytest.approx(1)


def test_a_threshold_calls_as_many_nodes_normal_as_there_are() -> None:
    x, y = np.meshgrid(GRID.x, GRID.y)
    found = made([snapshot(1, 0)], np.hypot(x - 0.5, y))  # circles around a point
    share = float((GRID.values >= math.log(CONFIG.epsilon)).mean())
    assert found.normal_share[0] == pytest.approx(share)
    (line,) = (in_data_units(line, SCENE) for line in found.lines)
    area = 0.5 * abs(np.sum(line[:-1, 0] * line[1:, 1] - line[1:, 0] * line[:-1, 1]))
    assert area / np.prod(SCENE.high - SCENE.low) == pytest.approx(share, rel=0.02)


def test_specks_of_a_noisy_score_are_left_out() -> None:
    x, y = np.meshgrid(GRID.x, GRID.y)
    scores = np.hypot(x - 0.5, y)
    scores[5::20, 5::20] = -1.0  # lone nodes, far from each other
    every = contour_generator(GRID.x, GRID.y, scores).lines(0.5)
    assert len(every) > 50
    assert len(made([snapshot(1, 0)], scores).lines) == 1


def test_curves_are_thinned_without_losing_their_area() -> None:
    scores = -GRID.values + 4 * RANDOM.normal(size=GRID.values.shape)
    normal = GRID.values >= math.log(CONFIG.epsilon)
    exact = roc_curve(normal, -scores)
    assert exact is not None
    found = made([snapshot(1, 0)], scores).curves["roc"]
    assert found.shape[1] <= baseline_animation.CORNERS < exact[0].size
    assert np.trapezoid(found[1], found[0]) == pytest.approx(auroc(normal, -scores), abs=1e-3)
    np.testing.assert_array_equal(found[:, [0, -1]], [[0, 1], [0, 1]])


def test_snapshots_are_thinned_and_points_appear_when_there_are_some() -> None:
    fitting = [snapshot(step, 0) for step in range(0, 1001, 50)]
    boundary = [snapshot(step, 500) for step in range(0, 801, 20)]
    found = made([*fitting, *boundary], -GRID.values)
    assert found.appears == baseline_animation.FITTING_FRAMES
    assert found.frames.shape == (FRAMES, POINTS, 2)
    assert (found.steps[0], found.steps[found.appears - 1], found.steps[found.appears]) == (0, 1000, 1000)
    assert found.steps[-1] == 1800
    assert (np.diff(found.steps) >= 0).all()
    assert len(found.maps) == len(found.map_frames) == MAPS
    np.testing.assert_array_equal(found.maps[-1], baseline_animation.rank_map(boundary[-1].scores))
    inside = (np.abs(boundary[-1].points[:POINTS] - (SCENE.low + SCENE.high) / 2) < (SCENE.high - SCENE.low) / 2).all(1)
    shown = in_data_units(found.frames[-1], SCENE)
    np.testing.assert_allclose(shown[inside], boundary[-1].points[:POINTS][inside], atol=1e-3)


def test_an_outcome_goes_into_a_file_and_comes_out_again() -> None:
    found = made([snapshot(step, 400) for step in range(5)], -GRID.values)
    again = baseline_animation.from_arrays(*baseline_animation.to_arrays(found))
    assert (again.row, again.appears, again.normal_share) == (found.row, found.appears, found.normal_share)
    for name in ("steps", "frames", "maps", "map_frames"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    for mine, theirs in zip(again.lines, found.lines, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert again.curves.keys() == found.curves.keys() == set(baseline_animation.CURVES)
    for name, curve in found.curves.items():
        np.testing.assert_allclose(again.curves[name], curve, atol=1e-5)


def test_a_method_that_diverged_has_its_sentence_alone() -> None:
    row = BaselineScores("vae", "VAE", 1.5, error="It diverged at step 3: lower the rate.")
    found = make_outcome(CONFIG, [snapshot(0, 9)], None, row)
    assert (found.row, len(found.maps), found.lines) == (row, 0, ())
    assert baseline_animation.from_arrays(*baseline_animation.to_arrays(found)).row == row


def test_a_contest_takes_data_threshold_and_seed_alone() -> None:
    own = {"data": {"preset": "ring"}, "epsilon": 0.02, "seed": 3, "density": {"kind": "resflow"}}
    found = contest_config(ExperimentConfig.from_dict(own))
    assert found == ExperimentConfig.from_dict({"data": {"preset": "ring"}, "epsilon": 0.02, "seed": 3})
