"""Induced norms against formulas by hand, brute force, and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.density.flows.induced_norm import (
    LEAST,
    column_norm,
    norm_bound,
    plane_norm,
    power_norm,
    row_norm,
    vector_norm,
)

ORDERS = [(2.0, 2.0), (1.2, 1.2), (8.0, 8.0), (3.0, 1.5), (1.5, 3.0), (1.1, 6.0), (6.0, 1.1), (2.0, 4.0), (2.5, 2.0)]


def matrix(rows: int, columns: int, seed: int = 0) -> Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def inverse(order: float) -> Tensor:
    return torch.tensor([1.0 / order], dtype=torch.float64)


def bound(weight: Tensor, p: float, q: float) -> float:
    spectral = torch.linalg.svdvals(weight)[:1]
    return float(norm_bound(weight[None], spectral, inverse(p), inverse(q)))


def brute_force(weight: Tensor, p: float, q: float) -> float:
    """The largest ‖Wx‖_q / ‖x‖_p over a fine grid of directions, by NumPy's own norms."""
    angles = np.linspace(0.0, np.pi, 200_001 if weight.shape[1] == 2 else 701)
    if weight.shape[1] == 2:
        x = np.stack([np.cos(angles), np.sin(angles)])
    else:
        turn, rise = np.meshgrid(2 * angles, angles)
        x = np.stack([np.sin(rise) * np.cos(turn), np.sin(rise) * np.sin(turn), np.cos(rise)]).reshape(3, -1)
    ratios = np.linalg.norm(weight.numpy() @ x, q, axis=0) / np.linalg.norm(x, p, axis=0)
    return float(ratios.max())


def test_vector_norms_by_hand() -> None:
    x = torch.tensor([[3.0, -4.0]], dtype=torch.float64)
    assert float(vector_norm(x, inverse(2.0), 1)) == pytest.approx(5.0)
    assert float(vector_norm(x, inverse(1.0), 1)) == pytest.approx(7.0)
    assert float(vector_norm(x, inverse(1 / LEAST), 1)) == pytest.approx(4.0)
    assert float(vector_norm(1e200 * x, inverse(3.0), 1)) == pytest.approx(1e200 * 91 ** (1 / 3))
    assert float(vector_norm(0 * x, inverse(3.0), 1)) < 1e-29


def test_norms_with_a_formula_by_hand() -> None:
    weight = torch.tensor([[[1.0, -4.0], [2.0, 3.0], [2.0, 0.0]]], dtype=torch.float64)
    assert float(column_norm(weight, inverse(1.0))) == pytest.approx(7.0)  # 1 + 2 + 2 and 4 + 3
    assert float(column_norm(weight, inverse(2.0))) == pytest.approx(5.0)  # 3 and 5
    assert float(row_norm(weight, inverse(1e9))) == pytest.approx(5.0)  # |1| + |−4| and |2| + |3|
    assert float(row_norm(weight, inverse(2.0))) == pytest.approx(math.sqrt(17))


@pytest.mark.parametrize(("p", "q"), ORDERS)
@pytest.mark.parametrize("rows", [2, 3, 16])
def test_two_columns_are_within_a_thousandth_of_brute_force(rows: int, p: float, q: float) -> None:
    for seed in range(3):
        weight = matrix(rows, 2, seed)
        truth = brute_force(weight, p, q)
        assert truth * (1 - 1e-9) <= bound(weight, p, q) <= truth * (1 + 1e-3)
        fine = float(plane_norm(weight[None], inverse(p), inverse(q), 1024))
        assert truth * (1 - 1e-9) <= fine <= truth * (1 + 1e-6)


@pytest.mark.parametrize(("p", "q"), [(1 / (1 - LEAST), 2.0), (1 / LEAST, 2.0), (1 / LEAST, 1 / (1 - LEAST))])
def test_two_columns_with_orders_at_their_ends(p: float, q: float) -> None:
    weight = matrix(5, 2, 4)
    truth = brute_force(weight, p, q)
    assert truth * (1 - 1e-9) <= bound(weight, p, q) <= truth * (1 + 1e-3)


@pytest.mark.parametrize(("p", "q"), ORDERS)
def test_two_rows_are_the_dual_of_two_columns(p: float, q: float) -> None:
    for weight in (matrix(2, 3, 1), matrix(2, 3, 2)):
        truth = brute_force(weight, p, q)  # on a coarser grid, so from below
        assert truth * (1 - 1e-9) <= bound(weight, p, q) <= truth * (1 + 2e-3)


@pytest.mark.parametrize(("p", "q"), ORDERS)
def test_three_columns_are_bounded_from_both_sides(p: float, q: float) -> None:
    for seed in range(3):
        weight = matrix(4, 3, seed)
        truth = brute_force(weight, p, q)
        climbed = power_norm(weight, 1 / p, 1 / q, torch.Generator().manual_seed(0))
        assert truth * (1 - 1e-9) <= climbed <= truth * (1 + 1e-3)
        assert climbed * (1 - 1e-9) <= bound(weight, p, q) <= 1.5 * climbed


@pytest.mark.parametrize("shape", [(16, 16), (16, 5), (5, 16), (64, 8)])
def test_larger_matrices_are_never_above_their_bound(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    for seed in range(12):
        s, t = random.uniform(LEAST, 1 - LEAST, 2)
        weight = matrix(*shape, seed)
        assert power_norm(weight, s, t, torch.Generator().manual_seed(0), 8) <= bound(weight, 1 / s, 1 / t) * (1 + 1e-9)


@pytest.mark.parametrize("shape", [(16, 16), (7, 3), (3, 7)])
def test_the_bound_is_exact_where_there_is_a_formula(shape: tuple[int, int]) -> None:
    weight = matrix(*shape)
    assert bound(weight, 2.0, 2.0) == pytest.approx(float(torch.linalg.matrix_norm(weight, 2)), rel=1e-12)
    assert bound(weight, 1.0, 1.0) == pytest.approx(float(torch.linalg.matrix_norm(weight, 1)), rel=1e-12)
    assert bound(weight, 1.0, 3.0) == pytest.approx(float(torch.linalg.vector_norm(weight, 3, dim=0).max()), rel=1e-12)
    assert bound(weight, 1e9, 1e9) == pytest.approx(float(torch.linalg.matrix_norm(weight, math.inf)), rel=1e-2)
    assert bound(weight, 3.0, 1e9) == pytest.approx(float(torch.linalg.vector_norm(weight, 1.5, dim=1).max()), rel=1e-2)


@pytest.mark.parametrize("p", [1.3, 2.0, 7.0])
@pytest.mark.parametrize("q", [1.5, 2.0, 4.0])
def test_one_row_or_one_column_by_vector_norms(p: float, q: float) -> None:
    weight = matrix(6, 1)
    assert bound(weight, p, q) == pytest.approx(float(torch.linalg.vector_norm(weight, q)), rel=1e-9)
    assert bound(weight.T, p, q) == pytest.approx(float(torch.linalg.vector_norm(weight, p / (p - 1))), rel=1e-9)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (4, 5), (3, 1)])
@pytest.mark.parametrize(("s", "t"), [(0.3, 0.2), (0.7, 0.6), (0.4, 0.7), (0.8, 0.3)])
def test_gradients_are_those_of_finite_differences(shape: tuple[int, int], s: float, t: float) -> None:
    def function(weight: Tensor, orders: Tensor) -> Tensor:
        spectral = torch.linalg.matrix_norm(weight, 2)
        return norm_bound(weight, spectral, orders[:1], orders[1:])

    weight = matrix(*shape)[None].requires_grad_()
    orders = torch.tensor([s, t], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(function, (weight, orders), eps=1e-7, atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (4, 4)])
@pytest.mark.parametrize(("s", "t"), [(0.5, 0.5), (0.5, 0.3), (LEAST, LEAST), (1 - LEAST, LEAST)])
def test_gradients_are_finite_where_the_bound_bends(shape: tuple[int, int], s: float, t: float) -> None:
    for scale in (0.0, 1.0, 1e6):
        weight = (scale * matrix(*shape).float())[None].requires_grad_()
        orders = torch.tensor([s, t], requires_grad=True)
        spectral = torch.linalg.vector_norm(weight.detach(), dim=(1, 2))
        found = norm_bound(weight, spectral, orders[:1], orders[1:])
        found.sum().backward()
        assert found.isfinite().all()
        assert weight.grad is not None
        assert orders.grad is not None
        assert weight.grad.isfinite().all()
        assert orders.grad.isfinite().all()


def test_many_matrices_at_once_are_as_each_alone() -> None:
    for shape in ((5, 2), (2, 5), (5, 6)):
        weights = torch.stack([matrix(*shape, seed) for seed in range(4)])
        s, t = torch.linspace(0.2, 0.8, 4).double(), torch.linspace(0.7, 0.1, 4).double()
        together = norm_bound(weights, torch.linalg.matrix_norm(weights, 2), s, t)
        alone = [bound(weight, float(1 / a), float(1 / b)) for weight, a, b in zip(weights, s, t, strict=True)]
        torch.testing.assert_close(together, torch.tensor(alone, dtype=torch.float64), rtol=1e-12, atol=0)
