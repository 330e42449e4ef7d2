"""What B(z) is trained for: the paper's eq. 4, or ours.  Both give the three terms of eq. 3."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bdsg.boundary import loss_terms
from bdsg.boundary.generators.dense import BoundaryGenerator, DenseGenerator, on_circle
from bdsg.boundary.generators.levels import LevelCode, LevelGenerator
from bdsg.boundary.level_sets.level_tree import LevelTree, grow_tree
from bdsg.config import BoundaryConfig
from bdsg.config.constants import ENDS, HIGHEST, LEVEL_RANGE
from bdsg.config.schedule import Weights
from bdsg.density.base import DensityModel
from bdsg.errors import EmptyBoundaryError


class Terms(NamedTuple):
    """The unweighted terms L0, L1, L2 and their weighted sum, scalars."""

    loss: Tensor
    l0: Tensor
    l1: Tensor
    l2: Tensor


def _weighted(weights: Weights, l0: Tensor, l1: Tensor, l2: Tensor) -> Terms:
    """The terms with their sum, eq. 3."""
    return Terms(loss_terms.weighted_sum(l0, l1, l2, weights.lambda1, weights.lambda2), l0, l1, l2)


class Objective(Protocol):
    """A generator to train and the terms of its loss.

    Attributes:
        density: p_g.
        weights: λ1 and λ2 as they are now: the config's, until the training changes them.
    """

    density: DensityModel
    generator: BoundaryGenerator
    weights: Weights

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the loss for a batch z (N, 2)."""

    def terms_at(self, z: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """L0, L1 and L2 if B(z) of a batch z (N, 2) were ``points`` (N, d)."""


class PaperObjective:
    """Eq. 4 to the letter: L0 = mean p_g(B), L1 = distance to the data, L2 = dispersion."""

    def __init__(self, config: BoundaryConfig, density: DensityModel, data: Tensor, random: torch.Generator) -> None:
        self.config, self.density, self.data = config, density, data
        self.weights = config.weights_at(0)
        self.generator: BoundaryGenerator = DenseGenerator(config.hidden, data, random)

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the loss; ``random`` is not used."""
        return _weighted(self.weights, *self.terms_at(z, self.generator(z)))

    def terms_at(self, z: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Eq. 4's three terms for given points."""
        l0 = loss_terms.density_term(self.density.log_prob(points))
        l1 = loss_terms.distance_term(points, self.data)
        return l0, l1, loss_terms.dispersion_term(on_circle(z), points)


class OurObjective:
    """A level-aimed L0, the distance to the place that z stands for, and dispersion within each component.

    The components and their places come from p_g alone: samples of G pushed to the level ε* = √(δε), the
    logarithmic middle of the boundary band, and the closed curves traced from them.  For B(z, ε) the tree has a
    range of levels, and every z of a batch is trained at a random one.
    """

    def __init__(
        self,
        config: BoundaryConfig,
        density: DensityModel,
        tree: LevelTree,
        epsilon: float,
        delta: float,
        random: torch.Generator,
    ) -> None:
        self.config, self.density, self.tree = config, density, tree
        self.weights = config.weights_at(0)
        self.ours = LevelGenerator(config.hidden, tree, epsilon, delta, random)
        self.generator: BoundaryGenerator = self.ours

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the loss at levels drawn from ``random``."""
        code = self.ours.code(z, self.positions(len(z), random).to(z))
        local = self.ours.local(code)
        return _weighted(self.weights, *self._terms(code, local, self.ours.to_data(local, code)))

    def positions(self, count: int, random: torch.Generator) -> Tensor:
        """Levels to train at, in steps from the lowest, (count,); of one level none are drawn."""
        if not self.tree.last:
            return torch.zeros(count)
        spread = (1 + 2 * ENDS) * torch.rand(count, generator=random) - ENDS
        return self.tree.last * spread.clamp(0, 1)

    def terms_at(self, z: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The three terms for given points, all at the config's ε."""
        code = self.ours.read(z)
        return self._terms(code, self.tree.to_local(points, code.branches, code.position), points)

    def _terms(self, code: LevelCode, local: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """For points in the units of their ellipses and in data space."""
        targets, steepness = self.tree.at(*code)
        astray = (points - self.ours.to_data(targets, code)).norm(dim=1) * steepness
        log_levels = self.tree.log_levels[0] + self.tree.step * code.position
        l0 = loss_terms.level_term(self.density.log_prob(points), log_levels, astray)
        l1 = loss_terms.place_term(local, targets)
        return l0, l1, loss_terms.component_dispersion_term(targets, code.branches, local)


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

    def tree(levels: int) -> LevelTree:
        return find_tree(levels, density, samples, epsilon, delta)

    return objective_on(tree, config, density, data, random, epsilon, delta)


def objective_on(
    tree: Callable[[int], LevelTree],
    config: BoundaryConfig,
    density: DensityModel,
    data: Tensor,
    random: torch.Generator,
    epsilon: float,
    delta: float,
) -> Objective:
    """The same, with ours on the ``tree`` of so many levels, which several objectives may share."""
    if config.objective == "paper":
        return PaperObjective(config, density, data, random)
    return OurObjective(config, density, tree(config.levels), epsilon, delta, random)


def find_tree(levels: int, density: DensityModel, samples: Tensor, epsilon: float, delta: float) -> LevelTree:
    """The level set of √(δε), or those over ``LEVEL_RANGE``, cut off below the density's peak.

    Raises:
        EmptyBoundaryError: hardly any sample can reach the level.
    """
    if levels == 1:
        log_levels = torch.tensor([math.log(epsilon)], dtype=torch.float64)
    else:
        with torch.no_grad():
            peak = float(density.log_prob(samples).max())
        if peak <= math.log(epsilon):
            raise EmptyBoundaryError(epsilon, math.exp(peak))
        low, high = (math.log(ratio * epsilon) for ratio in LEVEL_RANGE)
        high = max(min(high, peak + math.log(HIGHEST)), math.log(epsilon))
        log_levels = torch.linspace(low, high, levels, dtype=torch.float64)
    return grow_tree(density.log_prob, samples, log_levels - 0.5 * math.log(epsilon / delta))


def parameters(generator: BoundaryGenerator) -> list[nn.Parameter]:
    """The trainable parameters of a generator."""
    assert isinstance(generator, nn.Module)
    return list(generator.parameters())
