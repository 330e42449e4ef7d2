"""B(z): what it reads from z, its sizes in the paper, and where it starts."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from bdsg.boundary.generators.dense import (
    START_OUTSIDE,
    START_RADIUS,
    ComponentGenerator,
    DenseGenerator,
    angle_features,
    layers,
    on_circle,
)
from bdsg.boundary.level_sets.parametrisation import Places


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def circles(radii: tuple[float, ...]) -> Places:
    """Circles whose centres lie 20 apart on the x-axis."""
    angles = 2 * math.pi * torch.arange(64) / 64
    table = torch.stack([angles.cos(), angles.sin()], 1).expand(len(radii), -1, -1)
    centres = torch.tensor([[20.0 * k, 0.0] for k in range(len(radii))])
    sizes = torch.tensor(radii)
    axes = sizes[:, None, None] * torch.eye(2)
    return Places(centres, axes, torch.ones(len(radii)), table, torch.ones(table.shape[:2]), sizes / sizes.sum())


@pytest.mark.parametrize(
    ("hidden", "count"),
    [
        ((8, 8), (2 * 8 + 8) + (8 * 8 + 8) + (8 * 2 + 2)),  # 2-8-8-2: 114
        ((8, 8, 8), (2 * 8 + 8) + 2 * (8 * 8 + 8) + (8 * 2 + 2)),  # 2-8-8-8-2: 186
    ],
)
def test_sizes_in_the_paper(hidden: tuple[int, ...], count: int) -> None:
    generator = DenseGenerator(hidden, normal(50, 2), torch.Generator())
    assert sum(p.numel() for p in generator.parameters() if p.requires_grad) == count
    widths = [module.in_features for module in generator.network if isinstance(module, torch.nn.Linear)]
    assert widths == [2, *hidden]


def test_dense_generator_sees_the_direction_alone() -> None:
    generator = DenseGenerator((8, 8), normal(50, 2), torch.Generator().manual_seed(1)).double()
    z = normal(100, 2).double()
    torch.testing.assert_close(generator(7.5 * z), generator(z))
    torch.testing.assert_close(generator(z / z.norm(dim=1, keepdim=True)), generator(z))
    assert (generator(-z) - generator(z)).norm(dim=1).min() > 1e-3
    code = generator.read(z)
    torch.testing.assert_close(code.circle.norm(dim=1), torch.ones(100).double())
    assert not code.components.any()
    assert on_circle(torch.zeros(1, 2)).isfinite().all()


def test_dense_generator_is_its_layers_around_the_data() -> None:
    data = 3 * normal(50, 2) + torch.tensor([100.0, -5.0])
    generator, z = DenseGenerator((4,), data, torch.Generator().manual_seed(2)), normal(10, 2)
    first, second = (module for module in generator.network if isinstance(module, torch.nn.Linear))
    hidden = torch.tanh(on_circle(z) @ first.weight.T + first.bias)
    expected = data.mean(0) + data.std(0) * (hidden @ second.weight.T + second.bias)
    torch.testing.assert_close(generator(z), expected)


@pytest.mark.parametrize("dim", [2, 5])
def test_dense_generator_takes_the_datas_dimension(dim: int) -> None:
    assert DenseGenerator((8,), normal(50, dim), torch.Generator())(normal(7, 2)).shape == (7, dim)


def test_weights_are_glorots_and_come_from_the_generator_alone() -> None:
    before = torch.get_rng_state()
    first = layers((40, 60, 2), torch.nn.Tanh, torch.Generator().manual_seed(3))
    assert torch.equal(torch.get_rng_state(), before)
    again = layers((40, 60, 2), torch.nn.Tanh, torch.Generator().manual_seed(3))
    for mine, theirs in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    weight, limit = first[0].weight, math.sqrt(6 / 100)
    assert 0.98 * limit < weight.abs().max() <= limit
    # Uniform on ±limit: variance limit²/3; of 2400 entries its mean square has the error limit²·√(4/45)/√2400.
    assert float(weight.detach().square().mean()) == pytest.approx(
        limit**2 / 3, abs=4 * limit**2 * math.sqrt(4 / 45 / 2400)
    )
    assert not first[0].bias.any()
    assert [type(module).__name__ for module in first] == ["Dense", "Tanh", "Dense"]


def test_angle_features_are_cosines_and_sines() -> None:
    angle = torch.linspace(-3, 3, 25, dtype=torch.float64)
    found = angle_features(torch.stack([angle.cos(), angle.sin()], 1), 4)
    multiples, damping = angle[:, None] * torch.arange(1, 5), torch.tensor([1, 2, 3, 4]).double().sqrt()
    torch.testing.assert_close(found, torch.cat([multiples.cos() / damping, multiples.sin() / damping], 1))


def test_component_shares_follow_the_edges() -> None:
    generator = ComponentGenerator((8,), circles((1.0, 3.0, 6.0)), torch.Generator())
    assert generator.edges.tolist() == pytest.approx([0.1, 0.4])
    components = generator.read(normal(40_000, 2)).components
    shares = torch.bincount(components, minlength=3) / 40_000
    assert shares.tolist() == pytest.approx([0.1, 0.3, 0.6], abs=4 * math.sqrt(0.25 / 40_000))


def test_component_is_the_cdf_of_the_norm() -> None:
    # 1 − exp(−r²/2) passes 0.1 at r = √(−2 log 0.9) = 0.4590 and 0.4 at r = √(−2 log 0.6) = 1.0108.
    generator = ComponentGenerator((8,), circles((1.0, 3.0, 6.0)), torch.Generator())
    radii = torch.tensor([0.0, 0.458, 0.460, 1.010, 1.012, 50.0])
    z = radii[:, None] * torch.tensor([[0.6, -0.8]])
    assert generator.read(z).components.tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(("inside", "ratio"), [(1.0, START_OUTSIDE), (-1.0, 1 / START_OUTSIDE)])
def test_component_generator_starts_just_outside_the_support(inside: float, ratio: float) -> None:
    places = dataclasses.replace(circles((1.0, 3.0, 6.0)), inside=torch.full((3,), inside))
    generator = ComponentGenerator((16, 16), places, torch.Generator().manual_seed(4))
    z = normal(3000, 2)
    points, components = generator(z).detach(), generator.read(z).components
    for k, radius in enumerate((1.0, 3.0, 6.0)):
        offsets = (points[components == k] - torch.tensor([20.0 * k, 0.0])) / radius
        assert offsets.norm(dim=1).min() > ratio - 0.25  # the network adds little at first
        assert offsets.norm(dim=1).max() < ratio + 0.25
        angles = torch.atan2(offsets[:, 1], offsets[:, 0]).sort().values
        assert torch.diff(angles).max() < 0.3  # all the way round


def test_component_generator_is_its_layers_in_the_frame_of_an_ellipse() -> None:
    places = circles((1.0, 3.0))
    places = dataclasses.replace(places, axes=torch.tensor([[[3.0, 1.0], [0.5, 2.0]], [[1.0, 0.0], [-1.0, 4.0]]]))
    generator, z = ComponentGenerator((4,), places, torch.Generator().manual_seed(2)), normal(10, 2)
    first, second = (module for module in generator.network if isinstance(module, torch.nn.Linear))
    components, angles = generator.read(z).components, torch.atan2(z[:, 1], z[:, 0])
    multiples = angles[:, None] * torch.arange(1, generator.harmonics + 1)
    damping = torch.arange(1, generator.harmonics + 1).sqrt()
    inputs = torch.cat([multiples.cos() / damping, multiples.sin() / damping, torch.eye(2)[components]], 1)
    hidden = inputs @ first.weight.T + first.bias
    local = START_OUTSIDE * on_circle(z) + (hidden * hidden.sigmoid()) @ second.weight.T + second.bias
    expected = torch.stack([places.centres[k] + places.axes[k] @ local[i] for i, k in enumerate(components)])
    torch.testing.assert_close(generator(z), expected, rtol=1e-4, atol=1e-4)


def test_component_generator_in_one_component_sees_the_direction_alone() -> None:
    generator, z = ComponentGenerator((8,), circles((2.0,)), torch.Generator().manual_seed(5)), normal(50, 2)
    torch.testing.assert_close(generator(3 * z), generator(z), rtol=1e-4, atol=1e-4)


def test_the_first_curve_encloses_the_data() -> None:
    data = torch.randn(500, 2, generator=torch.Generator().manual_seed(1)) * torch.tensor([2.0, 0.5]) + 3.0
    made = DenseGenerator((8, 8), data, torch.Generator().manual_seed(0))
    angles = torch.linspace(0, 2 * math.pi, 1001)[:-1]
    curve = (made(torch.stack([angles.cos(), angles.sin()], 1)).detach() - data.mean(0)) / data.std(0)
    torch.testing.assert_close(curve.mean(0), torch.zeros(2), atol=1e-3, rtol=0)
    torch.testing.assert_close(torch.cov(curve.T), START_RADIUS**2 / 2 * torch.eye(2), rtol=0.02, atol=0.05)
    turns = torch.atan2(curve[:, 1], curve[:, 0])
    swept = torch.remainder(turns.diff(append=turns[:1]) + math.pi, 2 * math.pi) - math.pi
    assert abs(abs(float(swept.sum())) - 2 * math.pi) < 1e-3  # once around
