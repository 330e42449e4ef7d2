"""Steps of eq. 4: latents in, descended weights and the terms of every step out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.boundary.kernels.density import Densities, Density, density_term, log_density
from bdsg.boundary.kernels.dispersion import dispersion
from bdsg.boundary.kernels.nearest import Candidates, distance_term
from bdsg.boundary.kernels.network import Network, forward
from bdsg.boundary.kernels.terms import EVALUATE, POINTS, move, weighted_sum
from bdsg.numerics.numba_cache import kernel


class PaperLoss(NamedTuple):
    """What eq. 4 needs besides the network.

    Attributes:
        centre, scale: B(z) = centre + scale · network, (2,) each.
        lambda1, lambda2: weights of the distance and of the dispersion.
    """

    density: Density
    candidates: Candidates
    centre: np.ndarray
    lambda1: float
    lambda2: float
    scale: np.ndarray


class PaperWorkspace(NamedTuple):
    """Workspace for a batch.

    Attributes:
        points: B(z), (2, N).
        slopes: the gradients of L0, L1 and L2 there, (3, 2, N).
        columns: of each z, (N,): here the n-th of the n-th.
    """

    found: Densities
    points: np.ndarray
    slopes: np.ndarray
    columns: np.ndarray


@kernel
def on_circle(z: np.ndarray, out: np.ndarray) -> None:
    """out = z/‖z‖, (N, 2) -> (2, N)."""
    for n in range(z.shape[0]):
        length = max(np.sqrt(z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1]), np.float32(1e-12))
        out[0, n] = z[n, 0] / length
        out[1, n] = z[n, 1] / length


@kernel
def paper_points(z: np.ndarray, network: Network, loss: PaperLoss, workspace: PaperWorkspace) -> None:
    """B(z), (N, 2) -> (2, N), into ``workspace.points``."""
    on_circle(z, network.values)
    forward(network.widths, network.activation, network.weights, network.values, network.slopes)
    last = network.values.shape[0] - network.widths[-1]
    for axis in range(2):
        for n in range(z.shape[0]):
            workspace.points[axis, n] = loss.centre[axis] + loss.scale[axis] * network.values[last + axis, n]


@kernel
def paper_terms(circle: np.ndarray, loss: PaperLoss, workspace: PaperWorkspace, terms: np.ndarray) -> None:
    """L0, L1, L2 of eq. 4 into the last of ``terms`` (4,), and their gradients into ``workspace.slopes``.

    Args:
        circle: z as B sees it, (2, N) or more columns.
    """
    x, y, slopes = workspace.points[0], workspace.points[1], workspace.slopes
    terms[1] = density_term(workspace.found, slopes[0, 0], slopes[0, 1])
    terms[2] = distance_term(loss.candidates, x, y, slopes[1, 0], slopes[1, 1])
    share = 1.0 / max(0.5 * x.size * (x.size - 1), 1.0)  # one point alone has no pair
    terms[3] = share * dispersion(circle[0], circle[1], x, y, share, slopes[2, 0], slopes[2, 1])


@kernel
def paper_steps(
    latents: np.ndarray,
    rates: np.ndarray,
    network: Network,
    loss: PaperLoss,
    workspace: PaperWorkspace,
    first_step: int,
    known: bool,
    terms: np.ndarray,
) -> tuple[int, int]:
    """Steps of training, until the latents are used up, a term is not finite, or a density is not known.

    Args:
        latents: z of each step, (S, N, 2).
        rates: learning rate of each step, (S,), or EVALUATE or POINTS (see ``kernels.terms``).
        first_step: number of the first step, from 0.
        known: in the first step the values for the points outside the table are already in ``workspace.found``.
        terms: L, L0, L1, L2 of each step, (S, 4).

    Returns:
        How many steps were completed, and how many points of the next one lie outside the table's window.
    """
    for s in range(latents.shape[0]):
        paper_points(latents[s], network, loss, workspace)
        if rates[s] == POINTS:
            continue
        outside = log_density(loss.density, workspace.points[0], workspace.points[1], workspace.found)
        if outside > 0 and not (known and s == 0):
            return s, outside
        paper_terms(network.values[:2], loss, workspace, terms[s])
        if not weighted_sum(terms[s], loss.lambda1, loss.lambda2):
            return s, 0
        if rates[s] != EVALUATE:
            move(network, workspace.slopes, loss.lambda1, loss.lambda2, loss.scale, rates[s], first_step + s)
    return latents.shape[0], 0
