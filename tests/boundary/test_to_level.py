"""Samples of level sets, against circles known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.boundary.level_sets.to_level import bisect, push_to_level, reach_level, thin_evenly
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import ConfigError, EmptyBoundaryError

LEVEL = 0.01 / math.sqrt(10)


def round_modes(means: list[tuple[float, float]], sigma: float) -> ClosedForm:
    count = len(means)
    return ClosedForm(GaussianMixture([1 / count] * count, means, [sigma**2 * np.eye(2)] * count))


def gaussian_radius(sigma: float, weight: float, level: float) -> float:
    """w/(2πσ²)·exp(−r²/2σ²) = level."""
    return sigma * math.sqrt(2 * math.log(weight / (2 * math.pi * sigma**2 * level)))


def samples_of(model: ClosedForm, count: int = 4096, seed: int = 0) -> Tensor:
    return model.sample(count, torch.Generator().manual_seed(seed)).float()


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


@pytest.mark.parametrize("level", [0.17, 1.0])
def test_a_level_above_the_peak_has_no_boundary(level: float) -> None:
    model = round_modes([(0.0, 0.0)], 1.0)
    with pytest.raises(EmptyBoundaryError, match=r"nowhere above 0\.159") as caught:
        reach_level(model.log_prob, samples_of(model), math.log(level))
    assert isinstance(caught.value, ConfigError)
    assert caught.value.key == "epsilon"


def test_brackets_are_halved_around_their_crossings() -> None:
    roots = torch.tensor([0.3, 1.7], dtype=torch.float64)
    low, high = bisect(lambda x: x * x < roots * roots, torch.zeros_like(roots), 2 * torch.ones_like(roots), 20)
    torch.testing.assert_close(high - low, torch.full_like(roots, 2.0**-19))
    assert bool(((low <= roots) & (roots <= high)).all())


def test_no_bracket_is_no_question() -> None:
    none = torch.empty(0)
    low, high = bisect(lambda x: x / len(x) > 0, none, none, 3)
    assert len(low) == len(high) == 0
