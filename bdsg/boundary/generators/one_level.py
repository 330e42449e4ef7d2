"""B(z): networks from the latent space to the boundary, and how each reads z ~ N(0, I)."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bdsg.boundary.level_sets.parametrisation import Places

START_OUTSIDE = 1.4
"""How far outside the support a curve's first ellipse lies, as a ratio of its size."""

START_RADIUS = 3.0
"""Radius of the paper's generator's first circle, in standard deviations of the data."""

RIDGE = 1e-4
"""How much that fit minds large weights, as a share of the features' mean square: with them B(z) moves in jerks."""

_PROBES = 256


class LatentCode(NamedTuple):
    """What B reads from z: a place on the unit circle (N, 2), and which closed curve (N,)."""

    circle: Tensor
    components: Tensor


class BoundaryGenerator(Protocol):
    """B : z -> x, (n, 2) -> (n, d), with trainable parameters."""

    def __call__(self, z: Tensor) -> Tensor:
        """Points B(z), (n, d)."""

    def read(self, z: Tensor) -> LatentCode:
        """The part of z that B uses."""


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

    def read(self, z: Tensor) -> LatentCode:
        """z/‖z‖, all on one curve."""
        return LatentCode(on_circle(z), torch.zeros(len(z), dtype=torch.long, device=z.device))

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (n, 2) -> (n, d)."""
        points: Tensor = self.centre + self.spread * self.network(on_circle(z))
        return points


class ComponentGenerator(nn.Module):
    """Ours: |z| chooses a closed curve, z/‖z‖ a place on it; one network moves all the curves.

    Each curve starts as an ellipse just outside the support: around a component, or within a hole.  The
    network sees the angle's sines and cosines and the curve, and adds an offset in units of that ellipse.

    Args:
        hidden: width of each hidden layer.
        places: the level set's closed curves; they set the ellipses and how often each is drawn.
    """

    edges: Tensor
    radii: Tensor

    def __init__(self, hidden: tuple[int, ...], places: Places, generator: torch.Generator) -> None:
        super().__init__()
        self.places = places
        self.harmonics = places.harmonics()
        self.register_buffer("edges", torch.cumsum(places.shares, 0)[:-1].contiguous())
        self.register_buffer("radii", START_OUTSIDE**places.inside)
        self.network = layers((2 * self.harmonics + places.count, *hidden, 2), nn.SiLU, generator)
        with torch.no_grad():
            final = self.network[-1]
            assert isinstance(final, nn.Linear)
            final.weight.mul_(0.05)  # start on the ellipses
        self.to(places.table.device)

    def read(self, z: Tensor) -> LatentCode:
        """The angle, and the component by the CDF of |z|, which is uniform: 1 − exp(−|z|²/2)."""
        uniform = -torch.expm1(-0.5 * (z * z).sum(-1))
        return LatentCode(on_circle(z), torch.bucketize(uniform, self.edges))

    def local(self, code: LatentCode) -> Tensor:
        """B(z) in units of its component's ellipse, (N, 2)."""
        circle, components = code
        one_hot = nn.functional.one_hot(components, self.places.count).to(circle)
        offset: Tensor = self.network(torch.cat([angle_features(circle, self.harmonics), one_hot], 1))
        return self.radii[components, None] * circle + offset

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (n, 2) -> (n, 2)."""
        code = self.read(z)
        return self.places.to_data(self.local(code), code.components)


def angle_features(circle: Tensor, harmonics: int) -> Tensor:
    """cos mθ/√m and sin mθ/√m for m = 1 .. harmonics, (n, 2·harmonics), by powers of a complex number.

    Undamped, the high multiples are learned as fast as the low ones, and the curve frays on its way.
    """
    place = torch.complex(circle[:, 0], circle[:, 1])
    powers = torch.cumprod(place[:, None].expand(-1, harmonics), 1)
    powers = powers / torch.arange(1, harmonics + 1).to(circle).sqrt()
    return torch.cat([powers.real, powers.imag], 1)
