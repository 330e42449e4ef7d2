"""The one interface of every density model."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class DensityModel(Protocol):
    """An invertible generator G : z -> x with z ~ N(0, I_d), and the density p_g that it induces."""

    @property
    def dim(self) -> int:
        """Number of coordinates d of a point."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Natural-log density log p_g, (n,), of points (n, d); differentiable in ``x``."""

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw (count, d) points of G."""

    def to_latent(self, x: Tensor) -> Tensor:
        """G⁻¹(x), (n, d) -> (n, d)."""

    def to_data(self, z: Tensor) -> Tensor:
        """G(z), (n, d) -> (n, d)."""


def standard_normal_log_prob(z: Tensor) -> Tensor:
    """log N(z; 0, I_d), (n, d) -> (n,)."""
    half_log_two_pi = 0.9189385332046727
    return -0.5 * (z * z).sum(-1) - half_log_two_pi * z.shape[-1]
