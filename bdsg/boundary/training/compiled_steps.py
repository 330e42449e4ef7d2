"""Compiled training steps: what drives the kernels of an objective."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.kernels.density import Densities
from bdsg.boundary.kernels.network import Network
from bdsg.boundary.kernels.terms import EVALUATE, POINTS
from bdsg.boundary.objectives import Objective
from bdsg.boundary.term_gradients import SHOWN
from bdsg.boundary.training.packing import with_columns
from bdsg.config.schedule import Weights
from bdsg.density import DensityModel

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
        """Descend once for each z of (S, N, 2 or 3), at learning rates (S,); ``EVALUATE`` only evaluates the terms.

        Returns:
            L, L0, L1, L2 of each step, (S, 4) in double precision; it ends early with a step that is not finite.
        """

    def points(self, latent: Tensor) -> np.ndarray:
        """B(z), (n, 2) -> (n, 2) float32, as trained so far."""

    def forces(self, latent: Tensor) -> np.ndarray:
        """The terms' pulls on B(z) for the first m of the latent (n, 2): (3, m, 2), see ``term_gradients``."""

    def weigh(self, weights: Weights) -> None:
        """Go on with these weights of L1 and L2."""


class Kernels(NamedTuple):
    """What an objective's compiled steps consist of.

    Attributes:
        steps: as ``kernels.paper.paper_steps``.
        workspace: makes one for a batch of a size.
        draw: see :class:`Stepper`.
        complete: adds to z (n, 2) what the kernels want beside it.
        units: the matrices (N, 2, 2), or (2, 2), by which the gradients in ``workspace.slopes``, as rows, become
            gradients in data space.
    """

    steps: Callable[..., tuple[int, int]]
    workspace: Callable[[int], Any]
    draw: Callable[[int, torch.Generator], Tensor]
    complete: Callable[[Tensor], Tensor]
    units: Callable[[Any], np.ndarray]


class KernelStepper:
    """Compiled steps.

    Attributes:
        network: with the module's weights, and the gradient of the last step.
        loss: the numbers of the objective.
        workspace: what the last step left.
    """

    def __init__(self, kernels: Kernels, objective: Objective, network: Network, loss: Any, batch: int) -> None:
        self._kernels, self._objective = kernels, objective
        self.network, self.loss, self.workspace = network, loss, kernels.workspace(batch)
        self._spaces: dict[int, tuple[Network, Any]] = {}

    def draw(self, count: int, random: torch.Generator) -> Tensor:
        """See :class:`Stepper`."""
        return self._kernels.draw(count, random)

    def steps(self, latents: Tensor, rates: np.ndarray, first_step: int) -> np.ndarray:
        """See :class:`Stepper`; points outside a table's window are looked up in the model itself."""
        return self._take(latents.numpy(), rates, (self.network, self.workspace), first_step)

    def _take(self, z: np.ndarray, rates: np.ndarray, space: tuple[Network, Any], first_step: int = 0) -> np.ndarray:
        network, workspace = space
        terms, done, known = np.zeros((len(z), 4)), 0, False
        while done < len(z):
            more, outside = self._kernels.steps(
                z[done:], rates[done:], network, self.loss, workspace, first_step + done, known, terms[done:]
            )
            done += more
            known = outside > 0
            if known:
                look_up(self._objective.density, workspace.points, workspace.found, outside)
            elif done < len(z):
                return terms[: done + 1]
        return terms

    def _at(self, latent: Tensor, rate: float) -> Any:
        """The workspace, kept for each number of points, after a step of a latent that moves nothing."""
        count = len(latent)
        if count not in self._spaces:
            self._spaces[count] = with_columns(self.network, count), self._kernels.workspace(count)
        self._take(self._kernels.complete(latent).numpy()[None], np.full(1, rate), self._spaces[count])
        return self._spaces[count][1]

    def points(self, latent: Tensor) -> np.ndarray:
        """See :class:`Stepper`."""
        workspace = self._at(latent, POINTS)
        points: np.ndarray = workspace.points.T[workspace.columns]
        return points

    def forces(self, latent: Tensor) -> np.ndarray:
        """See :class:`Stepper`."""
        z = latent[:SHOWN]
        workspace = self._at(z, EVALUATE)
        weights = np.array([1.0, self.loss.lambda1, self.loss.lambda2])[:, None, None]
        slopes = workspace.slopes.transpose(0, 2, 1)[..., None, :]  # as rows, (3, m, 1, 2)
        pulls = -len(z) * weights * (slopes @ self._kernels.units(workspace))[..., 0, :]
        return np.ascontiguousarray(pulls[:, workspace.columns], np.float32)

    def weigh(self, weights: Weights) -> None:
        """See :class:`Stepper`."""
        self._objective.weights = weights
        self.loss = self.loss._replace(lambda1=weights.lambda1, lambda2=weights.lambda2)


def look_up(model: DensityModel, points: np.ndarray, found: Densities, outside: int) -> None:
    """log p_g and its gradient by the model itself, for the few of points (2, n) that lie outside a table."""
    which = found.outside[:outside]
    x = torch.from_numpy(points[:, which].T.copy()).requires_grad_()
    log_prob = model.log_prob(x)
    (slope,) = torch.autograd.grad(log_prob.sum(), x)
    found.log_density[which] = log_prob.detach().numpy()
    found.slope_x[which], found.slope_y[which] = slope.numpy().T
