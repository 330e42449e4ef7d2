"""The paper's B(z): a dense network from the latent circle to the boundary."""

from __future__ import annotations

import itertools
import math
from typing import Protocol

import torch
from torch import Tensor, nn

from bdsg.config.constants import RIDGE, START_RADIUS

_PROBES = 256


class BoundaryGenerator(Protocol):
    """B : z -> x, (n, 2) -> (n, d), with trainable parameters."""

    def __call__(self, z: Tensor) -> Tensor:
        """Points B(z), (n, d)."""


def on_circle(z: Tensor) -> Tensor:
    """z/‖z‖: the effective dimension of the latent space is one less than that of x."""
    return nn.functional.normalize(z, dim=-1)


class Dense(nn.Linear):
    """A dense layer whose numbers are set by who makes it: ``nn.Linear`` would draw its own from the global seed."""

    def reset_parameters(self) -> None:
        """Nothing is drawn."""


def layers(widths: tuple[int, ...], activation: type[nn.Module], generator: torch.Generator) -> nn.Sequential:
    """Dense layers with Glorot-uniform weights (Glorot and Bengio, 2010, eq. 16) and zero biases."""
    modules: list[nn.Module] = []
    for into, out in itertools.pairwise(widths):
        dense = Dense(into, out)
        limit = math.sqrt(6.0 / (into + out))
        with torch.no_grad():
            dense.weight.copy_((2 * torch.rand(out, into, generator=generator) - 1) * limit)
            dense.bias.zero_()
        modules += [dense, activation()]
    return nn.Sequential(*modules[:-1])


class DenseGenerator(nn.Module):
    """The paper's fully connected B(z), for example 2-8-8-8-2, fed with z/‖z‖ (section 4.1).

    Its output is in units of the data's spread around the data's mean, so that any data start alike.
    Its first curve is a circle around the data: started among them, B stays there, because the distance
    term outweighs the density's slope, and a crossed curve would stay crossed.

    Args:
        hidden: width of each hidden layer.
        data: samples (M, d), d ≥ 2, that set centre and spread.
        radius: of that circle, in standard deviations of the data.
    """

    centre: Tensor
    spread: Tensor

    def __init__(
        self, hidden: tuple[int, ...], data: Tensor, generator: torch.Generator, radius: float = START_RADIUS
    ) -> None:
        super().__init__()
        self.network = layers((2, *hidden, data.shape[1]), nn.Tanh, generator)
        self.register_buffer("centre", data.mean(0))
        self.register_buffer("spread", data.std(0))
        self._start_on_circle(radius)
        self.to(data.device)

    @torch.no_grad()
    def _start_on_circle(self, radius: float) -> None:
        """Fit the last layer by ridge regression so that the image of z/‖z‖ is a circle around the data, once round."""
        angles = torch.linspace(0, 2 * math.pi, _PROBES + 1)[:-1]
        circle = torch.stack([angles.cos(), angles.sin()], 1)
        features = nn.functional.pad(self.network[:-1](circle), (0, 1), value=1.0).double()
        final = self.network[-1]
        assert isinstance(final, nn.Linear)
        wanted = nn.functional.pad(radius * circle, (0, final.out_features - 2)).double()
        gram = features.T @ features
        ridge = RIDGE * torch.trace(gram) * torch.eye(len(gram), dtype=gram.dtype)
        weights = torch.linalg.solve(gram + ridge, features.T @ wanted)
        final.weight.copy_(weights[:-1].T)
        final.bias.copy_(weights[-1])

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (n, 2) -> (n, d)."""
        points: Tensor = self.centre + self.spread * self.network(on_circle(z))
        return points
