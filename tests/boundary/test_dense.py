"""The paper's B(z): what it sees of z, its sizes in the paper, and where it starts."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from bdsg.boundary.generators.dense import DenseGenerator, layers, on_circle
from bdsg.config.constants import START_RADIUS


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


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
