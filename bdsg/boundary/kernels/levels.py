"""Steps of our objective for every ε: like ``ours``, but each z of a batch comes with a level of its own."""

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

_ONE, _TWO = np.float32(1.0), np.float32(2.0)


class LevelLoss(NamedTuple):
    """The branches and their places at each of n levels (see level_sets/level_tree.py), and the loss's settings.

    Attributes:
        edges: at each level the |z|² from which on the next branch is meant, (n, B − 1).
        radii: of each branch's first circle in units of its ellipse, (B,).
        lowest, step: log ε* of the first level, and from one to the next.
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
    lowest: float
    step: float
    lambda1: float
    lambda2: float


class LevelWorkspace(NamedTuple):
    """As ``kernels.ours.OurWorkspace``, and each column's position in steps from the lowest level, and its ellipse.

    Attributes:
        curves: the branch of each column, (N,).
        positions: (N,).
        centres, axes: between the two levels around the position, (N, 2) and (N, 2, 2).
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
    positions: np.ndarray
    centres: np.ndarray
    axes: np.ndarray


@kernel
def _choose_branches(z: np.ndarray, edges: np.ndarray, columns: np.ndarray) -> None:
    """Which branch each z means, by |z|², among those alive at the level nearest to its own."""
    for n in range(z.shape[0]):
        square, branch = z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1], 0
        for edge in edges[int(np.rint(z[n, 2]))]:
            branch += edge < square
        columns[n] = branch


@kernel
def _find_ellipses(loss: LevelLoss, workspace: LevelWorkspace) -> None:
    """Each column's ellipse at its level."""
    for n in range(workspace.curves.size):
        k, low = workspace.curves[n], min(int(workspace.positions[n]), loss.centres.shape[0] - 2)
        up = workspace.positions[n] - np.float32(low)
        for i in range(2):
            first, second = loss.centres[low, k, i], loss.centres[low + 1, k, i]
            workspace.centres[n, i] = first + up * (second - first)
            for j in range(2):
                first, second = loss.axes[low, k, i, j], loss.axes[low + 1, k, i, j]
                workspace.axes[n, i, j] = first + up * (second - first)


@kernel
def level_points(z: np.ndarray, network: Network, loss: LevelLoss, workspace: LevelWorkspace) -> None:
    """B(z, ε), (N, 3) -> (2, N), into ``workspace.points`` by columns; the third of z is its level's position."""
    values, harmonics, branches = network.values, loss.harmonics, loss.radii.size
    _choose_branches(z, loss.edges, workspace.columns)
    sort_columns(workspace.columns, workspace.curves, workspace.starts)
    for n in range(z.shape[0]):
        workspace.positions[workspace.columns[n]] = z[n, 2]
    angle_rows(z, workspace.columns, values, harmonics)
    curve_rows(workspace.curves, branches, values, 2 * harmonics)
    scale = _TWO / np.float32(loss.centres.shape[0] - 1)
    for k in range(branches):
        here, scaled = values[2 * harmonics + k], values[2 * harmonics + branches + k]
        for n in range(workspace.curves.size):
            scaled[n] = here[n] * (scale * workspace.positions[n] - _ONE)
    forward(network.widths, network.activation, network.weights, values, network.slopes)
    _find_ellipses(loss, workspace)
    last = values.shape[0] - network.widths[-1]
    for n in range(z.shape[0]):
        radius, centre, axes = loss.radii[workspace.curves[n]], workspace.centres[n], workspace.axes[n]
        x = radius * values[0, n] + values[last, n]
        y = radius * values[harmonics, n] + values[last + 1, n]
        workspace.local[0, n], workspace.local[1, n] = x, y
        workspace.points[0, n] = centre[0] + axes[0, 0] * x + axes[0, 1] * y
        workspace.points[1, n] = centre[1] + axes[1, 0] * x + axes[1, 1] * y


@kernel
def _find_targets(cosines: np.ndarray, sines: np.ndarray, loss: LevelLoss, workspace: LevelWorkspace) -> None:
    """The places between the two of the table that are next in angle and the two levels around."""
    for n in range(workspace.curves.size):
        below, above, part = around(cosines[n], sines[n], loss.table.shape[2])
        k, low = workspace.curves[n], min(int(workspace.positions[n]), loss.table.shape[0] - 2)
        up = workspace.positions[n] - np.float32(low)
        for axis in range(2):
            a, b = loss.table[low, k, below, axis], loss.table[low, k, above, axis]
            c, d = loss.table[low + 1, k, below, axis], loss.table[low + 1, k, above, axis]
            first, second = a + part * (b - a), c + part * (d - c)
            workspace.targets[axis, n] = first + up * (second - first)
        workspace.steepness[n] = loss.steepness[int(np.rint(workspace.positions[n])), k, below]


@kernel
def _level_and_place(loss: LevelLoss, workspace: LevelWorkspace, terms: np.ndarray) -> None:
    """L0 and L1 into ``terms``, and their weighted gradient into ``workspace.pull``."""
    level, place = np.float64(0.0), np.float64(0.0)
    share = _ONE / np.float32(workspace.curves.size)
    weights = (share, share * np.float32(loss.lambda1))
    for n in range(workspace.curves.size):
        log_level = np.float32(loss.lowest + loss.step * workspace.positions[n])
        own = level_and_place(workspace, n, workspace.axes[n], log_level, weights)
        level += own[0]
        place += own[1]
    terms[1], terms[2] = level * share, place * share


@kernel
def level_steps(
    latents: np.ndarray,
    rates: np.ndarray,
    network: Network,
    loss: LevelLoss,
    workspace: LevelWorkspace,
    first_step: int,
    known: bool,
    terms: np.ndarray,
) -> tuple[int, int]:
    """Like ``kernels.paper.paper_steps``, for our objective at the level that each z of (S, N, 3) comes with."""
    for s in range(latents.shape[0]):
        level_points(latents[s], network, loss, workspace)
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
