"""What the steps of our objectives share: z on closed curves, each of which has a place for every angle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bdsg.boundary.kernels.dispersion import dispersion
from bdsg.boundary.loss_terms import LOG_RATIO_CAP, SMALLEST_DISTANCE
from bdsg.numerics.numba_cache import kernel

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_CAP = np.float32(LOG_RATIO_CAP)
_SMALLEST = np.float32(SMALLEST_DISTANCE)
_TURN = np.float32(1.0 / (2.0 * math.pi))


@kernel
def sort_columns(columns: np.ndarray, curves: np.ndarray, starts: np.ndarray) -> None:
    """Give every z a column, so that those of one curve lie together.

    Args:
        columns: the curve of each z, (N,); afterwards its column.
        curves: filled with the curve of each column, (N,).
        starts: filled with the first column of each curve, and the end, (K + 1,).
    """
    for k in range(starts.size):
        starts[k] = 0
    for n in range(columns.size):
        starts[columns[n]] += 1
    total = 0
    for k in range(starts.size):
        count = starts[k]
        starts[k] = total
        total += count
    for n in range(columns.size):
        curve = columns[n]
        column = starts[curve]
        columns[n], curves[column] = column, curve
        starts[curve] += 1
    for k in range(starts.size - 1, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0


@kernel
def angle_rows(z: np.ndarray, columns: np.ndarray, values: np.ndarray, harmonics: int) -> None:
    """cos mθ/√m and sin mθ/√m for m = 1 .. harmonics, one row each, from z of (N, 2 or more)."""
    for n in range(z.shape[0]):
        column = columns[n]
        length = max(np.sqrt(z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1]), np.float32(1e-12))
        values[0, column], values[harmonics, column] = z[n, 0] / length, z[n, 1] / length
    cosines, sines = values[0], values[harmonics]
    for m in range(1, harmonics):
        damping = np.float32(math.sqrt(m / (m + 1)))  # the row m is that of the multiple m + 1
        for n in range(values.shape[1]):
            real, imaginary = damping * values[m - 1, n], damping * values[harmonics + m - 1, n]
            values[m, n] = real * cosines[n] - imaginary * sines[n]
            values[harmonics + m, n] = real * sines[n] + imaginary * cosines[n]


@kernel
def curve_rows(curves: np.ndarray, count: int, values: np.ndarray, first: int) -> None:
    """The curve as one of ``count`` rows from ``first`` on: 1 in its own, 0 in the others."""
    for k in range(count):
        row = values[first + k]
        for n in range(curves.size):
            row[n] = _ONE if curves[n] == k else _ZERO


@kernel
def around(cosine: np.float32, sine: np.float32, count: int) -> tuple[int, int, np.float32]:
    """The two of ``count`` places around an angle, and how far it is from the one to the other."""
    turns = math.atan2(sine, cosine) * _TURN
    place = (turns if turns >= _ZERO else turns + _ONE) * np.float32(count)
    below = min(max(int(place), 0), count - 1)
    return below, (below + 1) % count, place - np.float32(below)


@kernel
def level_and_place(
    workspace: Any, n: int, axes: np.ndarray, log_level: float, weights: tuple[float, float]
) -> tuple[float, float]:
    """The cost of column n's level and its distance to its place; their weighted gradient goes into ``workspace.pull``.

    Args:
        workspace: with ``found``, ``local``, ``targets``, ``steepness`` and ``pull``.
        axes: of its ellipse, (2, 2).
        weights: of the two in the loss.
    """
    a, b, c, d = axes[0, 0], axes[0, 1], axes[1, 0], axes[1, 1]
    off_x, off_y = workspace.local[0, n] - workspace.targets[0, n], workspace.local[1, n] - workspace.targets[1, n]
    x, y = a * off_x + b * off_y, c * off_x + d * off_y
    share = _ONE / (_ONE + (x * x + y * y) * workspace.steepness[n] * workspace.steepness[n])
    misfit = workspace.found.log_density[n] - log_level
    within = max(min(misfit, _CAP), -_CAP)
    slope = weights[0] * share * (within + within)
    pull_x, pull_y = slope * workspace.found.slope_x[n], slope * workspace.found.slope_y[n]
    distance = np.sqrt(off_x * off_x + off_y * off_y)
    near = weights[1] / distance if distance > _SMALLEST else _ZERO
    workspace.pull[0, n] = a * pull_x + c * pull_y + near * off_x
    workspace.pull[1, n] = b * pull_x + d * pull_y + near * off_y
    return share * within * (misfit + misfit - within), max(distance, _SMALLEST)


@kernel
def component_dispersion(lambda2: float, workspace: Any) -> float:
    """L2 over the pairs within each curve; its weighted gradient is added to ``workspace.pull``."""
    pairs, total = 0.0, 0.0
    for k in range(workspace.starts.size - 1):
        count = workspace.starts[k + 1] - workspace.starts[k]
        pairs += 0.5 * count * (count - 1)
    if pairs == 0.0:
        return 0.0
    for k in range(workspace.starts.size - 1):
        a, b = workspace.starts[k], workspace.starts[k + 1]
        x, y, pull_x, pull_y = (
            workspace.local[0, a:b],
            workspace.local[1, a:b],
            workspace.pull[0, a:b],
            workspace.pull[1, a:b],
        )
        total += dispersion(workspace.targets[0, a:b], workspace.targets[1, a:b], x, y, lambda2 / pairs, pull_x, pull_y)
    return total / pairs
