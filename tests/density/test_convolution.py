"""Convolutions of bounded norm, against the dense matrix of the same map."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from bdsg.density.image_flows.convolution import LipschitzConvolution, operator_norm, torus_norm

SHAPES = [((1, 8, 8), 5, 3), ((4, 4, 4), 6, 3), ((6, 5, 7), 2, 3), ((3, 4, 4), 3, 1), ((2, 6, 6), 3, 5)]


def layer(shape: tuple[int, int, int], width: int, kernel: int, shift: float = 0.0) -> LipschitzConvolution:
    made = LipschitzConvolution(shape, (width, *shape[1:]), kernel, 0.7, torch.Generator().manual_seed(0))
    with torch.no_grad():
        made.weight.add_(shift)
    made.power_iterate(500)
    return made


def dense(weight: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """The matrix of the convolution, one column a pixel."""
    pixels = torch.eye(math.prod(shape)).view(-1, *shape)
    return nn.functional.conv2d(pixels, weight, padding=weight.shape[-1] // 2).flatten(1).T


@pytest.mark.parametrize(("shape", "width", "kernel"), SHAPES)
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_power_iteration_finds_the_dense_matrix_norm(
    shape: tuple[int, int, int], width: int, kernel: int, shift: float
) -> None:
    made = layer(shape, width, kernel, shift)
    truth = float(torch.linalg.matrix_norm(dense(made.weight.detach(), shape).double(), ord=2))
    assert float(made.spectral_norm().detach()) == pytest.approx(truth, rel=2e-3)
    assert operator_norm(made.weight, *shape[1:]) == pytest.approx(truth, rel=1e-5)


@pytest.mark.parametrize(("shape", "width", "kernel"), SHAPES)
def test_the_torus_bounds_from_above(shape: tuple[int, int, int], width: int, kernel: int) -> None:
    made = layer(shape, width, kernel, 0.4)
    truth = float(torch.linalg.matrix_norm(dense(made.weight.detach(), shape).double(), ord=2))
    assert truth * (1 - 1e-6) <= torus_norm(made.weight, *shape[1:]) <= 1.5 * truth


def test_the_normalised_weight_keeps_the_bound_and_a_small_weight_is_left_alone() -> None:
    made = layer((4, 4, 4), 6, 3, 0.4)
    norm = float(torch.linalg.matrix_norm(dense(made.normalised_weight().detach(), (4, 4, 4)), ord=2))
    assert norm == pytest.approx(0.7, rel=2e-3)
    with torch.no_grad():
        made.weight.mul_(1e-3)
    made.power_iterate(10)
    assert torch.equal(made.normalised_weight(), made.weight)


def test_a_broken_weight_has_no_bound() -> None:
    weight = torch.full((2, 2, 3, 3), math.nan)
    assert operator_norm(weight, 4, 4) == torus_norm(weight, 4, 4) == math.inf
