"""The log-determinant itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from bdsg.density.flows.inverse import Residual
from bdsg.density.flows.lipschitz import Branch
from bdsg.density.flows.log_determinant import BlockLogDeterminant, with_graph


@dataclass(frozen=True)
class Exact:
    """By forward tangents, min(d, first hidden width) of them in each block."""

    def __call__(self, branch: Branch, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; ``generator`` is not used."""
        if x.shape[1] > max(2, len(branch.biases[0])):
            output, core = branch.with_core(x)
            value = _general(core)
        else:
            output, jacobian = branch.with_jacobian(x)
            value = _two_by_two(jacobian) if x.shape[1] == 2 else _general(jacobian.transpose(0, 1))
        return BlockLogDeterminant(output, value, value)


@dataclass(frozen=True)
class ExactByAutograd:
    """From d rows of the Jacobian, for any contraction: d³ operations a point."""

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; ``generator`` is not used."""
        count, dim = x.shape
        differentiate = torch.is_grad_enabled()
        repeated, output = with_graph(branch, x.repeat(dim, 1))  # row i·n + k: coordinate i of point k
        basis = torch.eye(dim, dtype=x.dtype, device=x.device).repeat_interleave(count, 0)
        (rows,) = torch.autograd.grad(output, repeated, basis, create_graph=differentiate)
        value = _general(rows.view(dim, count, dim).transpose(0, 1))
        return BlockLogDeterminant(output[:count], value, value)


def _two_by_two(jacobian: Tensor) -> Tensor:
    """log det(I + J) of (2, n, 2); positive because Lip(g) < 1, so no absolute value is needed."""
    (a, b), (c, d) = jacobian[0].unbind(-1), jacobian[1].unbind(-1)
    determinant: Tensor = (1.0 + a) * (1.0 + d) - b * c
    return torch.log(determinant)


def _general(matrix: Tensor) -> Tensor:
    """log det(I + M) of (n, k, k)."""
    square = matrix + torch.eye(matrix.shape[1], dtype=matrix.dtype, device=matrix.device)
    log_determinant: Tensor = torch.linalg.slogdet(square).logabsdet
    return log_determinant
