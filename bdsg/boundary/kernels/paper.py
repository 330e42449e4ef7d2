"""Steps of eq. 4: latents in, descended weights and the terms of every step out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.boundary.kernels.density import Densities, Density, density_term, log_density
from bdsg.boundary.kernels.dispersion import dispersion
from bdsg.boundary.kernels.nearest import Candidates, distance_term
from bdsg.boundary.kernels.network import Network, descend, forward
from bdsg.boundary.kernels.terms import finite, weighted_sum
from bdsg.numerics.numba_cache import kernel


class PaperLoss(NamedTuple):
    """What eq. 4 needs besides the network.

    Attributes:
        centre, spread: B(z) = centre + spread · network, (2,) each.
        lambda1, lambda2: weights of the distance and of the dispersion.
    """

    density: Density
    candidates: Candidates
    centre: np.ndarray
    spread: np.ndarray
    lambda1: float
    lambda2: float


class PaperWorkspace(NamedTuple):
    """Workspace for a batch.

    Attributes:
        points, pull: B(z), and the loss's gradient in the network's output, (2, N) each.
        columns: of each z, (N,): here the n-th of the n-th.
    """

    found: Densities
    points: np.ndarray
    pull: np.ndarray
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
            workspace.points[axis, n] = loss.centre[axis] + loss.spread[axis] * network.values[last + axis, n]


@kernel
def paper_terms(network: Network, loss: PaperLoss, workspace: PaperWorkspace, terms: np.ndarray) -> None:
    """L, L0, L1, L2 of eq. 4 into ``terms`` (4,), and the gradient into ``workspace.pull``."""
    x, y, pull_x, pull_y = workspace.points[0], workspace.points[1], workspace.pull[0], workspace.pull[1]
    u, v = network.values[0, : x.size], network.values[1, : x.size]
    terms[1] = density_term(workspace.found, 1.0, pull_x, pull_y)
    terms[2] = distance_term(loss.candidates, x, y, loss.lambda1, pull_x, pull_y)
    pairs = 0.5 * x.size * (x.size - 1)
    terms[3] = dispersion(u, v, x, y, loss.lambda2 / pairs, pull_x, pull_y) / pairs
    for axis in range(2):
        for n in range(x.size):
            workspace.pull[axis, n] *= loss.spread[axis]
    weighted_sum(terms, loss.lambda1, loss.lambda2)


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
        rates: learning rate of each step, (S,); a negative one evaluates the terms and does not descend.
        first_step: number of the first step, from 0.
        known: in the first step the values for the points outside the table are already in ``workspace.found``.
        terms: L, L0, L1, L2 of each step, (S, 4).

    Returns:
        How many steps were completed, and how many points of the next one lie outside the table's window.
    """
    for s in range(latents.shape[0]):
        paper_points(latents[s], network, loss, workspace)
        outside = log_density(loss.density, workspace.points[0], workspace.points[1], workspace.found)
        if outside > 0 and not (known and s == 0):
            return s, outside
        paper_terms(network, loss, workspace, terms[s])
        if not finite(terms[s]):
            return s, 0
        if rates[s] >= 0.0:
            descend(network, workspace.pull, rates[s], first_step + s)
    return latents.shape[0], 0
