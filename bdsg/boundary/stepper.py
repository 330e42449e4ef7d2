"""Compiled training steps of an objective.

The network's parameters become views of one flat vector, which the kernels move: so the PyTorch module is at any
time the network as trained so far.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from torch import Tensor

from bdsg.boundary.flat import flat_density, flat_network, on_cpu, padded, single, with_columns
from bdsg.boundary.forces import Pulls, look_up
from bdsg.boundary.generator import DenseGenerator
from bdsg.boundary.kernels.density import Densities
from bdsg.boundary.kernels.nearest import make_candidates
from bdsg.boundary.kernels.network import LANES, Network
from bdsg.boundary.kernels.ours import OurLoss, OurRoom, our_points, our_steps
from bdsg.boundary.kernels.paper import PaperLoss, PaperRoom, paper_points, paper_steps
from bdsg.boundary.objectives import Objective, OurObjective, PaperObjective
from bdsg.changes import Weights
from bdsg.config import BoundaryConfig


class Stepper(Protocol):
    """Training steps of one objective."""

    def steps(self, latents: Tensor, rates: np.ndarray, first_step: int) -> np.ndarray:
        """Descend once for each z of (S, N, 2), at learning rates (S,); a negative one only evaluates the terms.

        Returns:
            L, L0, L1, L2 of each step, (S, 4) in double precision; it ends early with a step that is not finite.
        """

    def points(self, latent: Tensor) -> np.ndarray:
        """B(z), (n, 2) -> (n, 2) float32, as trained so far."""

    def forces(self, latent: Tensor, points: np.ndarray) -> np.ndarray:
        """The terms' pulls on B(z) = points (n, 2), for the first m of the latent (n, 2): (3, m, 2)."""

    def weigh(self, weights: Weights) -> None:
        """Go on with these weights of L1 and L2."""


class Kernels(NamedTuple):
    """What the kernels of an objective share.

    Attributes:
        steps: as ``kernels.paper.paper_steps``.
        points: as ``kernels.paper.paper_points``.
        room: makes room for a batch of a size.
    """

    steps: Callable[..., tuple[int, int]]
    points: Callable[..., None]
    room: Callable[[int], Any]


def compiled_stepper(objective: Objective, config: BoundaryConfig) -> KernelStepper | None:
    """Compiled steps for an objective, or None where there are none: another device, dimension, density or network."""
    if isinstance(objective, PaperObjective) and isinstance(objective.generator, DenseGenerator):
        return _paper(objective, objective.generator, config.batch_size)
    if isinstance(objective, OurObjective):
        return _ours(objective, config.batch_size)
    return None


class KernelStepper:
    """Compiled steps.

    Attributes:
        network: with the module's weights, and the gradient of the last step.
        loss: the numbers of the objective.
        room: what the last step left.
    """

    def __init__(
        self, kernels: Kernels, objective: PaperObjective | OurObjective, network: Network, loss: Any, batch: int
    ) -> None:
        self._kernels, self._objective = kernels, objective
        self._pulls: tuple[Tensor, Pulls] | None = None
        self.network, self.loss, self.room = network, loss, kernels.room(batch)
        self._shown = network, self.room

    def steps(self, latents: Tensor, rates: np.ndarray, first_step: int) -> np.ndarray:
        """See :class:`Stepper`; points outside a table's window are looked up in the model itself."""
        z, terms = latents.numpy(), np.zeros((len(latents), 4))
        done, known = 0, False
        while done < len(z):
            more, outside = self._kernels.steps(
                z[done:], rates[done:], self.network, self.loss, self.room, first_step + done, known, terms[done:]
            )
            done += more
            known = outside > 0
            if known:
                look_up(self._objective.density, self.room.points, self.room.found, outside)
            elif done < len(z):
                return terms[: done + 1]
        return terms

    def points(self, latent: Tensor) -> np.ndarray:
        """See :class:`Stepper`."""
        count = len(latent)
        if self._shown[1].points.shape[1] != count or self._shown[1] is self.room:
            self._shown = with_columns(self.network, padded(count, LANES)), self._kernels.room(count)
        network, room = self._shown
        self._kernels.points(latent.numpy(), network, self.loss, room)
        points: np.ndarray = room.points.T[room.columns]
        return points

    def forces(self, latent: Tensor, points: np.ndarray) -> np.ndarray:
        """See :class:`Stepper`."""
        if self._pulls is None or self._pulls[0] is not latent:
            self._pulls = latent, Pulls(self._objective, latent)
        return self._pulls[1].at(points, self.loss)

    def weigh(self, weights: Weights) -> None:
        """See :class:`Stepper`."""
        self._objective.weights = weights
        self.loss = self.loss._replace(lambda1=weights.lambda1, lambda2=weights.lambda2)


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
    return KernelStepper(Kernels(paper_steps, paper_points, _paper_room), objective, network, loss, batch)


def _paper_room(count: int) -> PaperRoom:
    points, pull = np.zeros((2, 2, count), np.float32)
    return PaperRoom(_densities(count), points, pull, np.arange(count))


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
    kernels = Kernels(our_steps, our_points, lambda count: _our_room(count, places.count))
    return KernelStepper(kernels, objective, network, loss, batch)


def _our_room(count: int, curves: int) -> OurRoom:
    points, local, targets, pull = np.zeros((4, 2, count), np.float32)
    places = np.zeros((2, count), np.int64)
    steepness = np.zeros(count, np.float32)
    starts = np.zeros(curves + 1, np.int64)
    return OurRoom(_densities(count), points, local, targets, steepness, pull, places[0], places[1], starts)


def _densities(count: int) -> Densities:
    rows = np.zeros((4, count), np.float32)
    return Densities(rows[0], rows[1], rows[2], np.zeros(count, np.int64), rows[3])
