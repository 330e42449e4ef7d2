"""Strong anomalies (paper, 3.1): points of B(z) that the density model itself calls anomalous."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from bdsg.errors import ConfigError

CHUNK = 8192
"""Points drawn and evaluated at once: bounds the memory that a flow takes."""


class StrongAnomalies(NamedTuple):
    """Those of Q points of B(z) with p_g(B(z)) < ε.

    Attributes:
        points: (n, d), in the order in which they were drawn.
        log_density: log p_g of each, (n,), natural logs.
        share: n/Q.
    """

    points: Tensor
    log_density: Tensor
    share: float


@torch.no_grad()
def strong_anomalies(
    generator: Callable[[Tensor], Tensor],
    log_prob: Callable[[Tensor], Tensor],
    epsilon: float,
    draws: int,
    random: torch.Generator,
    device: torch.device | str = "cpu",
) -> StrongAnomalies:
    """Draw B(z) ``draws`` times and keep every point with p_g(B(z)) < ε.

    Args:
        generator: B, (n, 2) -> (n, d), trained.
        log_prob: log p_g, (n, d) -> (n,).
        epsilon: density per unit volume, above 0.
        draws: Q, much larger than the training batch N.
        random: a CPU generator.
        device: where B and p_g are.

    Raises:
        ConfigError: ``epsilon`` or ``draws`` is not above 0.
    """
    for name, value in (("epsilon", epsilon), ("draws", draws)):
        if not value > 0:
            raise ConfigError(name, value, "must be above 0.")
    level = torch.log(torch.tensor(epsilon, dtype=torch.float64))
    points, log_density = [], []
    for start in range(0, draws, CHUNK):
        z = torch.randn(min(CHUNK, draws - start), 2, generator=random).to(device)
        x = generator(z)
        found = log_prob(x)
        below = found.double() < level.to(found.device)
        points.append(x[below])
        log_density.append(found[below])
    kept = torch.cat(points)
    return StrongAnomalies(kept, torch.cat(log_density), len(kept) / draws)
