"""Compiled training steps: what drives the kernels of an objective."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.kernels.network import LANES, Network
from bdsg.boundary.objectives import LevelObjective, OurObjective, PaperObjective
from bdsg.boundary.term_gradients import Pulls, forces_by_autograd, look_up
from bdsg.boundary.training.packing import padded, with_columns
from bdsg.config.schedule import Weights

_BLOCK = 16
"""PyTorch draws normal numbers in blocks of 16: draws of whole blocks are one stream, however they are cut."""


def draw_latents(batch: int, steps: int, random: torch.Generator) -> Tensor:
    """z ~ N(0, I) of some steps, (steps, batch, 2): the same numbers as drawn step by step."""
    if batch * 2 % _BLOCK == 0:
        return torch.randn(steps, batch, 2, generator=random)
    return torch.stack([torch.randn(batch, 2, generator=random) for _ in range(steps)])


class Stepper(Protocol):
    """Training steps of one objective."""

    def draw(self, count: int, random: torch.Generator) -> Tensor:
        """What ``steps`` takes for ``count`` steps, as training by autograd would draw it."""

    def steps(self, latents: Tensor, rates: np.ndarray, first_step: int) -> np.ndarray:
        """Descend once for each z of (S, N, 2 or 3), at learning rates (S,); a negative one only evaluates the terms.

        Returns:
            L, L0, L1, L2 of each step, (S, 4) in double precision; it ends early with a step that is not finite.
        """

    def points(self, latent: Tensor) -> np.ndarray:
        """B(z), (n, 2) -> (n, 2) float32, as trained so far."""

    def forces(self, latent: Tensor, points: np.ndarray) -> np.ndarray:
        """The terms' pulls on B(z) = points (n, 2), for the first m of the latent (n, 2): (3, m, 2)."""

    def weigh(self, weights: Weights) -> None:
        """Go on with these weights of L1 and L2."""


def _as_it_is(z: Tensor) -> Tensor:
    return z


class Kernels(NamedTuple):
    """What the kernels of an objective share.

    Attributes:
        steps: as ``kernels.paper.paper_steps``.
        points: as ``kernels.paper.paper_points``.
        workspace: makes one for a batch of a size.
        draw: see :class:`Stepper`.
        complete: adds to z (n, 2) what the kernels want beside it.
    """

    steps: Callable[..., tuple[int, int]]
    points: Callable[..., None]
    workspace: Callable[[int], Any]
    draw: Callable[[int, torch.Generator], Tensor]
    complete: Callable[[Tensor], Tensor] = _as_it_is


Compilable = PaperObjective | OurObjective | LevelObjective


class KernelStepper:
    """Compiled steps.

    Attributes:
        network: with the module's weights, and the gradient of the last step.
        loss: the numbers of the objective.
        workspace: what the last step left.
    """

    def __init__(self, kernels: Kernels, objective: Compilable, network: Network, loss: Any, batch: int) -> None:
        self._kernels, self._objective = kernels, objective
        self._pulls: tuple[Tensor, Pulls] | None = None
        self.network, self.loss, self.workspace = network, loss, kernels.workspace(batch)
        self._shown = network, self.workspace

    def draw(self, count: int, random: torch.Generator) -> Tensor:
        """See :class:`Stepper`."""
        return self._kernels.draw(count, random)

    def steps(self, latents: Tensor, rates: np.ndarray, first_step: int) -> np.ndarray:
        """See :class:`Stepper`; points outside a table's window are looked up in the model itself."""
        z, terms = latents.numpy(), np.zeros((len(latents), 4))
        done, known = 0, False
        while done < len(z):
            more, outside = self._kernels.steps(
                z[done:], rates[done:], self.network, self.loss, self.workspace, first_step + done, known, terms[done:]
            )
            done += more
            known = outside > 0
            if known:
                look_up(self._objective.density, self.workspace.points, self.workspace.found, outside)
            elif done < len(z):
                return terms[: done + 1]
        return terms

    def points(self, latent: Tensor) -> np.ndarray:
        """See :class:`Stepper`."""
        count = len(latent)
        if self._shown[1].points.shape[1] != count or self._shown[1] is self.workspace:
            self._shown = with_columns(self.network, padded(count, LANES)), self._kernels.workspace(count)
        network, workspace = self._shown
        self._kernels.points(self._kernels.complete(latent).numpy(), network, self.loss, workspace)
        points: np.ndarray = workspace.points.T[workspace.columns]
        return points

    def forces(self, latent: Tensor, points: np.ndarray) -> np.ndarray:
        """See :class:`Stepper`."""
        if isinstance(self._objective, LevelObjective):
            return forces_by_autograd(self._objective, latent)
        if self._pulls is None or self._pulls[0] is not latent:
            self._pulls = latent, Pulls(self._objective, latent)
        return self._pulls[1].at(points, self.loss)

    def weigh(self, weights: Weights) -> None:
        """See :class:`Stepper`."""
        self._objective.weights = weights
        self.loss = self.loss._replace(lambda1=weights.lambda1, lambda2=weights.lambda2)
