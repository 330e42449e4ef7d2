"""Eq. 4 the plain way, to measure and to test against: all distances in full, autograd, Adam tensor by tensor."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bdsg.boundary.generators.dense import DenseGenerator, on_circle
from bdsg.density.base import DensityModel


def reference_terms(
    generator: DenseGenerator, density: DensityModel, data: Tensor, z: Tensor, lambda1: float, lambda2: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """L, L0, L1 and L2 of eq. 4 for z (N, 2) and data (M, 2)."""
    count, points, circle = len(z), generator(z), on_circle(z)
    l0 = density.log_prob(points).exp().mean()
    l1 = (points[:, None] - data[None]).norm(dim=2).amin(1).mean()  # (N, M)
    apart = (points[:, None] - points[None]).norm(dim=2) + torch.eye(count)  # (N, N); 0/1 on the diagonal
    l2 = ((circle[:, None] - circle[None]).norm(dim=2) / apart).sum(1).div(count - 1).mean()
    return l0 + lambda1 * l1 + lambda2 * l2, l0, l1, l2


class ReferenceTrainer:
    """B(z) trained by ``reference_terms``."""

    def __init__(
        self, generator: DenseGenerator, density: DensityModel, data: Tensor, lambda1: float, lambda2: float
    ) -> None:
        self.generator, self.density, self.data = generator, density, data
        self.weights = (lambda1, lambda2)
        self.optimiser = torch.optim.Adam(generator.parameters(), foreach=False, fused=False)

    def step(self, z: Tensor, rate: float) -> list[float]:
        """Descend once for z (N, 2); the terms before it."""
        self.optimiser.param_groups[0]["lr"] = rate
        terms = reference_terms(self.generator, self.density, self.data, z, *self.weights)
        self.optimiser.zero_grad(set_to_none=True)
        terms[0].backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return [float(term.detach()) for term in terms]


def gradient_of(module: nn.Module) -> Tensor:
    """The gradients of all parameters in one vector."""
    return torch.cat([parameter.grad.flatten() for parameter in module.parameters() if parameter.grad is not None])
