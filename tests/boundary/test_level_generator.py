"""Our B(z) at one level: what it reads from z, and where it starts."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from bdsg.boundary.generators.dense import on_circle
from bdsg.boundary.generators.levels import LevelGenerator, angle_features
from bdsg.boundary.level_sets.level_tree import LevelTree
from bdsg.config.constants import START_OUTSIDE


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def circles(radii: tuple[float, ...]) -> LevelTree:
    """Circles whose centres lie 20 apart on the x-axis."""
    angles = 2 * math.pi * torch.arange(64) / 64
    table = torch.stack([angles.cos(), angles.sin()], 1).expand(1, len(radii), -1, -1)
    centres = torch.tensor([[[20.0 * k, 0.0] for k in range(len(radii))]])
    sizes = torch.tensor(radii)
    axes = (sizes[:, None, None] * torch.eye(2))[None]
    alive, level = torch.ones(1, len(radii), dtype=torch.bool), torch.tensor([math.log(0.01)])
    return LevelTree(level, alive, torch.ones(len(radii)), centres, axes, table, torch.ones(table.shape[:3]), sizes)


def generator_of(hidden: tuple[int, ...], tree: LevelTree, seed: int = 0) -> LevelGenerator:
    return LevelGenerator(hidden, tree, 0.01, 0.01, torch.Generator().manual_seed(seed))


def test_angle_features_are_cosines_and_sines() -> None:
    angle = torch.linspace(-3, 3, 25, dtype=torch.float64)
    found = angle_features(torch.stack([angle.cos(), angle.sin()], 1), 4)
    multiples, damping = angle[:, None] * torch.arange(1, 5), torch.tensor([1, 2, 3, 4]).double().sqrt()
    torch.testing.assert_close(found, torch.cat([multiples.cos() / damping, multiples.sin() / damping], 1))


def test_component_shares_follow_the_edges() -> None:
    generator = generator_of((8,), circles((1.0, 3.0, 6.0)))
    assert generator.edges[0].tolist() == pytest.approx([0.1, 0.4, 1.0])
    components = generator.read(normal(40_000, 2)).branches
    shares = torch.bincount(components, minlength=3) / 40_000
    assert shares.tolist() == pytest.approx([0.1, 0.3, 0.6], abs=4 * math.sqrt(0.25 / 40_000))


def test_component_is_the_cdf_of_the_norm() -> None:
    # 1 − exp(−r²/2) passes 0.1 at r = √(−2 log 0.9) = 0.4590 and 0.4 at r = √(−2 log 0.6) = 1.0108.
    generator = generator_of((8,), circles((1.0, 3.0, 6.0)))
    radii = torch.tensor([0.0, 0.458, 0.460, 1.010, 1.012, 50.0])
    z = radii[:, None] * torch.tensor([[0.6, -0.8]])
    assert generator.read(z).branches.tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(("inside", "ratio"), [(1.0, START_OUTSIDE), (-1.0, 1 / START_OUTSIDE)])
def test_our_generator_starts_just_outside_the_support(inside: float, ratio: float) -> None:
    places = dataclasses.replace(circles((1.0, 3.0, 6.0)), inside=torch.full((3,), inside))
    generator = generator_of((16, 16), places, 4)
    z = normal(3000, 2)
    points, components = generator(z).detach(), generator.read(z).branches
    for k, radius in enumerate((1.0, 3.0, 6.0)):
        offsets = (points[components == k] - torch.tensor([20.0 * k, 0.0])) / radius
        assert offsets.norm(dim=1).min() > ratio - 0.25  # the network adds little at first
        assert offsets.norm(dim=1).max() < ratio + 0.25
        angles = torch.atan2(offsets[:, 1], offsets[:, 0]).sort().values
        assert torch.diff(angles).max() < 0.3  # all the way round


def test_our_generator_is_its_layers_in_the_frame_of_an_ellipse() -> None:
    places = circles((1.0, 3.0))
    places = dataclasses.replace(places, axes=torch.tensor([[[[3.0, 1.0], [0.5, 2.0]], [[1.0, 0.0], [-1.0, 4.0]]]]))
    generator, z = generator_of((4,), places, 2), normal(10, 2)
    first, second = (module for module in generator.network if isinstance(module, torch.nn.Linear))
    components, angles = generator.read(z).branches, torch.atan2(z[:, 1], z[:, 0])
    multiples = angles[:, None] * torch.arange(1, generator.harmonics + 1)
    damping = torch.arange(1, generator.harmonics + 1).sqrt()
    inputs = torch.cat([multiples.cos() / damping, multiples.sin() / damping, torch.eye(2)[components]], 1)
    hidden = inputs @ first.weight.T + first.bias
    local = START_OUTSIDE * on_circle(z) + (hidden * hidden.sigmoid()) @ second.weight.T + second.bias
    expected = torch.stack([places.centres[0, k] + places.axes[0, k] @ local[i] for i, k in enumerate(components)])
    torch.testing.assert_close(generator(z), expected, rtol=1e-4, atol=1e-4)


def test_our_generator_in_one_component_sees_the_direction_alone() -> None:
    generator, z = generator_of((8,), circles((2.0,)), 5), normal(50, 2)
    torch.testing.assert_close(generator(3 * z), generator(z), rtol=1e-4, atol=1e-4)
