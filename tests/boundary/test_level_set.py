"""Samples of level sets, against circles known in closed form and grids by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from bdsg.boundary.level_set import LevelSet, push_to_level, sample_level_set, split_components, thin_evenly
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import ConfigError, EmptyBoundaryError

LEVEL = 0.01 / math.sqrt(10)


def round_modes(means: list[tuple[float, float]], sigma: float) -> ClosedForm:
    count = len(means)
    return ClosedForm(GaussianMixture([1 / count] * count, means, [sigma**2 * np.eye(2)] * count))


def ring_around_core() -> ClosedForm:
    """A core and 24 overlapping modes on a circle of radius 6: three closed curves."""
    angles = np.arange(24) * math.pi / 12
    means = [(0.0, 0.0), *zip(6 * np.cos(angles), 6 * np.sin(angles), strict=True)]
    weights = [0.2] + [0.8 / 24] * 24
    return ClosedForm(GaussianMixture(weights, means, [0.49 * np.eye(2)] + [0.36 * np.eye(2)] * 24))


def gaussian_radius(sigma: float, weight: float, level: float) -> float:
    """w/(2πσ²)·exp(−r²/2σ²) = level."""
    return sigma * math.sqrt(2 * math.log(weight / (2 * math.pi * sigma**2 * level)))


def samples_of(model: ClosedForm, count: int = 4096, seed: int = 0) -> Tensor:
    return model.sample(count, torch.Generator().manual_seed(seed)).float()


def level_set_of(model: ClosedForm, level: float = LEVEL, count: int = 512) -> LevelSet:
    random = torch.Generator().manual_seed(1)
    return sample_level_set(model.log_prob, samples_of(model), math.log(level), random, count)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_pushed_samples_of_a_gaussian_land_on_its_circle(sigma: float) -> None:
    model = round_modes([(3.0, -1.0)], sigma)
    samples = samples_of(model, 1000)
    pushed = push_to_level(model.log_prob, samples, math.log(LEVEL))
    radius = gaussian_radius(sigma, 1.0, LEVEL)
    found = (pushed - torch.tensor([3.0, -1.0])).norm(dim=1)
    assert len(pushed) > 990  # only a sample very near the mean, where the gradient vanishes, may be lost
    # |log p − log ε*| < 0.02 allows a radial error of 0.02 σ²/r.
    assert (found - radius).abs().max() < 0.021 * sigma**2 / radius


def test_pushing_keeps_the_direction_and_the_samples() -> None:
    model = round_modes([(0.0, 0.0)], 1.0)
    samples = samples_of(model, 200)
    before = samples.clone()
    pushed = push_to_level(model.log_prob, samples, math.log(LEVEL))
    assert torch.equal(samples, before)
    assert not samples.requires_grad
    assert not pushed.requires_grad
    if len(pushed) == len(samples):  # the gradient of a round Gaussian is radial
        cosine = (pushed * samples).sum(1) / pushed.norm(dim=1) / samples.norm(dim=1)
        assert cosine.min() > 0.999


def test_points_that_cannot_reach_the_level_are_left_out() -> None:
    model = round_modes([(0.0, 0.0)], 1.0)
    assert len(push_to_level(model.log_prob, samples_of(model, 200), math.log(0.2))) == 0  # the peak is 0.159


def test_thinning_covers_and_spreads() -> None:
    points = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
    chosen, spacing = thin_evenly(points, 100)
    assert chosen.shape == (100, 2)
    covering = torch.cdist(points.double(), chosen.double()).amin(1).max()
    assert float(covering) == pytest.approx(spacing, rel=1e-4)
    among = torch.cdist(chosen.double(), chosen.double()) + 1e9 * torch.eye(100)
    assert among.min() >= spacing * (1 - 1e-4)  # each was as far as could be from those before it
    assert torch.unique(chosen, dim=0).shape == (100, 2)


def test_thinning_by_hand() -> None:
    # On a line from 0: the farthest is 10, then 6 (4 from 10, 6 from 0); 3 is then 3 away, 9 is 1 away.
    points = torch.tensor([[0.0], [3.0], [6.0], [9.0], [10.0]])
    chosen, spacing = thin_evenly(points, 3)
    assert chosen[:, 0].tolist() == [0.0, 10.0, 6.0]
    assert spacing == 3.0


def test_thinning_fewer_points_than_asked_keeps_them_all() -> None:
    points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    chosen, spacing = thin_evenly(points, 10)
    assert sorted(map(tuple, chosen.tolist())) == sorted(map(tuple, points.tolist()))
    assert spacing == 0.0


EIGHT = [(5 * math.cos(k * math.pi / 4), 5 * math.sin(k * math.pi / 4)) for k in range(8)]


@pytest.mark.parametrize(
    ("means", "sigma", "components"),
    [
        ([(0.0, 0.0)], 1.0, 1),
        ([(-1.75, 0.0), (1.75, 0.0)], 1.0, 1),
        ([(-4.0, 0.0), (4.0, 0.0)], 1.0, 2),
        ([(1000.0, 0.0), (1008.0, 0.0)], 1.0, 2),
        (EIGHT, 0.5, 8),
    ],
)
def test_components_of_modes(means: list[tuple[float, float]], sigma: float, components: int) -> None:
    found = level_set_of(round_modes(means, sigma))
    assert int(found.components.max()) + 1 == components
    assert len(found.components) == len(found.points)
    if components == len(means):  # one closed curve around each mode: its circle, all the way round
        radius = gaussian_radius(sigma, 1 / len(means), LEVEL)
        for k in range(components):
            mine = found.points[found.components == k]
            apart = torch.cdist(mine.mean(0)[None], torch.tensor(means)).min()
            assert apart < 0.3 * sigma
            offsets = mine - torch.tensor(means)[torch.cdist(mine.mean(0)[None], torch.tensor(means)).argmin()]
            assert (offsets.norm(dim=1) - radius).abs().max() < 0.03 * sigma + 1e-3
            angles = torch.atan2(offsets[:, 1], offsets[:, 0]).sort().values
            gaps = torch.diff(angles, append=angles[:1] + 2 * math.pi)
            assert gaps.max() * radius < 4 * found.spacing


def test_a_ring_around_a_core_has_three_closed_curves() -> None:
    model = ring_around_core()
    found = level_set_of(model)
    assert int(found.components.max()) + 1 == 3
    radii = sorted(float(found.points[found.components == k].norm(dim=1).mean()) for k in range(3))
    side = np.linspace(0, 10, 20_001)  # the same three radii along the x-axis
    above = model.log_prob(torch.from_numpy(np.column_stack([side, 0 * side]))).numpy() > math.log(LEVEL)
    crossings = side[1:][np.diff(above.astype(int)) != 0]
    assert len(crossings) == 3
    assert radii == pytest.approx(crossings.tolist(), abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_all_of_the_boundary_is_reached(seed: int) -> None:
    random = np.random.default_rng(seed)
    roots = random.normal(size=(4, 2, 2))
    covariances = roots @ np.swapaxes(roots, 1, 2) + 0.1 * np.eye(2)
    model = ClosedForm(GaussianMixture(random.dirichlet(np.full(4, 5.0)), 3 * random.normal(size=(4, 2)), covariances))
    found = level_set_of(model)
    side = np.linspace(-14, 14, 561)
    nodes = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    values = model.log_prob(torch.from_numpy(nodes)).numpy().reshape(561, 561)
    inside = values >= math.log(LEVEL)
    edge = inside & ~ndimage.binary_erosion(inside)
    distances = torch.cdist(torch.from_numpy(nodes[edge.ravel()]).float(), found.points).amin(1)
    assert distances.max() < 3 * found.spacing + 0.1  # a node lies within 0.05·√2 of the edge
    outer = ndimage.label(inside)[1]
    holes = ndimage.label(~inside)[1] - 1
    assert int(found.components.max()) + 1 == outer + holes


def test_points_lie_on_the_level() -> None:
    model = ring_around_core()
    found = level_set_of(model)
    assert (model.log_prob(found.points) - math.log(LEVEL)).abs().max() < 0.021


def test_components_do_not_join_across_a_narrow_gap() -> None:
    # Two parallel lines of samples 0.3 apart, density 1 on them and far lower between.
    x = torch.linspace(0, 10, 51)
    points = torch.cat([torch.stack([x, 0 * x], 1), torch.stack([x, 0 * x + 0.3], 1)])

    def log_prob(at: Tensor) -> Tensor:
        return -1e3 * torch.minimum(at[:, 1] ** 2, (at[:, 1] - 0.3) ** 2)

    labels = split_components(log_prob, points, 0.0, 0.2)
    assert labels[:51].unique().tolist() != labels[51:].unique().tolist()
    assert len(labels.unique()) == 2
    assert len(split_components(lambda at: 0 * at[:, 0], points, 0.0, 0.2).unique()) == 1


@pytest.mark.parametrize("level", [0.17, 1.0])
def test_a_level_above_the_peak_has_no_boundary(level: float) -> None:
    with pytest.raises(EmptyBoundaryError, match=r"nowhere above 0\.159") as caught:
        level_set_of(round_modes([(0.0, 0.0)], 1.0), level)
    assert isinstance(caught.value, ConfigError)
    assert caught.value.key == "epsilon"


def test_the_same_generator_gives_the_same_level_set() -> None:
    model = round_modes([(-4.0, 0.0), (4.0, 0.0)], 1.0)
    first, again = level_set_of(model, count=64), level_set_of(model, count=64)
    assert torch.equal(first.points, again.points)
    assert torch.equal(first.components, again.components)
