"""log|det(I + J_g)| of a residual block x + g(x): exact, truncated, or unbiased.

An estimator is handed to the flow.  It returns the branch's output, an estimate of the
log-determinant, and what to differentiate in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from bdsg.density.flows.inverse import Residual
from bdsg.density.flows.lipschitz import Branch


class BlockLogDeterminant(NamedTuple):
    """What an estimator gives for one block.

    ``value`` estimates the log-determinant.  ``surrogate`` has the gradient to train with; under
    the Neumann estimator its own number is no log-determinant and must not be reported as one.
    """

    output: Tensor  # g(x), (n, d)
    value: Tensor  # (n,)
    surrogate: Tensor  # (n,)


class LogDeterminant(Protocol):
    """Maps a branch g and points x (n, d) to its log-determinant."""

    def __call__(self, branch: Branch, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate g at x with an estimate of log|det(I + J_g(x))|."""


class SeriesLogDeterminant(Protocol):
    """Maps any contraction g that autograd can follow and points x (n, d) to its log-determinant."""

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate g at x with an estimate of log|det(I + J_g(x))|."""


@dataclass(frozen=True)
class Exact:
    """The determinant itself by forward tangents: as many a block as the least of d and its first hidden width."""

    def __call__(self, branch: Branch, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; ``generator`` is not used."""
        if x.shape[1] > max(2, len(branch.biases[0])):
            output, core = branch.with_core(x)
            value = _general(core)
        else:
            output, jacobian = branch.with_jacobian(x)
            value = two_by_two(jacobian) if x.shape[1] == 2 else _general(jacobian.transpose(0, 1))
        return BlockLogDeterminant(output, value, value)


def two_by_two(jacobian: Tensor) -> Tensor:
    """log det(I + J) of (2, n, 2); positive because Lip(g) < 1, so no absolute value is needed."""
    (a, b), (c, d) = jacobian[0].unbind(-1), jacobian[1].unbind(-1)
    determinant: Tensor = (1.0 + a) * (1.0 + d) - b * c
    return torch.log(determinant)


def _general(matrix: Tensor) -> Tensor:
    """log det(I + M) of (n, k, k)."""
    square = matrix + torch.eye(matrix.shape[1], dtype=matrix.dtype, device=matrix.device)
    log_determinant: Tensor = torch.linalg.slogdet(square).logabsdet
    return log_determinant


@dataclass(frozen=True)
class TruncatedSeries:
    """Σ_{k=1}^{n} (−1)^{k+1} vᵀJᵏv / k (Behrmann et al., 2019, eq. 8 and section 3.2).

    Hutchinson's trace with Rademacher v; biased by the terms left out, at most
    d · Σ_{k>n} Lᵏ/k for a branch of Lipschitz constant L.
    """

    terms: int = 10

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; the gradient goes through the whole series."""
        x, output = _evaluate(branch, x)
        probe = _rademacher(x, generator)
        row, value = probe, torch.zeros_like(x[:, 0])
        for k in range(1, self.terms + 1):
            (row,) = torch.autograd.grad(output, x, row, create_graph=torch.is_grad_enabled(), retain_graph=True)
            value = value + (-1) ** (k + 1) / k * (row * probe).sum(-1)
        return BlockLogDeterminant(output, value, value)


@dataclass(frozen=True)
class RussianRoulette:
    """The infinite series without bias, its gradient by the Neumann series (Chen et al., 2019, eqs. 6, 8).

    The first ``certain`` terms are always taken; further ones while a coin with ``survival`` lands
    heads, each divided by its chance of being reached.
    """

    certain: int = 4
    survival: float = 0.7

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate one draw of the number of terms and of v, shared by the batch."""
        x, output = _evaluate(branch, x)
        probe = _rademacher(x, generator)
        row, value, neumann = probe, torch.zeros_like(x[:, 0]), probe.clone()
        for k, weight in enumerate(self._weights(generator), start=1):
            (row,) = torch.autograd.grad(output, x, row, retain_graph=True)
            value = value + (-1) ** (k + 1) * weight / k * (row * probe).sum(-1)
            neumann = neumann + (-1) ** k * weight * row
        if not torch.is_grad_enabled():
            return BlockLogDeterminant(output, value, value)
        (product,) = torch.autograd.grad(output, x, neumann, create_graph=True)
        return BlockLogDeterminant(output, value, (product * probe).sum(-1))

    def _weights(self, generator: torch.Generator) -> list[float]:
        """1/P(N >= k) for k = 1 .. N."""
        weights = [1.0] * self.certain
        while float(torch.rand((), generator=generator, device=generator.device)) < self.survival:
            weights.append(weights[-1] / self.survival)
        return weights


def _evaluate(branch: Residual, x: Tensor) -> tuple[Tensor, Tensor]:
    """g(x) with a graph from x, whatever the caller's gradient mode."""
    if not x.requires_grad:
        x = x.detach().requires_grad_()
    with torch.enable_grad():
        return x, branch(x)


def _rademacher(x: Tensor, generator: torch.Generator) -> Tensor:
    signs = torch.randint(0, 2, x.shape, generator=generator, device=generator.device)
    return (2 * signs - 1).to(x)


@dataclass(frozen=True)
class ExactByAutograd:
    """The determinant itself from d rows of the Jacobian, for any contraction: d³ operations a point."""

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; ``generator`` is not used."""
        count, dim = x.shape
        differentiate = torch.is_grad_enabled()
        if not x.requires_grad:
            x = x.detach().requires_grad_()
        with torch.enable_grad():
            repeated = x.repeat(dim, 1)  # row i·n + k: coordinate i of point k
            output = branch(repeated)
        basis = torch.eye(dim, dtype=x.dtype, device=x.device).repeat_interleave(count, 0)
        (rows,) = torch.autograd.grad(output, repeated, basis, create_graph=differentiate)
        value = _general(rows.view(dim, count, dim).transpose(0, 1))
        return BlockLogDeterminant(output[:count], value, value)
