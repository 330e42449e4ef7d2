"""Rays through the invertible model, against circles in closed form and contours of fine grids."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from bdsg.boundary.level_sets.latent_rays import cross_rays, directions_in_plane
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.metrics.levels import Field, contour_lines
from bdsg.metrics.polylines import distance_to_lines


def mixture() -> GaussianMixture:
    """A round mode, and a flat one apart from it."""
    return GaussianMixture([0.6, 0.4], [[-2.0, 0.0], [3.0, 1.0]], [np.eye(2), [[0.5, 0.1], [0.1, 0.2]]])


def lines(level: float) -> list[np.ndarray]:
    one = mixture()
    low, high = one.box(level)
    return contour_lines(Field.over(one.log_prob, Window(low - 0.1, high + 0.1).grid(801)), level)


def test_directions_go_evenly_around() -> None:
    found = directions_in_plane(8)
    assert found[1].tolist() == pytest.approx([math.sqrt(0.5)] * 2)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(8).double())
    assert (found - found.roll(1, 0)).norm(dim=1).tolist() == pytest.approx([2 * math.sin(math.pi / 8)] * 8)


@pytest.mark.parametrize(("level", "dim"), [(0.001, 2), (0.002, 3)])
def test_rays_of_a_gaussian_end_on_its_sphere(level: float, dim: int) -> None:
    model = ClosedForm(GaussianMixture([1.0], [[3.0, -1.0, 2.0][:dim]], [4.0 * np.eye(dim)]))
    directions = torch.randn(9, dim, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    directions = directions / directions.norm(dim=1, keepdim=True)
    found = cross_rays(model, directions, level)
    # N(x; μ, 4I) = ε at ‖x − μ‖ = 2 √(−2 log(ε (8π)^{d/2})), and G(r u) = μ + 2 r u.
    radius = math.sqrt(-2 * math.log(level * (8 * math.pi) ** (dim / 2)))
    assert found.rays.tolist() == list(range(9))
    assert found.radii.tolist() == pytest.approx([radius] * 9, rel=1e-8)
    torch.testing.assert_close(found.points, torch.tensor([3.0, -1.0, 2.0][:dim]).double() + 2 * radius * directions)


@pytest.mark.parametrize("level", [0.02, 0.005])
def test_rays_of_a_mixture_end_on_its_contours_and_reach_all_of_them(level: float) -> None:
    model, expected = ClosedForm(mixture()), lines(level)
    assert len(expected) == 2
    found = cross_rays(model, directions_in_plane(96), level)
    assert (model.log_prob(found.points) - math.log(level)).abs().max() < 1e-6
    assert distance_to_lines(found.points.numpy(), expected).max() < 1e-3
    for line in expected:  # a ray goes through every stretch of either
        assert torch.cdist(torch.from_numpy(line), found.points).amin(1).max() < 1.0
    along = (model.to_latent(found.points) / found.radii[:, None] - directions_in_plane(96)[found.rays]).norm(dim=1)
    assert along.max() < 1e-6
    order = list(zip(found.rays.tolist(), found.radii.tolist(), strict=True))
    assert order == sorted(order)
    # The origin is the image of G's median: each ray starts on one side and ends below the level.
    starts_above = float(model.log_prob(model.to_data(torch.zeros(1, 2)))) > math.log(level)
    assert (torch.bincount(found.rays, minlength=96) % 2 == int(starts_above)).all()


def test_rays_through_a_residual_flow() -> None:
    flow = ResidualFlow(2, 4, (16, 16), 0.9, "lipswish", torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        flow.shift.normal_(generator=torch.Generator().manual_seed(2))
        flow.log_scale.normal_(0.0, 0.3, generator=torch.Generator().manual_seed(3))
    flow.settle()
    centre = flow.to_data(torch.zeros(1, 2).double())
    level = 0.05 * math.exp(float(flow.log_prob(centre).detach()))
    found = cross_rays(flow, directions_in_plane(32), level)
    assert sorted(set(found.rays.tolist())) == list(range(32))
    with torch.no_grad():
        assert (flow.log_prob(found.points) - math.log(level)).abs().max() < 1e-6
        latent = flow.to_latent(found.points)
    torch.testing.assert_close(latent, found.radii[:, None] * directions_in_plane(32)[found.rays], rtol=0, atol=1e-6)


def test_no_crossing_above_the_peak() -> None:
    model = ClosedForm(GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)]))
    found = cross_rays(model, directions_in_plane(8), 0.2)  # the peak is 0.159
    assert (found.points.shape, len(found.rays), len(found.radii)) == ((0, 2), 0, 0)
