"""Traced curves, against circles known in closed form and contours of fine grids."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from bdsg.boundary.generators.levels import LevelGenerator
from bdsg.boundary.level_sets.level_tree import LevelTree, grow_tree
from bdsg.boundary.level_sets.to_level import to_level
from bdsg.boundary.level_sets.tracing import ClosedCurve, trace_level_set
from bdsg.config.constants import PLACES, SMALLEST_SHARE
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.density import ClosedForm
from bdsg.errors import EmptyBoundaryError
from bdsg.metrics.levels import Field, contour_lines


def samples_of(model: ClosedForm) -> Tensor:
    return model.sample(2048, torch.Generator().manual_seed(0)).float()


def traced(mixture: GaussianMixture, level: float) -> tuple[ClosedForm, list[ClosedCurve]]:
    model = ClosedForm(mixture)
    return model, trace_level_set(model.log_prob, samples_of(model), math.log(level))


def tree_of(model: ClosedForm, level: float) -> LevelTree:
    """Of one level."""
    return grow_tree(model.log_prob, samples_of(model), torch.tensor([math.log(level)], dtype=torch.float64))


def lengths(curves: list[ClosedCurve]) -> list[float]:
    return sorted(float(curve.steps().sum()) for curve in curves)


def contours(mixture: GaussianMixture, level: float) -> list[np.ndarray]:
    """An independent answer: marching squares on a fine grid."""
    low, high = mixture.box(level)
    return contour_lines(Field.over(mixture.log_prob, Window(low - 0.1, high + 0.1).grid(1001)), level)


def random_mixture(seed: int) -> GaussianMixture:
    random = np.random.default_rng(seed)
    roots = random.normal(size=(9, 2, 2))
    covariances = 0.4 * roots @ np.swapaxes(roots, 1, 2) + 0.05 * np.eye(2)
    return GaussianMixture(random.dirichlet(np.full(9, 2.0)), 3 * random.normal(size=(9, 2)), covariances)


def ring_around_core() -> GaussianMixture:
    angles = np.arange(24) * math.pi / 12
    means = [(0.0, 0.0), *zip(6 * np.cos(angles), 6 * np.sin(angles), strict=True)]
    return GaussianMixture([0.2] + [0.8 / 24] * 24, means, [0.49 * np.eye(2)] + [0.36 * np.eye(2)] * 24)


def test_a_gaussians_curve_is_its_circle() -> None:
    _, curves = traced(GaussianMixture([1.0], [[3.0, -1.0]], [4.0 * np.eye(2)]), 0.003)
    radius = 2 * math.sqrt(-2 * math.log(0.003 * 2 * math.pi * 4))
    (curve,) = curves
    offsets = curve.points - torch.tensor([3.0, -1.0])
    assert offsets.norm(dim=1).tolist() == pytest.approx([radius] * len(offsets), rel=2e-3)
    assert curve.area() == pytest.approx(math.pi * radius**2, rel=0.02)  # positive: anticlockwise, the peak on its left
    turned = torch.stack([-offsets[:, 1], offsets[:, 0]], 1) / radius
    assert (curve.tangents * turned).sum(1).min() > 0.9999


def test_a_hole_runs_the_other_way() -> None:
    _, curves = traced(ring_around_core(), 0.01 / math.sqrt(10))
    areas = sorted((curve.area() for curve in curves), key=abs)
    assert [math.copysign(1, area) for area in areas] == [1, -1, 1]  # core, hole, ring


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("level", [0.001, 0.006, 0.02])
def test_all_curves_of_random_mixtures_are_found_once(seed: int, level: float) -> None:
    mixture = random_mixture(seed)
    expected = contours(mixture, level)
    _, curves = traced(mixture, level)
    truth = sorted(float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum()) for line in expected)
    assert lengths(curves) == pytest.approx(truth, rel=0.03, abs=0.03)
    corners = cKDTree(np.concatenate([curve.points.numpy() for curve in curves]))
    longest = max(float(curve.steps().max()) for curve in curves)
    assert corners.query(np.concatenate(expected))[0].max() < longest


def test_a_needles_tips_are_turned_at() -> None:
    # 100 to 1: the curve is an ellipse with half axes σ·√(2 log(p(0)/level)).
    mixture = GaussianMixture([1.0], [[0.0, 0.0]], [[[9.0, 0.0], [0.0, 0.0009]]])
    model, curves = traced(mixture, 0.01)
    (curve,) = curves
    reach = math.sqrt(2 * (model.log_prob(torch.zeros(1, 2)).item() - math.log(0.01)))
    assert float(curve.points[:, 0].max()) == pytest.approx(3 * reach, rel=1e-3)
    assert curve.area() == pytest.approx(math.pi * reach**2 * 3 * 0.03, rel=0.03)


def test_a_level_through_a_saddle_is_traced() -> None:
    mixture = GaussianMixture([0.5, 0.5], [[-2.05, 0.0], [2.05, 0.0]], [np.eye(2)] * 2)
    saddle = math.exp(mixture.log_prob(np.zeros((1, 2)))[0])
    for level, count in ((saddle * 1.001, 2), (saddle * 0.999, 1)):
        assert len(traced(mixture, level)[1]) == count


def test_projection_meets_the_level_and_reaches_no_farther_than_it_may() -> None:
    model = ClosedForm(GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)]))
    level = math.log(0.01)
    radius = math.sqrt(-2 * math.log(0.01 * 2 * math.pi))
    points = torch.tensor([[radius + 0.1, 0.0], [0.0, 0.5]])
    found = to_level(model.log_prob, points, level, torch.tensor([1.0, 0.01]), steps=3)
    assert float(found[0, 0]) == pytest.approx(radius, rel=1e-5)
    assert float(found[1, 1]) == pytest.approx(0.53, rel=1e-5)


def test_no_curve_without_a_level() -> None:
    with pytest.raises(EmptyBoundaryError):
        traced(GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)]), 0.2)


def test_places_of_a_circle_are_the_unit_circle_turn_for_turn() -> None:
    tree = tree_of(ClosedForm(GaussianMixture([1.0], [[300.0, -100.0]], [9.0 * np.eye(2)])), 0.001)
    radius = 3 * math.sqrt(-2 * math.log(0.001 * 2 * math.pi * 9))
    angles = torch.linspace(-3.1, 3.1, 77)
    circle = torch.stack([angles.cos(), angles.sin()], 1)
    found, steepness = tree.at(circle, torch.zeros(77, dtype=torch.long), torch.zeros(77))
    torch.testing.assert_close(tree.centres[0], torch.tensor([[300.0, -100.0]]), atol=0.05, rtol=0)
    axes = tree.axes[0, 0].T
    torch.testing.assert_close(found @ axes / radius, circle @ axes / radius, atol=0.02, rtol=0)
    assert steepness.tolist() == pytest.approx([radius / 9] * 77, rel=1e-3)
    assert (tree.harmonics(), tree.count, tree.inside.tolist()) == (8, 1, [1.0])


@pytest.mark.parametrize("seed", range(4))
def test_places_lie_on_the_level_and_go_all_the_way_round(seed: int) -> None:
    mixture, level = random_mixture(seed), 0.005
    model, curves = traced(mixture, level)
    tree = tree_of(model, level)
    branches = torch.arange(tree.count).repeat_interleave(PLACES)
    points = tree.to_data(tree.table.reshape(-1, 2), branches, torch.zeros(len(branches)))
    assert (model.log_prob(points) - math.log(level)).abs().max() < 0.02
    steps = (tree.table.roll(-1, 2) - tree.table).norm(dim=3)
    assert steps.max() < 25 / PLACES  # once round a unit circle would take steps of 6.3 / PLACES
    expected = torch.tensor([float(curve.steps().sum()) for curve in curves])
    kept = (expected / expected.sum()).clamp(min=SMALLEST_SHARE)
    edges = LevelGenerator((8,), tree, level, level / 10, torch.Generator()).edges
    torch.testing.assert_close(edges[0], torch.cumsum(kept / kept.sum(), 0))
    assert float(edges[0, -1]) == 1.0
    assert 8 <= tree.harmonics() <= 40


def test_a_holes_places_run_as_its_ellipse_does() -> None:
    tree = tree_of(ClosedForm(ring_around_core()), 0.01 / math.sqrt(10))
    assert sorted(tree.inside.tolist()) == [-1, 1, 1]
    angles = 2 * math.pi * torch.arange(PLACES) / PLACES
    circle = torch.stack([angles.cos(), angles.sin()], 1)
    assert (tree.table - circle).norm(dim=3).max() < 0.1  # all three are nearly round


def test_the_same_samples_give_the_same_places() -> None:
    model, curves = traced(random_mixture(1), 0.005)
    again = trace_level_set(model.log_prob, samples_of(model), math.log(0.005))
    assert all(torch.equal(a.points, b.points) for a, b in zip(curves, again, strict=True))
