"""Rivals of the project's residual flow, of the same architecture: the algorithm as published, and ``normflows``."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

CERTAIN, SURVIVAL = 2, 0.5
"""As published: two terms for certain, then a geometric number with p = ½ (Chen et al., 2019, section 3.1)."""


class SpectralLinear(nn.Module):
    """A linear layer of norm <= ``bound`` by one warm-started power iteration a step (Miyato et al., 2018)."""

    def __init__(self, into: int, out: int, bound: float) -> None:
        super().__init__()
        self.linear, self.bound = nn.Linear(into, out), bound
        self.register_buffer("left", nn.functional.normalize(torch.randn(out), dim=0))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.linear.weight
        with torch.no_grad():
            right = nn.functional.normalize(weight.T @ self.left, dim=0)
            if self.training:
                self.left = nn.functional.normalize(weight @ right, dim=0)
        norm = self.left @ weight @ right
        return nn.functional.linear(x, weight * torch.clamp(self.bound / norm, max=1.0), self.linear.bias)


class LipSwish(nn.Module):
    """x σ(βx) / 1.1 (Chen et al., 2019, section 3.3)."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(nn.functional.softplus(self.slope) * x) / 1.1


class ReferenceFlow(nn.Module):
    """The published algorithm written plainly: one layer, one block, one term of the series at a time."""

    def __init__(self, blocks: int, hidden: tuple[int, ...], coefficient: float) -> None:
        super().__init__()
        widths = (2, *hidden, 2)
        bound = coefficient ** (1 / (len(widths) - 1))
        self.branches = nn.ModuleList(_branch(widths, bound) for _ in range(blocks))
        self.log_scale = nn.Parameter(torch.zeros(blocks, 2))
        self.shift = nn.Parameter(torch.zeros(blocks, 2))

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x), (n,): estimated while training, exact otherwise."""
        total = torch.zeros(len(x))
        for branch, log_scale, shift in zip(self.branches, self.log_scale, self.shift, strict=True):
            x = x.requires_grad_() if not x.requires_grad else x
            output = branch(x)
            total = total + (series if self.training else determinant)(output, x) + log_scale.sum()
            x = (x + output + shift) * log_scale.exp()
        return total - 0.5 * (x * x).sum(1) - math.log(2 * math.pi)


def _branch(widths: tuple[int, ...], bound: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for into, out in itertools.pairwise(widths):
        layers += [SpectralLinear(into, out, bound), LipSwish()]
    return nn.Sequential(*layers[:-1])


def series(output: Tensor, x: Tensor) -> Tensor:
    """The unbiased series of log det(I + J) with Hutchinson's trace, all of it kept for the gradient (eq. 6)."""
    terms = CERTAIN
    while float(torch.rand(())) < SURVIVAL:
        terms += 1
    probe = torch.randn_like(x)
    row, total = probe, torch.zeros(len(x))
    for k in range(1, terms + 1):
        (row,) = torch.autograd.grad(output, x, row, create_graph=True)
        weight = SURVIVAL ** -max(0, k - CERTAIN)
        total = total + (-1) ** (k + 1) * weight / k * (row * probe).sum(1)
    return total


def determinant(output: Tensor, x: Tensor) -> Tensor:
    """log det(I + J) from the whole Jacobian in the plane."""
    rows = [torch.autograd.grad(output[:, i].sum(), x, create_graph=True)[0] for i in (0, 1)]
    return torch.log((1 + rows[0][:, 0]) * (1 + rows[1][:, 1]) - rows[0][:, 1] * rows[1][:, 0])


def normflows_model(blocks: int, hidden: tuple[int, ...], coefficient: float, mode: str) -> nn.Module:
    """The residual flow of ``normflows`` as in its example; ``mode``: brute_force, reduce_memory or series."""
    import normflows as nf  # the optional extra ``bench``

    widths = [2, *hidden, 2]
    bound = coefficient ** (1 / (len(widths) - 1))
    flows: list[nn.Module] = []
    for _ in range(blocks):
        net = nf.nets.LipschitzMLP(widths, init_zeros=True, lipschitz_const=bound)
        reduce_memory = mode == "reduce_memory"
        flows += [nf.flows.Residual(net, reduce_memory=reduce_memory, brute_force=mode == "brute_force")]
        flows += [nf.flows.ActNorm(2)]
    model: nn.Module = nf.NormalizingFlow(nf.distributions.DiagGaussian(2, trainable=False), flows)
    nf.utils.update_lipschitz(model, 50)
    return model


def update_normflows(model: nn.Module) -> None:
    """Its power iterations after a step, five a layer as in its example."""
    import normflows as nf

    nf.utils.update_lipschitz(model, 5)
