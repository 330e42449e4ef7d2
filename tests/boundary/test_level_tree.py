"""Level sets over a range of levels, against circles in closed form and counts on fine grids."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from bdsg.boundary.level_sets.level_tree import LevelTree, _branches, grow_tree
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from tests.bench.hard_cases import HARD_CASES


def tree_of(mixture: GaussianMixture, low: float, high: float, count: int) -> tuple[ClosedForm, LevelTree]:
    model = ClosedForm(mixture)
    samples = model.sample(2048, torch.Generator().manual_seed(0)).float()
    return model, grow_tree(model.log_prob, samples, torch.linspace(math.log(low), math.log(high), count))


def two(distance: float) -> GaussianMixture:
    return GaussianMixture([0.5, 0.5], [[-distance / 2, 0.0], [distance / 2, 0.0]], [np.eye(2)] * 2)


def test_chains_by_hand() -> None:
    # Level 0: a; level 1: a goes on as the second of three; level 2: the second and third go on, swapped.
    following = {(0, 0): (1, 1), (1, 1): (2, 1), (1, 2): (2, 0)}
    expected = [[(0, 0), (1, 1), (2, 1)], [(1, 0)], [(1, 2), (2, 0)]]
    assert _branches([1, 3, 2], following) == expected


def test_a_gaussians_levels_are_one_branch_of_circles() -> None:
    _, tree = tree_of(GaussianMixture([1.0], [[5.0, 0.0]], [np.eye(2)]), 0.001, 0.1, 6)
    assert tree.alive.tolist() == [[True]] * 6
    assert tree.inside.tolist() == [1.0]
    radii = (-2 * (tree.log_levels + math.log(2 * math.pi))).sqrt()
    torch.testing.assert_close(tree.axes[:, 0].norm(dim=1).mean(1), radii, rtol=1e-2, atol=0)
    assert float(tree.lengths[0]) == pytest.approx(2 * math.pi * float(radii.mean()), rel=0.01)


def test_two_modes_part_at_their_saddle() -> None:
    mixture = two(4.0)
    saddle = float(mixture.log_prob(np.zeros((1, 2)))[0])
    _, tree = tree_of(mixture, 0.001, 0.05, 12)
    below = tree.log_levels < saddle
    assert tree.alive.shape == (12, 3)
    assert torch.equal(tree.alive[:, 0], below)
    assert torch.equal(tree.alive[:, 1], ~below)
    assert torch.equal(tree.alive[:, 2], ~below)
    # Where a branch is not alive, its places are those at the nearest level where it is.
    last = int(below.sum()) - 1
    assert torch.equal(tree.table[-1, 0], tree.table[last, 0])
    assert torch.equal(tree.centres[0, 1], tree.centres[last + 1, 1])


@pytest.mark.parametrize("name", ["core_in_ring", "twelve"])
def test_each_level_has_as_many_living_branches_as_curves(name: str) -> None:
    case = HARD_CASES[name]
    mixture = GaussianMixture(**case.mixture)
    _, tree = tree_of(mixture, case.epsilon / 20, case.epsilon, 6)
    low, high = mixture.box(case.epsilon / 20)
    x, y = (np.linspace(low[i] - 0.5, high[i] + 0.5, 801) for i in (0, 1))
    values = mixture.log_prob(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)).reshape(801, 801)
    for i, level in enumerate(tree.log_levels.tolist()):
        components = ndimage.label(values >= level)[1]
        holes = ndimage.label(values < level, np.ones((3, 3)))[1] - 1
        alive = tree.alive[i]
        assert int((tree.inside[alive] > 0).sum()) == components
        assert int((tree.inside[alive] < 0).sum()) == holes


def test_places_between_levels_lie_on_the_level_between() -> None:
    model, tree = tree_of(two(3.0), 0.001, 0.02, 8)
    angles = torch.linspace(0, 6, 50)
    circle = torch.stack([angles.cos(), angles.sin()], 1)
    branches, position = torch.zeros(50, dtype=torch.long), torch.linspace(0, 7, 50)
    local, steepness = tree.at(circle, branches, position)
    points = tree.to_data(local, branches, position)
    expected = tree.log_levels[0] + position / 7 * (tree.log_levels[-1] - tree.log_levels[0])
    assert (model.log_prob(points) - expected).abs().max() < 0.05
    free = points.requires_grad_()
    (gradient,) = torch.autograd.grad(model.log_prob(free).sum(), free)
    torch.testing.assert_close(steepness, gradient.norm(dim=1), rtol=0.2, atol=0.05)


def test_places_at_a_level_are_those_of_that_level_alone() -> None:
    model, tree = tree_of(GaussianMixture([1.0], [[0.0, 1.0]], [[[2.0, 0.3], [0.3, 0.5]]]), 0.002, 0.02, 5)
    samples = model.sample(2048, torch.Generator().manual_seed(0)).float()
    alone = grow_tree(model.log_prob, samples, tree.log_levels[3:4])
    circle = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.0, -1.0]])
    branches = torch.zeros(3, dtype=torch.long)
    only = torch.zeros(3)
    expected = alone.to_data(alone.at(circle, branches, only)[0], branches, only)
    position = torch.full((3,), 3.0)
    found = tree.to_data(tree.at(circle, branches, position)[0], branches, position)
    same = torch.cdist(found, torch.cat([expected, 2 * alone.centres[0] - expected])).amin(
        1
    )  # axes may point either way
    assert same.max() < 0.02


def test_a_branchs_angle_runs_on_from_level_to_level() -> None:
    for name in ("core_in_ring", "crescents"):
        case = HARD_CASES[name]
        _, tree = tree_of(GaussianMixture(**case.mixture), case.epsilon / 10, case.epsilon, 8)
        both = (tree.alive[1:] & tree.alive[:-1])[:, :, None]
        moved = (tree.table[1:] - tree.table[:-1]).norm(dim=3) * both
        assert moved.max() < 0.35
