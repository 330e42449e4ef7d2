"""B(z): networks from the latent space to the boundary, and how each reads z ~ N(0, I)."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bdsg.boundary.level_set import LevelSet

START_OUTSIDE = 1.4
"""How far outside its samples a component's first ellipse lies, as a ratio."""

START_RADIUS = 3.0
"""Radius of the paper's generator's first curve, in standard deviations of the data."""

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


def layers(widths: tuple[int, ...], activation: type[nn.Module], generator: torch.Generator) -> nn.Sequential:
    """Dense layers with Glorot-uniform weights (Glorot and Bengio, 2010, eq. 16) and zero biases."""
    modules: list[nn.Module] = []
    for into, out in itertools.pairwise(widths):
        # nn.Linear would draw weights of its own from the global seed.
        dense: nn.Linear = nn.utils.skip_init(nn.Linear, into, out)  # type: ignore[no-untyped-call]
        limit = math.sqrt(6.0 / (into + out))
        with torch.no_grad():
            dense.weight.copy_((2 * torch.rand(out, into, generator=generator) - 1) * limit)
            dense.bias.zero_()
        modules += [dense, activation()]
    return nn.Sequential(*modules[:-1])


class DenseGenerator(nn.Module):
    """The paper's fully connected B(z), for example 2-8-8-8-2, fed with z/‖z‖ (section 4.1).

    Its output is in units of the data's spread around the data's mean, so that any data start alike.
    The last layer is scaled so that the first curve encloses the data: started among them, B stays
    there, because the distance term outweighs the density's slope.

    Args:
        hidden: width of each hidden layer.
        data: samples (M, d) that set centre and spread.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self, hidden: tuple[int, ...], data: Tensor, generator: torch.Generator) -> None:
        super().__init__()
        self.network = layers((2, *hidden, data.shape[1]), nn.Tanh, generator)
        self.register_buffer("centre", data.mean(0))
        self.register_buffer("spread", data.std(0))
        self._start_outside()

    @torch.no_grad()
    def _start_outside(self) -> None:
        """Give the image of the circle mean 0 and the covariance of a circle of radius ``START_RADIUS``."""
        angles = torch.linspace(0, 2 * math.pi, _PROBES + 1)[:-1]
        image = self.network(torch.stack([angles.cos(), angles.sin()], 1))
        variances, directions = torch.linalg.eigh(torch.cov(image.T))
        stretch = START_RADIUS / math.sqrt(2) / variances.clamp(min=1e-6).sqrt()
        whitening = (directions * stretch) @ directions.T
        final = self.network[-1]
        assert isinstance(final, nn.Linear)
        final.bias.copy_(whitening @ (final.bias - image.mean(0)))
        final.weight.copy_(whitening @ final.weight)

    def read(self, z: Tensor) -> LatentCode:
        """z/‖z‖, all on one curve."""
        return LatentCode(on_circle(z), torch.zeros(len(z), dtype=torch.long))

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (n, 2) -> (n, d)."""
        points: Tensor = self.centre + self.spread * self.network(on_circle(z))
        return points


class ComponentGenerator(nn.Module):
    """Ours: |z| chooses a closed curve, z/‖z‖ a place on it; one network moves all the curves.

    Each component of the level set starts as an ellipse around its samples.  The network sees the
    angle's sines and cosines and the component, and adds an offset in units of that ellipse.

    Args:
        hidden: width of each hidden layer.
        level_set: samples with their components; they set the ellipses and how often each is drawn.
        harmonics: highest multiple of the angle among the features.
    """

    centres: Tensor
    axes: Tensor
    radii: Tensor
    edges: Tensor

    def __init__(
        self, hidden: tuple[int, ...], level_set: LevelSet, generator: torch.Generator, harmonics: int = 6
    ) -> None:
        super().__init__()
        self.harmonics = harmonics
        count = int(level_set.components.max()) + 1
        groups = [level_set.points[level_set.components == k] for k in range(count)]
        frames = [_ellipse(group, level_set.spacing) for group in groups]
        shares = torch.tensor([float(len(group)) for group in groups])
        self.register_buffer("centres", torch.stack([frame[0] for frame in frames]))
        self.register_buffer("axes", torch.stack([frame[1] for frame in frames]))
        self.register_buffer("radii", torch.stack([frame[1].norm(dim=0).mean() for frame in frames]))
        self.register_buffer("edges", torch.cumsum(shares / shares.sum(), 0)[:-1].contiguous())
        self.network = layers((2 * harmonics + count, *hidden, 2), nn.SiLU, generator)
        with torch.no_grad():
            final = self.network[-1]
            assert isinstance(final, nn.Linear)
            final.weight.mul_(0.05)  # start on the ellipses

    def read(self, z: Tensor) -> LatentCode:
        """The angle, and the component by the CDF of |z|, which is uniform: 1 − exp(−|z|²/2)."""
        uniform = -torch.expm1(-0.5 * (z * z).sum(-1))
        return LatentCode(on_circle(z), torch.bucketize(uniform, self.edges))

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (n, 2) -> (n, 2)."""
        circle, components = self.read(z)
        one_hot = nn.functional.one_hot(components, len(self.centres)).to(z)
        offset = self.network(torch.cat([angle_features(circle, self.harmonics), one_hot], 1))
        local = circle + offset
        points: Tensor = self.centres[components] + (self.axes[components] @ local[:, :, None])[:, :, 0]
        return points


def angle_features(circle: Tensor, harmonics: int) -> Tensor:
    """cos mθ and sin mθ for m = 1 .. harmonics, (n, 2·harmonics), by powers of a complex number."""
    place = torch.complex(circle[:, 0], circle[:, 1])
    powers = torch.cumprod(place[:, None].expand(-1, harmonics), 1)
    return torch.cat([powers.real, powers.imag], 1)


def _ellipse(points: Tensor, spacing: float) -> tuple[Tensor, Tensor]:
    """Centre (2,) and axes (2, 2), as columns, of an ellipse somewhat outside the points."""
    centre = 0.5 * (points.amax(0) + points.amin(0))
    offsets = points - centre
    _, directions = torch.linalg.eigh(offsets.T @ offsets)
    reach = (offsets @ directions).abs().amax(0) + spacing
    return centre, directions * (START_OUTSIDE * reach)[None, :]
