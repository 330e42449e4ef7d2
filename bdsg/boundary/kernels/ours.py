"""Steps of our objective: each z has its place on a closed curve of the level set, known beforehand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.boundary.kernels.curves import (
    angle_rows,
    around,
    component_dispersion,
    curve_rows,
    level_and_place,
    sort_columns,
)
from bdsg.boundary.kernels.density import Densities, Density, log_density
from bdsg.boundary.kernels.network import Network, descend, forward
from bdsg.boundary.kernels.terms import finite, weighted_sum
from bdsg.numerics.numba_cache import kernel

_ONE = np.float32(1.0)


class OurLoss(NamedTuple):
    """The curves and their places (see ``bdsg.boundary.level_sets.parametrisation.Places``), and the loss's settings.

    Attributes:
        edges: |z|² from which on the next curve is meant, (K − 1,).
        radii: of each curve's first circle in units of its ellipse, (K,).
        harmonics: highest multiple of the angle among the network's inputs.
        log_level: log ε*.
        lambda1, lambda2: weights of the distance and of the dispersion.
    """

    density: Density
    edges: np.ndarray
    radii: np.ndarray
    centres: np.ndarray
    axes: np.ndarray
    table: np.ndarray
    steepness: np.ndarray
    harmonics: int
    log_level: float
    lambda1: float
    lambda2: float


class OurWorkspace(NamedTuple):
    """Workspace for a batch, its columns in the order of their curves, so that those of one lie together.

    Attributes:
        points: B(z), (2, N).
        local: in units of the curve's ellipse, (2, N).
        targets: the places that z stand for, likewise, (2, N).
        steepness: ‖∇ log p_g‖ there, (N,).
        pull: the loss's gradient in ``local``, (2, N).
        curves: of each column, (N,).
        columns: of each z, (N,).
        starts: first column of each curve, and the end, (K + 1,).
    """

    found: Densities
    points: np.ndarray
    local: np.ndarray
    targets: np.ndarray
    steepness: np.ndarray
    pull: np.ndarray
    curves: np.ndarray
    columns: np.ndarray
    starts: np.ndarray


@kernel
def _choose_curves(z: np.ndarray, edges: np.ndarray, columns: np.ndarray) -> None:
    """Which curve each z means, by |z|²."""
    for n in range(z.shape[0]):
        square, curve = z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1], 0
        for edge in edges:
            curve += edge < square
        columns[n] = curve


@kernel
def our_points(z: np.ndarray, network: Network, loss: OurLoss, workspace: OurWorkspace) -> None:
    """B(z), (N, 2) -> (2, N), into ``workspace.points`` by columns."""
    values, harmonics = network.values, loss.harmonics
    _choose_curves(z, loss.edges, workspace.columns)
    sort_columns(workspace.columns, workspace.curves, workspace.starts)
    angle_rows(z, workspace.columns, values, harmonics)
    curve_rows(workspace.curves, loss.radii.size, values, 2 * harmonics)
    forward(network.widths, network.activation, network.weights, values, network.slopes)
    last = values.shape[0] - network.widths[-1]
    for n in range(z.shape[0]):
        k = workspace.curves[n]
        x = loss.radii[k] * values[0, n] + values[last, n]
        y = loss.radii[k] * values[harmonics, n] + values[last + 1, n]
        workspace.local[0, n], workspace.local[1, n] = x, y
        workspace.points[0, n] = loss.centres[k, 0] + loss.axes[k, 0, 0] * x + loss.axes[k, 0, 1] * y
        workspace.points[1, n] = loss.centres[k, 1] + loss.axes[k, 1, 0] * x + loss.axes[k, 1, 1] * y


@kernel
def _find_targets(cosines: np.ndarray, sines: np.ndarray, loss: OurLoss, workspace: OurWorkspace) -> None:
    """The places on the curves, between the two of the table that are next in angle."""
    for n in range(workspace.curves.size):
        below, above, part = around(cosines[n], sines[n], loss.table.shape[1])
        k = workspace.curves[n]
        for axis in range(2):
            first, second = loss.table[k, below, axis], loss.table[k, above, axis]
            workspace.targets[axis, n] = first + part * (second - first)
        workspace.steepness[n] = loss.steepness[k, below]


@kernel
def _level_and_place(loss: OurLoss, workspace: OurWorkspace, terms: np.ndarray) -> None:
    """L0 and L1 into ``terms``, and their weighted gradient into ``workspace.pull``."""
    level, place = np.float64(0.0), np.float64(0.0)
    share = _ONE / np.float32(workspace.curves.size)
    weights, log_level = (share, share * np.float32(loss.lambda1)), np.float32(loss.log_level)
    for n in range(workspace.curves.size):
        own = level_and_place(workspace, n, loss.axes[workspace.curves[n]], log_level, weights)
        level += own[0]
        place += own[1]
    terms[1], terms[2] = level * share, place * share


@kernel
def our_steps(
    latents: np.ndarray,
    rates: np.ndarray,
    network: Network,
    loss: OurLoss,
    workspace: OurWorkspace,
    first_step: int,
    known: bool,
    terms: np.ndarray,
) -> tuple[int, int]:
    """Like ``kernels.paper.paper_steps``, for our objective."""
    for s in range(latents.shape[0]):
        our_points(latents[s], network, loss, workspace)
        outside = log_density(loss.density, workspace.points[0], workspace.points[1], workspace.found)
        if outside > 0 and not (known and s == 0):
            return s, outside
        _find_targets(network.values[0], network.values[loss.harmonics], loss, workspace)
        _level_and_place(loss, workspace, terms[s])
        terms[s, 3] = component_dispersion(loss.lambda2, workspace)
        weighted_sum(terms[s], loss.lambda1, loss.lambda2)
        if not finite(terms[s]):
            return s, 0
        if rates[s] >= 0.0:
            descend(network, workspace.pull, rates[s], first_step + s)
    return latents.shape[0], 0
