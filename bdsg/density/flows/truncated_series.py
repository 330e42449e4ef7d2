"""The log-determinant by a truncated power series: IResNet's estimator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from bdsg.density.flows.inverse import Residual
from bdsg.density.flows.log_determinant import BlockLogDeterminant, rademacher, with_graph


@dataclass(frozen=True)
class TruncatedSeries:
    """Σ_{k=1}^{n} (−1)^{k+1} vᵀJᵏv / k (Behrmann et al., 2019, eq. 8 and section 3.2).

    Hutchinson's trace with Rademacher v; biased by the terms left out, at most
    d · Σ_{k>n} Lᵏ/k for a branch of Lipschitz constant L.
    """

    terms: int = 10

    def __call__(self, branch: Residual, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; the gradient goes through the whole series."""
        x, output = with_graph(branch, x)
        probe = rademacher(x, generator)
        row, value = probe, torch.zeros_like(x[:, 0])
        for k in range(1, self.terms + 1):
            (row,) = torch.autograd.grad(output, x, row, create_graph=torch.is_grad_enabled(), retain_graph=True)
            value = value + (-1) ** (k + 1) / k * (row * probe).sum(-1)
        return BlockLogDeterminant(output, value, value)
