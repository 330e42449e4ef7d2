"""Default networks of the neural baselines: dense, for vectors.  Others are handed in instead, for images say."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bdsg.boundary.generators.dense import layers

Hidden = tuple[int, ...]


class Discriminator(nn.Module):
    """Logits D(x), (n, ...) -> (n,), with the features f(x) before the last layer, (n, F), at hand."""

    def __init__(self, features: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.features, self.head = features, head

    def forward(self, x: Tensor) -> Tensor:
        """The logit of "real"."""
        logits: Tensor = self.head(self.features(x))
        return logits.squeeze(-1)


def dense(into: int, hidden: Hidden, out: int, random: torch.Generator) -> nn.Sequential:
    """A dense network with SiLU between its layers, (n, into) -> (n, out)."""
    return layers((into, *hidden, out), nn.SiLU, random)


def dense_discriminator(into: int, hidden: Hidden, random: torch.Generator) -> Discriminator:
    """A dense network whose last hidden layer is f(x)."""
    network = dense(into, hidden, 1, random)
    return Discriminator(network[:-1], network[-1])
