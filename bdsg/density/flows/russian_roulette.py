"""The log-determinant without bias: ResFlow's estimator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from bdsg.density.flows.inverse import Residual
from bdsg.density.flows.log_determinant import BlockLogDeterminant, rademacher, with_graph


@dataclass(frozen=True)
class RussianRoulette:
    """The infinite series, its gradient by the Neumann series (Chen et al., 2019, eqs. 6, 8).

    The first ``certain`` terms are always taken; further ones while a coin with ``survival`` lands
    heads, each divided by its chance of being reached.
    """

    certain: int = 4
    survival: float = 0.7

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate one draw of the number of terms and of v, shared by the batch."""
        x, output = with_graph(branch, x)
        probe = rademacher(x, generator)
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
