"""What B(z) is trained for: the paper's eq. 4, or ours.  Both give the three terms of eq. 3."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bdsg.boundary import losses
from bdsg.boundary.generator import BoundaryGenerator, ComponentGenerator, DenseGenerator
from bdsg.boundary.level_set import LevelSet, sample_level_set
from bdsg.config import BoundaryConfig
from bdsg.density.base import DensityModel

TARGETS_A_STEP = 512


class Terms(NamedTuple):
    """The unweighted terms L0, L1, L2 and their weighted sum, scalars."""

    loss: Tensor
    l0: Tensor
    l1: Tensor
    l2: Tensor


class Objective(Protocol):
    """A generator to train and the terms of its loss."""

    generator: BoundaryGenerator

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the loss for a batch z (N, 2)."""


class PaperObjective:
    """Eq. 4 to the letter: L0 = mean p_g(B), L1 = distance to the data, L2 = dispersion."""

    def __init__(self, config: BoundaryConfig, density: DensityModel, data: Tensor, random: torch.Generator) -> None:
        self.config, self.density, self.data = config, density, data
        self.generator: BoundaryGenerator = DenseGenerator(config.hidden, data, random)

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the loss; ``random`` is not used."""
        points = self.generator(z)
        l0 = losses.density_term(self.density.log_prob(points))
        l1 = losses.distance_term(points, self.data)
        l2 = losses.dispersion_term(self.generator.read(z).circle, points)
        return Terms(losses.weighted_sum(l0, l1, l2, self.config.lambda1, self.config.lambda2), l0, l1, l2)


class OurObjective:
    """Level-aimed L0, a distance that looks both ways, dispersion within each component.

    The components and the samples of the level set come from p_g alone: samples of G pushed to
    the level ε* = √(δε), the logarithmic middle of the boundary band.
    """

    def __init__(
        self,
        config: BoundaryConfig,
        density: DensityModel,
        level_set: LevelSet,
        log_level: float,
        random: torch.Generator,
    ) -> None:
        self.config, self.density = config, density
        self.level_set, self.log_level = level_set, log_level
        generator = ComponentGenerator(config.hidden, level_set, random)
        self.radii = generator.radii
        self.generator: BoundaryGenerator = generator

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the loss against a random part of the level set's samples."""
        points = self.generator(z)
        code = self.generator.read(z)
        chosen = torch.randint(len(self.level_set.points), (TARGETS_A_STEP,), generator=random)
        l0 = losses.level_term(self.density.log_prob(points), self.log_level)
        l1 = losses.two_way_distance_term(points, self.level_set.points[chosen])
        l2 = losses.component_dispersion_term(code.circle, code.components, points, self.radii)
        return Terms(losses.weighted_sum(l0, l1, l2, self.config.lambda1, self.config.lambda2), l0, l1, l2)


def make_objective(
    config: BoundaryConfig,
    density: DensityModel,
    data: Tensor,
    samples: Tensor,
    epsilon: float,
    delta: float,
    random: torch.Generator,
) -> Objective:
    """The objective that the config names.

    Args:
        data: training samples x, (M, d).
        samples: samples of G, (n, d); ours pushes them to the level set.
    """
    if config.objective == "paper":
        return PaperObjective(config, density, data, random)
    log_level = 0.5 * (math.log(epsilon) + math.log(delta))
    log_prob: Callable[[Tensor], Tensor] = density.log_prob
    level_set = sample_level_set(log_prob, samples, log_level, random)
    return OurObjective(config, density, level_set, log_level, random)


def parameters(generator: BoundaryGenerator) -> list[nn.Parameter]:
    """The trainable parameters of a generator."""
    assert isinstance(generator, nn.Module)
    return list(generator.parameters())
