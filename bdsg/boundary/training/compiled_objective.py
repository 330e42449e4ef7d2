"""From an objective to its compiled steps.

The network's parameters become views of one flat vector, which the kernels move: so the PyTorch module is at any
time the network as trained so far.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.boundary.generators.dense import DenseGenerator
from bdsg.boundary.kernels.density import Densities
from bdsg.boundary.kernels.nearest import make_candidates
from bdsg.boundary.kernels.ours import OurLoss, OurWorkspace, our_steps
from bdsg.boundary.kernels.paper import PaperLoss, PaperWorkspace, paper_steps
from bdsg.boundary.objectives import Objective, OurObjective, PaperObjective
from bdsg.boundary.training.compiled_steps import Kernels, KernelStepper, draw_latents
from bdsg.boundary.training.packing import flat_density, flat_network, on_cpu, single
from bdsg.config import BoundaryConfig


def compiled_stepper(objective: Objective, config: BoundaryConfig) -> KernelStepper | None:
    """Compiled steps for an objective, or None where there are none: another device, dimension, density or network."""
    if isinstance(objective, PaperObjective) and isinstance(objective.generator, DenseGenerator):
        return _paper(objective, objective.generator, config.batch_size)
    if isinstance(objective, OurObjective):
        return _ours(objective, config.batch_size)
    return None


def _paper(objective: PaperObjective, generator: DenseGenerator, batch: int) -> KernelStepper | None:
    density = flat_density(objective.density)
    if density is None or objective.data.shape[1] != 2 or not on_cpu(objective.data):
        return None
    loss = PaperLoss(
        density,
        make_candidates(single(objective.data)),
        single(generator.centre),
        objective.weights.lambda1,
        objective.weights.lambda2,
        single(generator.spread),
    )
    network, draw = flat_network(generator.network, batch), functools.partial(draw_latents, batch)
    units = np.eye(2)
    kernels = Kernels(paper_steps, _paper_workspace, draw, lambda z: z, lambda workspace: units)
    return KernelStepper(kernels, objective, network, loss, batch)


def _paper_workspace(count: int) -> PaperWorkspace:
    floats = np.zeros((4, 2, count), np.float32)
    return PaperWorkspace(_densities(count), floats[0], floats[1:], np.arange(count))


def _ours(objective: OurObjective, batch: int) -> KernelStepper | None:
    density, generator, tree = flat_density(objective.density), objective.ours, objective.tree
    if density is None or not on_cpu(tree.table):
        return None
    loss = OurLoss(
        density,
        single(-2.0 * torch.log1p(-generator.edges)),
        single(generator.radii),
        single(tree.centres),
        single(tree.axes),
        single(tree.table),
        single(tree.steepness),
        generator.harmonics,
        float(tree.log_levels[0]),
        tree.step,
        objective.weights.lambda1,
        objective.weights.lambda2,
        np.ones(2, np.float32),
    )
    network, at_epsilon = flat_network(generator.network, batch), generator.position(generator.epsilon)

    def draw(count: int, random: torch.Generator) -> Tensor:
        if not tree.last:
            return complete(draw_latents(batch, count, random))
        steps = [(draw_latents(batch, 1, random)[0], objective.positions(batch, random)) for _ in range(count)]
        return torch.stack([torch.cat([z, positions[:, None]], 1) for z, positions in steps])

    def complete(z: Tensor) -> Tensor:
        return nn.functional.pad(z, (0, 1), value=at_epsilon)

    workspace = functools.partial(_our_workspace, tree.count)
    kernels = Kernels(our_steps, workspace, draw, complete, lambda space: np.linalg.inv(space.axes))
    return KernelStepper(kernels, objective, network, loss, batch)


def _our_workspace(branches: int, count: int) -> OurWorkspace:
    pairs, singles, places = (
        np.zeros((6, 2, count), np.float32),
        np.zeros((8, count), np.float32),
        np.zeros((2, count), np.int64),
    )
    return OurWorkspace(
        _densities(count),
        points=pairs[0],
        local=pairs[1],
        targets=pairs[2],
        slopes=pairs[3:],
        positions=singles[0],
        steepness=singles[1],
        centres=singles[2:4].reshape(count, 2),
        axes=singles[4:].reshape(count, 2, 2),
        curves=places[0],
        columns=places[1],
        starts=np.zeros(branches + 1, np.int64),
    )


def _densities(count: int) -> Densities:
    rows = np.zeros((4, count), np.float32)
    return Densities(rows[0], rows[1], rows[2], np.zeros(count, np.int64), rows[3])
