"""The fixed-point inverse, against a linear solve, and where it must give up."""

from __future__ import annotations

import pytest
import torch

from bdsg.density import ResidualFlow
from bdsg.density.flows.inverse import fixed_point_inverse
from bdsg.density.flows.lipschitz import Branch
from bdsg.errors import BDSGError, InverseError


def affine_branch(matrix: torch.Tensor, offset: float = 100.0) -> Branch:
    """g(x) = matrix·x near 0: ELU is the identity far above 0, and the second layer takes the offset off again."""
    weights = (torch.eye(len(matrix), dtype=matrix.dtype), matrix)
    shift = torch.full((len(matrix),), offset, dtype=matrix.dtype)
    return Branch(weights, (shift, -matrix @ shift), torch.tensor(1.0), "elu")


MATRIX = torch.tensor([[0.5, -0.4], [0.3, 0.6]], dtype=torch.float64)


def test_inverse_of_a_linear_block_is_a_linear_solve() -> None:
    y = 5 * torch.randn(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    inverse = fixed_point_inverse(affine_branch(MATRIX), y)
    expected = torch.linalg.solve(torch.eye(2).double() + MATRIX, y.T).T
    torch.testing.assert_close(inverse.x, expected, rtol=0, atol=1e-7)
    residual = (inverse.x + affine_branch(MATRIX)(inverse.x) - y).abs().max()
    assert residual <= 1e-9 * y.abs().max()
    assert inverse.residual <= 1e-9 * y.abs().max()
    assert 10 < inverse.iterations < 200


def test_single_precision_stops_at_its_own_precision() -> None:
    y = torch.randn(50, 2, generator=torch.Generator().manual_seed(1))
    inverse = fixed_point_inverse(affine_branch(MATRIX.float(), offset=8.0), y)
    expected = torch.linalg.solve(torch.eye(2) + MATRIX.float(), y.T).T
    torch.testing.assert_close(inverse.x, expected, rtol=0, atol=1e-4)


def test_no_points_have_an_inverse_of_no_points() -> None:
    assert fixed_point_inverse(affine_branch(MATRIX), torch.empty(0, 2).double()).x.shape == (0, 2)


@pytest.mark.parametrize("factor", [1.05, 3.0, -2.0])
def test_a_branch_that_is_no_contraction_is_refused(factor: float) -> None:
    y = torch.ones(3, 2, dtype=torch.float64)
    with pytest.raises(InverseError, match=r"off by .* after \d+ iterations.*lower density.coefficient") as caught:
        fixed_point_inverse(affine_branch(factor * torch.eye(2, dtype=torch.float64)), y)
    assert not caught.value.residual <= caught.value.tolerance
    assert isinstance(caught.value, BDSGError)


def test_too_few_iterations_are_refused() -> None:
    y = torch.ones(3, 2, dtype=torch.float64)
    with pytest.raises(InverseError) as caught:
        fixed_point_inverse(affine_branch(MATRIX), y, most_iterations=5)
    assert caught.value.residual > caught.value.tolerance
    enough = fixed_point_inverse(affine_branch(MATRIX), y).iterations
    assert fixed_point_inverse(affine_branch(MATRIX), y, most_iterations=enough).iterations == enough


def test_nan_is_refused(flow: ResidualFlow) -> None:
    y = torch.zeros(3, 2, dtype=torch.float64)
    y[1, 0] = float("nan")
    with pytest.raises(InverseError):
        fixed_point_inverse(flow.branches()[0], y)
