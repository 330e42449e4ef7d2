"""The nearest sample, exactly, from the few that can be nearest within a cell of a grid."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bdsg.config.constants import SMALLEST_DISTANCE
from bdsg.numerics.numba_cache import kernel

MARGIN = 0.5
"""How far the grid reaches beyond the samples, as a share of their box's longer side."""

MOST_CELLS = 256
"""A side; finer grids cost more to make than they save."""

MOST_ITEMS = 1 << 20
"""In all lists: where samples lie close together for the size of the grid, the lists stay long, and it coarse."""

_SLACK = 1e-3
"""Share of a cell by which it is taken larger than it is: single precision may put a point next door."""

_SMALLEST, _ZERO = np.float32(SMALLEST_DISTANCE**2), np.float32(0.0)


class Candidates(NamedTuple):
    """The samples that can be nearest to a point of each cell; the last list, for all beyond the grid, has them all.

    Attributes:
        low: the grid's corner, (2,).
        scale: cells per data unit, (2,).
        side: cells along each coordinate.
        starts: where each cell's list begins, and the end, (side² + 2,).
        x, y: the samples' coordinates, list after list.
    """

    low: np.ndarray
    scale: np.ndarray
    side: int
    starts: np.ndarray
    x: np.ndarray
    y: np.ndarray


def make_candidates(samples: np.ndarray) -> Candidates:
    """Lists for samples (M, 2)."""
    exact = samples.astype(np.float64)
    low, high = exact.min(0), exact.max(0)
    margin = MARGIN * float((high - low).max()) or 1.0
    low, size = low - margin, high - low + 2 * margin
    starts, items = np.array([0, len(exact)]), np.arange(len(exact))
    side, wanted = 1, 4 * math.sqrt(len(exact))
    while side < min(wanted, MOST_CELLS) and len(items) < MOST_ITEMS:
        side *= 2
        starts, items = _refine(exact, low, size / side, side, starts, items)
    starts = np.append(starts, starts[-1] + len(exact))
    chosen = np.ascontiguousarray(np.concatenate([samples[items], samples]).T, np.float32)
    return Candidates(low.astype(np.float32), (side / size).astype(np.float32), side, starts, chosen[0], chosen[1])


@kernel
def _refine(
    samples: np.ndarray, low: np.ndarray, size: np.ndarray, side: int, coarse_starts: np.ndarray, coarse: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lists of a grid of twice as many cells a side, from those of the coarse one.

    If s is the sample nearest to a cell's centre, r away, then no sample farther than r + 2h from the centre is
    nearest to any point of the cell, where h is half the cell's diagonal.
    """
    starts = np.zeros(side * side + 1, np.int64)
    items = np.empty(4 * coarse.size, coarse.dtype)
    diagonal = (1.0 + _SLACK) * math.hypot(size[0], size[1])
    for i in range(side):
        for j in range(side):
            parent, cell = (i // 2) * (side // 2) + j // 2, i * side + j
            cx, cy = low[0] + (i + 0.5) * size[0], low[1] + (j + 0.5) * size[1]
            family = coarse[coarse_starts[parent] : coarse_starts[parent + 1]]
            least = np.inf
            for m in family:
                least = min(least, (samples[m, 0] - cx) ** 2 + (samples[m, 1] - cy) ** 2)
            reach = (math.sqrt(least) + diagonal) ** 2
            end = starts[cell]
            for m in family:
                if (samples[m, 0] - cx) ** 2 + (samples[m, 1] - cy) ** 2 <= reach:
                    items[end] = m
                    end += 1
            starts[cell + 1] = end
    return starts, items[: starts[-1]].copy()


@kernel
def distance_term(
    candidates: Candidates, x: np.ndarray, y: np.ndarray, slope_x: np.ndarray, slope_y: np.ndarray
) -> np.float64:
    """L1 = mean_i min_j ‖B(z_i) − x_j‖ (eq. 4); its gradient is written to the slopes."""
    low_x, low_y, side = candidates.low[0], candidates.low[1], candidates.side
    scale_x, scale_y = candidates.scale[0], candidates.scale[1]
    share = np.float32(1.0 / x.size)
    total = np.float64(0.0)
    for n in range(x.size):
        i, j = (x[n] - low_x) * scale_x, (y[n] - low_y) * scale_y
        inside = 0.0 <= i < side and 0.0 <= j < side
        cell = int(i) * side + int(j) if inside else side * side
        least, dx, dy = np.float32(np.inf), x[n], y[n]
        for m in range(candidates.starts[cell], candidates.starts[cell + 1]):
            to_x, to_y = x[n] - candidates.x[m], y[n] - candidates.y[m]
            square = to_x * to_x + to_y * to_y
            if not square >= least:  # NaN too
                least, dx, dy = square, to_x, to_y
        distance = np.sqrt(max(least, _SMALLEST))
        total += distance
        inverse = share / distance if least > _SMALLEST else _ZERO
        slope_x[n], slope_y[n] = inverse * dx, inverse * dy
    return total / x.size
