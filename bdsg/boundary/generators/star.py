"""B(z) for a mixture in any number of dimensions: from each Gaussian's centre outwards, to the level."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bdsg.boundary import loss_terms
from bdsg.boundary.generators.dense import layers, on_circle
from bdsg.boundary.level_sets.to_level import bisect
from bdsg.data.mixture import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import DivergenceError, EmptyBoundaryError

HIDDEN = (128, 64)
STEPS, BATCH, LEARNING_RATE = 600, 256, 0.01

POOL = 4096
"""Rays whose crossings are found once, before the training: finding them is most of the work."""

FARTHEST = 4.0
"""Crossings are sought up to this many times a Gaussian's own radius: neighbours push the level outwards."""

_PROBES, _HALVINGS = 16, 20


class StarGenerator(nn.Module):
    """B(z) = μ_k + r(u, k) L_k u: ‖z‖ chooses a Gaussian k, u = z/‖z‖ a direction, a network the radius.

    Only Gaussians that rise above the level by themselves have a part; B starts at the radius that each would have
    alone.

    Args:
        mixture: p_g.
        log_level: log ε*, at which B(z) is to lie.
        random: source of the first weights.

    Raises:
        EmptyBoundaryError: the density is below the level everywhere.
    """

    centres: Tensor
    factors: Tensor
    radii: Tensor
    edges: Tensor

    def __init__(self, mixture: GaussianMixture, log_level: float, random: torch.Generator) -> None:
        super().__init__()
        above = torch.from_numpy(mixture.log_scales) - log_level
        kept = above > 0
        if not bool(kept.any()):
            raise EmptyBoundaryError(math.exp(log_level), math.exp(float(mixture.log_scales.max())))
        self.register_buffer("centres", torch.from_numpy(mixture.means)[kept])
        self.register_buffer("factors", torch.from_numpy(mixture.factors)[kept])
        self.register_buffer("radii", torch.sqrt(2 * above[kept]))
        weights = torch.from_numpy(mixture.weights)[kept]
        self.register_buffer("edges", torch.cumsum(weights / weights.sum(), 0)[:-1])
        self.dim = self.centres.shape[1]
        self.network = layers((self.dim + len(weights), *HIDDEN, 1), nn.SiLU, random).double()
        with torch.no_grad():
            for parameter in list(self.network.parameters())[-2:]:
                parameter.zero_()

    def read(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """The direction (N, d) and the Gaussian (N,) that each z (N, d) stands for."""
        below = torch.special.gammainc(torch.tensor(self.dim / 2, dtype=z.dtype), z.square().sum(1) / 2)  # of χ²
        return on_circle(z), torch.searchsorted(self.edges, below.clamp(0, 1 - 1e-12))

    def log_radius(self, direction: Tensor, gaussian: Tensor) -> Tensor:
        """log r(u, k), (N,)."""
        kinds = nn.functional.one_hot(gaussian, len(self.centres)).to(direction)
        scaled = math.sqrt(self.dim) * direction
        bend: Tensor = self.network(torch.cat([scaled, kinds], 1))[:, 0]
        return self.radii[gaussian].log() + bend

    def place(self, direction: Tensor, gaussian: Tensor, radius: Tensor) -> Tensor:
        """Points at a radius (N,) along rays, (N, d)."""
        return self.centres[gaussian] + (self.factors[gaussian] @ (radius[:, None] * direction)[:, :, None])[:, :, 0]

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (N, d) -> (N, d)."""
        direction, gaussian = self.read(z)
        return self.place(direction, gaussian, self.log_radius(direction, gaussian).exp())


@torch.no_grad()
def crossing(
    generator: StarGenerator, density: ClosedForm, direction: Tensor, gaussian: Tensor, log_level: float
) -> Tensor:
    """The outermost radius at which each ray, a direction (N, d) from a Gaussian (N,), crosses the level, (N,)."""
    radii = generator.radii[gaussian]

    def inside(radius: Tensor) -> Tensor:
        return density.log_prob(generator.place(direction, gaussian, radius)) >= log_level

    probes = torch.linspace(1.0, FARTHEST, _PROBES, dtype=direction.dtype)
    known = torch.stack([inside(share * radii) for share in probes])  # (P, N); the first is inside, or nearly so
    last = (known * torch.arange(1, _PROBES + 1)[:, None]).amax(0).clamp(min=1) - 1
    low = probes[last] * radii * (1 - 1e-9)
    high = probes[(last + 1).clamp(max=_PROBES - 1)] * radii
    low, high = bisect(inside, low, high, _HALVINGS)
    return 0.5 * (low + high)


def train_star(
    mixture: GaussianMixture, log_level: float, random: torch.Generator, steps: int = STEPS
) -> StarGenerator:
    """B(z) trained on a pool of rays.

    The loss has the two terms of ours that a fixed direction leaves: the misfit of log p_g(B(z)) to the level (L0),
    and the distance to the place that z stands for, the ray's own crossing (L1).  Directions are uniform, so nothing
    gathers.

    Raises:
        EmptyBoundaryError: the density is below the level everywhere.
        DivergenceError: the loss is no longer a finite number.
    """
    generator, density = StarGenerator(mixture, log_level, random), ClosedForm(mixture)
    pool = torch.randn(POOL, generator.dim, generator=random, dtype=torch.float64)
    directions, gaussians = generator.read(pool)
    places = crossing(generator, density, directions, gaussians, log_level).log()
    optimiser = torch.optim.Adam(generator.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
    for step in range(steps):
        rays = torch.randint(POOL, (BATCH,), generator=random)
        direction, gaussian = directions[rays], gaussians[rays]
        log_radius = generator.log_radius(direction, gaussian)
        points = generator.place(direction, gaussian, log_radius.exp())
        astray = log_radius - places[rays]
        loss = (
            loss_terms.level_term(density.log_prob(points), log_level, generator.dim * astray) + astray.square().mean()
        )
        if not bool(torch.isfinite(loss)):
            raise DivergenceError("B(z)", step, "the loss", "Choose a higher ε, or scale the table.")
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return generator
