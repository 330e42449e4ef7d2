"""Polylines: evenly spaced probes along them, and exact distances to them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from bdsg.config.constants import FEWEST_PROBES, PROBES
from bdsg.errors import BDSGError

_RUN = 32
"""Segments searched together: fewer make more circles to test, more make the circles coarser."""


@dataclass(frozen=True, eq=False)
class Probes:
    """Points spaced evenly along lines.

    Attributes:
        points: (n, 2).
        weights: the arc length that each stands for, (n,); they sum to the lines' total length.
        line: index of the line that each lies on, (n,).
    """

    points: np.ndarray
    weights: np.ndarray
    line: np.ndarray


def probes(lines: list[np.ndarray], total: int = PROBES, fewest: int = FEWEST_PROBES) -> Probes:
    """Sample each line at arc positions (i + ½)·length/n, n = max(fewest, total·length/all lengths, rounded).

    The weights undo what the minimum does to short lines: means over probes stay means over arc length.
    """
    lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines]
    whole = sum(lengths)
    points, weights, owners = [np.empty((0, 2))], [np.empty(0)], [np.empty(0, dtype=int)]
    for index, (line, length) in enumerate(zip(lines, lengths, strict=True)):
        count = max(fewest, math.floor(total * length / whole + 0.5))
        points.append(_along(line, (np.arange(count) + 0.5) * (length / count)))
        weights.append(np.full(count, length / count))
        owners.append(np.full(count, index))
    return Probes(np.concatenate(points), np.concatenate(weights), np.concatenate(owners))


def _along(line: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Points of a polyline at given arc positions, (n,) -> (n, 2)."""
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    return np.column_stack([np.interp(positions, arc, line[:, 0]), np.interp(positions, arc, line[:, 1])])


def distance_to_lines(points: np.ndarray, lines: list[np.ndarray]) -> np.ndarray:
    """Exact Euclidean distance from each point to the nearest segment of any line.

    The segment with the nearest middle gives an upper bound.  Runs of neighbouring segments, each in a circle,
    are then searched for only those points that the circle might be nearer to than the bound.

    Args:
        points: (n, 2).
        lines: at least one polyline, each (m, 2), m > 1.

    Returns:
        (n,), in the unit of the coordinates.

    Raises:
        BDSGError: there is no line.
    """
    if not lines:
        raise BDSGError("There are 0 contour lines, but a distance needs at least 1: lower the level below the peak.")
    runs = [run for line in lines for run in _runs(line)]
    starts = np.concatenate([run[:-1] for run in runs])
    steps = np.concatenate([np.diff(run, axis=0) for run in runs])
    _, closest = cKDTree(starts + 0.5 * steps).query(points)
    nearest = _to_segments(points, starts[closest, None], steps[closest, None])
    for run in runs:
        centre = 0.5 * (run.min(0) + run.max(0))
        reach = np.sqrt(((run - centre) ** 2).sum(1).max())
        rows = np.flatnonzero(np.sqrt(((points - centre) ** 2).sum(1)) - reach < nearest)
        if rows.size:
            found = _to_segments(points[rows], run[None, :-1], np.diff(run, axis=0)[None])
            nearest[rows] = np.minimum(nearest[rows], found)
    return nearest


def _runs(line: np.ndarray) -> list[np.ndarray]:
    """The line in pieces of at most ``_RUN`` segments; neighbours share a vertex."""
    return [line[begin : begin + _RUN + 1] for begin in range(0, len(line) - 1, _RUN)]


def _to_segments(points: np.ndarray, starts: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Distance from each point to the nearest of its k segments; (n, 2), (n or 1, k, 2) twice -> (n,).

    The arrays of n·k numbers are reused, which halves the time.
    """
    step_x, step_y = steps[..., 0], steps[..., 1]
    squared = np.maximum(step_x * step_x + step_y * step_y, np.finfo(float).tiny)
    off_x = points[:, 0, None] - starts[..., 0]  # (n, k)
    off_y = points[:, 1, None] - starts[..., 1]
    share = off_x * (step_x / squared)
    share += off_y * (step_y / squared)
    np.minimum(np.maximum(share, 0.0, out=share), 1.0, out=share)
    off_x -= share * step_x
    off_y -= np.multiply(share, step_y, out=share)
    off_x *= off_x
    off_y *= off_y
    off_x += off_y
    shortest: np.ndarray = np.sqrt(off_x.min(1))
    return shortest
