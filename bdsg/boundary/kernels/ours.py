"""Steps of our objective: each z has its place on a closed curve of the level set, known beforehand.

There is one level, or a range of them, of which each z of a batch then has its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.boundary.kernels.curves import angle_rows, around, curve_rows, sort_columns
from bdsg.boundary.kernels.density import Densities, Density, log_density
from bdsg.boundary.kernels.dispersion import dispersion
from bdsg.boundary.kernels.network import Network, forward
from bdsg.boundary.kernels.terms import EVALUATE, POINTS, move, weighted_sum
from bdsg.config.constants import LOG_RATIO_CAP, SMALLEST_DISTANCE
from bdsg.numerics.numba_cache import kernel

_ZERO, _ONE, _TWO = np.float32(0.0), np.float32(1.0), np.float32(2.0)
_CAP, _SMALLEST = np.float32(LOG_RATIO_CAP), np.float32(SMALLEST_DISTANCE)


class OurLoss(NamedTuple):
    """The branches and their places at each of n levels (see level_sets/level_tree.py), and the loss's settings.

    Attributes:
        edges: at each level the |z|² from which on the next branch is meant, (n, B).
        radii: of each branch's first circle in units of its ellipse, (B,).
        centres, axes, table, steepness: as in the tree.
        harmonics: highest multiple of the angle among the network's inputs.
        lowest, step: log ε* of the first level, and from one to the next.
        lambda1, lambda2: weights of the distance and of the dispersion.
        scale: (1, 1): the network's output is in units of the ellipses already; see ``terms.move``.
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
    scale: np.ndarray


class OurWorkspace(NamedTuple):
    """Workspace for a batch, its columns in the order of their branches, so that those of one lie together.

    Attributes:
        points: B(z), (2, N).
        local: in units of the branch's ellipse, (2, N).
        targets: the places that z stand for, likewise, (2, N).
        slopes: the gradients of L0, L1 and L2 in ``local``, (3, 2, N).
        positions: of each column's level in steps from the lowest, (N,).
        steepness: ‖∇ log p_g‖ at the places, (N,).
        centres, axes: of the ellipses, (N, 2) and (N, 2, 2).
        curves: the branch of each column, (N,).
        columns: of each z, (N,).
        starts: first column of each branch, and the end, (B + 1,).
    """

    found: Densities
    points: np.ndarray
    local: np.ndarray
    targets: np.ndarray
    slopes: np.ndarray
    positions: np.ndarray
    steepness: np.ndarray
    centres: np.ndarray
    axes: np.ndarray
    curves: np.ndarray
    columns: np.ndarray
    starts: np.ndarray


@kernel
def _choose_branches(z: np.ndarray, edges: np.ndarray, workspace: OurWorkspace) -> None:
    """Which branch each z means, by |z|², among those alive at the level nearest to its own; and the columns' order."""
    columns = workspace.columns
    for n in range(z.shape[0]):
        square, branch = z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1], 0
        row = edges[int(np.rint(z[n, 2]))]
        for k in range(row.size):
            branch += row[k] < square
        columns[n] = branch
    sort_columns(columns, workspace.curves, workspace.starts)
    for n in range(z.shape[0]):
        workspace.positions[columns[n]] = z[n, 2]


@kernel
def _find_places(cosines: np.ndarray, sines: np.ndarray, loss: OurLoss, workspace: OurWorkspace) -> None:
    """Ellipses, and the places between the two of the table that are next in angle, at the two levels around each."""
    last = loss.table.shape[0] - 1
    for n in range(workspace.curves.size):
        k, position = workspace.curves[n], workspace.positions[n]
        low = min(int(position), max(last - 1, 0))
        high, up = min(low + 1, last), position - np.float32(low)
        below, above, part = around(cosines[n], sines[n], loss.table.shape[2])
        for i in range(2):
            first, second = loss.centres[low, k, i], loss.centres[high, k, i]
            workspace.centres[n, i] = first + up * (second - first)
            for j in range(2):
                first, second = loss.axes[low, k, i, j], loss.axes[high, k, i, j]
                workspace.axes[n, i, j] = first + up * (second - first)
            a, b = loss.table[low, k, below, i], loss.table[low, k, above, i]
            c, d = loss.table[high, k, below, i], loss.table[high, k, above, i]
            first, second = a + part * (b - a), c + part * (d - c)
            workspace.targets[i, n] = first + up * (second - first)
        workspace.steepness[n] = loss.steepness[int(np.rint(position)), k, below]


@kernel
def our_points(z: np.ndarray, network: Network, loss: OurLoss, workspace: OurWorkspace) -> None:
    """B(z, ε), (N, 3) -> (2, N), into ``workspace.points`` by columns; the third of z is its level's position."""
    values, harmonics, branches = network.values, loss.harmonics, loss.radii.size
    _choose_branches(z, loss.edges, workspace)
    angle_rows(z, workspace.columns, values, harmonics)
    curve_rows(workspace.curves, branches, values, 2 * harmonics)
    if loss.table.shape[0] > 1:
        scale = _TWO / np.float32(loss.table.shape[0] - 1)
        for k in range(branches):
            here, scaled = values[2 * harmonics + k], values[2 * harmonics + branches + k]
            for n in range(workspace.curves.size):
                scaled[n] = here[n] * (scale * workspace.positions[n] - _ONE)
    _find_places(values[0], values[harmonics], loss, workspace)
    forward(network.widths, network.activation, network.weights, values, network.slopes)
    last = values.shape[0] - network.widths[-1]
    for n in range(z.shape[0]):
        radius, centre, axes = loss.radii[workspace.curves[n]], workspace.centres[n], workspace.axes[n]
        x = radius * values[0, n] + values[last, n]
        y = radius * values[harmonics, n] + values[last + 1, n]
        workspace.local[0, n], workspace.local[1, n] = x, y
        workspace.points[0, n] = centre[0] + axes[0, 0] * x + axes[0, 1] * y
        workspace.points[1, n] = centre[1] + axes[1, 0] * x + axes[1, 1] * y


@kernel
def our_terms(loss: OurLoss, workspace: OurWorkspace, terms: np.ndarray) -> None:
    """L0, L1, L2 into the last of ``terms`` (4,), and their gradients into ``workspace.slopes``."""
    found, slopes, local, targets = workspace.found, workspace.slopes, workspace.local, workspace.targets
    level, place = np.float64(0.0), np.float64(0.0)
    share = _ONE / np.float32(workspace.curves.size)
    for n in range(workspace.curves.size):
        axes = workspace.axes[n]
        off_x, off_y = local[0, n] - targets[0, n], local[1, n] - targets[1, n]
        x, y = axes[0, 0] * off_x + axes[0, 1] * off_y, axes[1, 0] * off_x + axes[1, 1] * off_y
        near = _ONE / (_ONE + (x * x + y * y) * workspace.steepness[n] * workspace.steepness[n])
        misfit = found.log_density[n] - np.float32(loss.lowest + loss.step * workspace.positions[n])
        within = max(min(misfit, _CAP), -_CAP)
        slope = share * near * (within + within)
        slope_x, slope_y = slope * found.slope_x[n], slope * found.slope_y[n]
        slopes[0, 0, n] = axes[0, 0] * slope_x + axes[1, 0] * slope_y
        slopes[0, 1, n] = axes[0, 1] * slope_x + axes[1, 1] * slope_y
        distance = np.sqrt(off_x * off_x + off_y * off_y)
        inverse = share / distance if distance > _SMALLEST else _ZERO
        slopes[1, 0, n], slopes[1, 1, n] = inverse * off_x, inverse * off_y
        level += near * within * (misfit + misfit - within)
        place += max(distance, _SMALLEST)
    terms[1], terms[2] = level * share, place * share
    terms[3] = _dispersion(workspace)


@kernel
def _dispersion(workspace: OurWorkspace) -> float:
    """L2 over the pairs within each branch; 0 where there is none."""
    pairs, total, starts = 0.0, 0.0, workspace.starts
    for k in range(starts.size - 1):
        count = starts[k + 1] - starts[k]
        pairs += 0.5 * count * (count - 1)
    share = 1.0 / max(pairs, 1.0)
    for k in range(starts.size - 1):
        a, b = starts[k], starts[k + 1]
        target_x, target_y = workspace.targets[0, a:b], workspace.targets[1, a:b]
        x, y, slopes = workspace.local[0, a:b], workspace.local[1, a:b], workspace.slopes[2]
        total += dispersion(target_x, target_y, x, y, share, slopes[0, a:b], slopes[1, a:b])
    return total * share


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
    """Like ``kernels.paper.paper_steps``, at the level that each z of (S, N, 3) comes with."""
    for s in range(latents.shape[0]):
        our_points(latents[s], network, loss, workspace)
        if rates[s] == POINTS:
            continue
        outside = log_density(loss.density, workspace.points[0], workspace.points[1], workspace.found)
        if outside > 0 and not (known and s == 0):
            return s, outside
        our_terms(loss, workspace, terms[s])
        if not weighted_sum(terms[s], loss.lambda1, loss.lambda2):
            return s, 0
        if rates[s] != EVALUATE:
            move(network, workspace.slopes, loss.lambda1, loss.lambda2, loss.scale, rates[s], first_step + s)
    return latents.shape[0], 0
