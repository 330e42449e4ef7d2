"""From an objective to its compiled steps.

The network's parameters become views of one flat vector, which the kernels move: so the PyTorch module is at any
time the network as trained so far.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.boundary.generators.one_level import DenseGenerator
from bdsg.boundary.kernels.density import Densities
from bdsg.boundary.kernels.levels import LevelLoss, LevelWorkspace, level_points, level_steps
from bdsg.boundary.kernels.nearest import make_candidates
from bdsg.boundary.kernels.ours import OurLoss, OurWorkspace, our_points, our_steps
from bdsg.boundary.kernels.paper import PaperLoss, PaperWorkspace, paper_points, paper_steps
from bdsg.boundary.objectives import LevelObjective, Objective, OurObjective, PaperObjective
from bdsg.boundary.training.compiled_steps import Kernels, KernelStepper, draw_latents
from bdsg.boundary.training.packing import flat_density, flat_network, on_cpu, single
from bdsg.config import BoundaryConfig


def compiled_stepper(objective: Objective, config: BoundaryConfig) -> KernelStepper | None:
    """Compiled steps for an objective, or None where there are none: another device, dimension, density or network."""
    if isinstance(objective, PaperObjective) and isinstance(objective.generator, DenseGenerator):
        return _paper(objective, objective.generator, config.batch_size)
    if isinstance(objective, OurObjective):
        return _ours(objective, config.batch_size)
    if isinstance(objective, LevelObjective):
        return _levels(objective, config.batch_size)
    return None


def _paper(objective: PaperObjective, generator: DenseGenerator, batch: int) -> KernelStepper | None:
    density = flat_density(objective.density)
    if density is None or objective.data.shape[1] != 2 or not on_cpu(objective.data):
        return None
    loss = PaperLoss(
        density,
        make_candidates(single(objective.data)),
        single(generator.centre),
        single(generator.spread),
        objective.weights.lambda1,
        objective.weights.lambda2,
    )
    network = flat_network(generator.network, batch)
    kernels = Kernels(paper_steps, paper_points, _paper_workspace, functools.partial(draw_latents, batch))
    return KernelStepper(kernels, objective, network, loss, batch)


def _paper_workspace(count: int) -> PaperWorkspace:
    points, pull = np.zeros((2, 2, count), np.float32)
    return PaperWorkspace(_densities(count), points, pull, np.arange(count))


def _ours(objective: OurObjective, batch: int) -> KernelStepper | None:
    density, generator, places = flat_density(objective.density), objective.ours, objective.places
    if density is None or not on_cpu(places.table):
        return None
    loss = OurLoss(
        density,
        -2.0 * np.log1p(-single(generator.edges)),
        single(generator.radii),
        single(places.centres),
        single(places.axes),
        single(places.table),
        single(places.steepness),
        generator.harmonics,
        objective.log_level,
        objective.weights.lambda1,
        objective.weights.lambda2,
    )
    network = flat_network(generator.network, batch)
    draw = functools.partial(draw_latents, batch)
    kernels = Kernels(our_steps, our_points, lambda count: OurWorkspace(*_curve_workspace(count, places.count)), draw)
    return KernelStepper(kernels, objective, network, loss, batch)


def _curve_workspace(count: int, curves: int) -> tuple[Any, ...]:
    """The fields of ``OurWorkspace``, which are also the first of ``LevelWorkspace``."""
    points, local, targets, pull = np.zeros((4, 2, count), np.float32)
    places = np.zeros((2, count), np.int64)
    steepness = np.zeros(count, np.float32)
    starts = np.zeros(curves + 1, np.int64)
    return _densities(count), points, local, targets, steepness, pull, places[0], places[1], starts


def _levels(objective: LevelObjective, batch: int) -> KernelStepper | None:
    density, generator, tree = flat_density(objective.density), objective.ours, objective.tree
    if density is None or not on_cpu(tree.table):
        return None
    lowest, highest = float(tree.log_levels[0]), float(tree.log_levels[-1])
    loss = LevelLoss(
        density,
        single(-2.0 * torch.log1p(-generator.edges)),
        single(generator.radii),
        single(tree.centres),
        single(tree.axes),
        single(tree.table),
        single(tree.steepness),
        generator.harmonics,
        lowest,
        (highest - lowest) / (len(tree.log_levels) - 1),
        objective.weights.lambda1,
        objective.weights.lambda2,
    )
    network = flat_network(generator.network, batch)
    at_epsilon = generator.position(generator.epsilon)

    def draw(count: int, random: torch.Generator) -> Tensor:
        steps = [(draw_latents(batch, 1, random)[0], objective.positions(batch, random)) for _ in range(count)]
        return torch.stack([torch.cat([z, positions[:, None]], 1) for z, positions in steps])

    def complete(z: Tensor) -> Tensor:
        return nn.functional.pad(z, (0, 1), value=at_epsilon)

    branches = tree.alive.shape[1]
    kernels = Kernels(level_steps, level_points, lambda n: _level_workspace(n, branches), draw, complete)
    return KernelStepper(kernels, objective, network, loss, batch)


def _level_workspace(count: int, branches: int) -> LevelWorkspace:
    floats = np.zeros((7, count), np.float32)
    ellipses = floats[1:3].reshape(count, 2), floats[3:].reshape(count, 2, 2)
    return LevelWorkspace(*(*_curve_workspace(count, branches), floats[0], *ellipses))


def _densities(count: int) -> Densities:
    rows = np.zeros((4, count), np.float32)
    return Densities(rows[0], rows[1], rows[2], np.zeros(count, np.int64), rows[3])
