"""Training B(z) of images: by eq. 4 to the letter, or ours, taught by places at the level."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bdsg.boundary.generators.dense import on_circle
from bdsg.boundary.generators.image_generator import ImageGenerator
from bdsg.boundary.image_loss_terms import nearest_images, shifted_density_term
from bdsg.boundary.level_sets.image_places import LogProb
from bdsg.boundary.loss_terms import dispersion_term, distance_term, level_term, place_term, weighted_sum
from bdsg.config.image_config import ImageBoundaryConfig
from bdsg.density.flows.learning_rate import one_cycle
from bdsg.errors import DivergenceError
from bdsg.runs.result import Progress

REPORT_EVERY = 25

JITTER = 0.3
"""Deviation of the noise around a place's code, in deviations of the codes."""

OUTSIDE_MARGIN = 0.15
"""Ours aims this many nats per dimension below ε, so that what B misses the level by leaves it outside."""


class Terms(NamedTuple):
    """L0, L1 and L2 of a batch."""

    l0: Tensor
    l1: Tensor
    l2: Tensor


class ImageObjective(Protocol):
    """How latents are drawn, and the three terms that B is trained by."""

    def draw(self, count: int, random: torch.Generator) -> Tensor:
        """Latents z (count, k), on the CPU."""

    def terms(self, generator: Callable[[Tensor], Tensor], count: int, random: torch.Generator) -> Terms:
        """L0, L1 and L2 of a fresh batch."""


class PaperImageObjective:
    """Eq. 4: the mean shifted density, the distance to the nearest training image, and dispersion.

    Args:
        log_prob: log p_g (n,) of flat images (n, d), differentiable.
        data: all training images, flat (M, d).
        log_level: log ε, the shift of L0.
        latent: coordinates of z ~ N(0, I).
    """

    def __init__(self, log_prob: LogProb, data: Tensor, log_level: float, latent: int) -> None:
        self._log_prob, self._data, self._log_level, self._latent = log_prob, data, log_level, latent

    def draw(self, count: int, random: torch.Generator) -> Tensor:
        """z ~ N(0, I)."""
        return torch.randn(count, self._latent, generator=random)

    def terms(self, generator: Callable[[Tensor], Tensor], count: int, random: torch.Generator) -> Terms:
        """L0, L1 and L2 of a fresh batch."""
        z = self.draw(count, random).to(self._data)
        points = generator(z)
        l0 = shifted_density_term(self._log_prob(points), self._log_level)
        nearest = nearest_images(points.detach(), self._data)[1][:, 0]
        # distance_term searches again, but among these few alone.
        return Terms(l0, distance_term(points, self._data[nearest]), dispersion_term(on_circle(z), points))


class OurImageObjective:
    """Ours: each z stands for a place at the level, and B is drawn to it and to the level.

    z is the whitened principal code of a place with a little noise: B(z) then lies near that place, and every
    place is some z's.

    Args:
        log_prob: log p_g (n,) of flat images (n, d), differentiable.
        places: images at the level, flat (T, d).
        log_level: log ε, nats.
        latent: coordinates of z, at most min(T, d).
    """

    def __init__(self, log_prob: LogProb, places: Tensor, log_level: float, latent: int) -> None:
        self._log_prob, self._places = log_prob, places
        self._log_level = log_level / places.shape[1] - OUTSIDE_MARGIN
        self._codes = principal_codes(places.cpu(), latent)

    def draw(self, count: int, random: torch.Generator) -> Tensor:
        """Codes of places, with noise."""
        return self._draw(count, random)[0]

    def _draw(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(0, len(self._codes), (count,), generator=random)
        noise = torch.randn(count, self._codes.shape[1], generator=random)
        return self._codes[chosen] + JITTER * noise, chosen

    def terms(self, generator: Callable[[Tensor], Tensor], count: int, random: torch.Generator) -> Terms:
        """L0, L1 and L2 of a fresh batch."""
        z, chosen = self._draw(count, random)
        z, places = z.to(self._places), self._places[chosen.to(self._places.device)]
        points = generator(z)
        astray = torch.zeros(count, device=points.device)
        log_density = self._log_prob(points) / points.shape[1]  # per dimension, so that one step size suits all
        l0 = level_term(log_density, self._log_level, astray)
        return Terms(l0, place_term(points, places), dispersion_term(on_circle(z), points))


@torch.no_grad()
def principal_codes(x: Tensor, count: int) -> Tensor:
    """Whitened principal components of points (n, d), (n, count): mean 0, deviation 1, uncorrelated."""
    centred = x - x.mean(0)
    left, _, _ = torch.linalg.svd(centred.double(), full_matrices=False)
    codes: Tensor = (left[:, :count] * math.sqrt(len(x))).float()
    return codes


def train_image_generator(
    generator: ImageGenerator, objective: ImageObjective, config: ImageBoundaryConfig, random: torch.Generator
) -> Iterator[Progress]:
    """Adam with a one-cycle step size on L = L0 + λ1·L1 + λ2·L2; the generator is left in evaluation mode.

    Raises:
        DivergenceError: a term is no finite number.
    """
    began = time.perf_counter()
    optimiser = torch.optim.Adam(generator.parameters(), betas=(0.9, 0.99))
    # Only this network is compiled: the flow's estimators take gradients inside of the forward pass.
    on_gpu = generator.mean.device.type == "cuda"
    network: Callable[[Tensor], Tensor] = torch.compile(generator) if on_gpu else generator
    generator.train()
    for step in range(config.steps):
        terms = objective.terms(network, config.batch_size, random)
        loss = weighted_sum(*terms, config.lambda1, config.lambda2)
        for name, term in terms._asdict().items():
            if not bool(torch.isfinite(term)):
                raise DivergenceError("boundary", step, name, "Lower images.boundary.learning_rate.")
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(generator.parameters(), 10.0)
        optimiser.param_groups[0]["lr"] = config.learning_rate * one_cycle(step / config.steps)
        optimiser.step()
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == config.steps:
            values = {name: float(term.detach()) for name, term in terms._asdict().items()}
            yield Progress("boundary", step + 1, config.steps, time.perf_counter() - began, values)
    generator.eval()


@torch.no_grad()
def boundary_images(
    generator: ImageGenerator, objective: ImageObjective, count: int, random: torch.Generator
) -> Tensor:
    """B(z) of fresh latents, flat (count, d), none rejected."""
    z = objective.draw(count, random).to(generator.mean)
    images: Tensor = torch.cat([generator(part) for part in torch.split(z, 512)])
    return images
