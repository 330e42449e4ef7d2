"""Boundary clustering (paper, eq. 7): which mode does each generated point belong to?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from bdsg.data.checks import finite
from bdsg.errors import BDSGError


@dataclass(frozen=True)
class Clustering:
    """How the boundary is shared among K modes.

    Attributes:
        shares: of the boundary points, the share that each mode gets, K numbers.
        mean_distance: mean distance from a boundary point to its nearest sample.
        mode_set_distance: shortest distance between samples of two different modes; None if one mode has them all.
    """

    shares: tuple[float, ...]
    mean_distance: float
    mode_set_distance: float | None


def nearest_modes(points: np.ndarray, data: np.ndarray, modes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 7: argmin_i min_j ‖B(z) − x_ij‖₂.

    Args:
        points: B(z), (n, d).
        data: samples of all modes, (M, d).
        modes: the mode that each sample came from, (M,) integers.

    Returns:
        For each point its mode, (n,), and the distance to the nearest sample, (n,).
    """
    distance, index = cKDTree(data).query(points)
    return modes[index], distance


def mode_set_distance(data: np.ndarray, modes: np.ndarray) -> float | None:
    """Shortest distance between samples of two different modes; None if there are fewer than two."""
    sets = [data[modes == mode] for mode in np.unique(modes)]
    if len(sets) < 2:
        return None
    trees = [cKDTree(points) for points in sets]
    shortest = math.inf
    for apart, i, j in _pairs_by_gap(trees):
        if apart >= shortest:  # the sets' boxes alone are farther apart, and so are all later ones
            break
        small, large = sorted((i, j), key=lambda index: len(sets[index]))
        distance, _ = trees[large].query(sets[small], distance_upper_bound=shortest)
        shortest = min(shortest, float(distance.min()))
    return shortest


def _pairs_by_gap(trees: list[cKDTree]) -> list[tuple[float, int, int]]:
    """Every pair of sets with the distance between their bounding boxes, closest first."""
    low = np.stack([tree.mins for tree in trees])
    high = np.stack([tree.maxes for tree in trees])
    first, second = np.triu_indices(len(trees), k=1)
    gaps = np.maximum(low[first] - high[second], low[second] - high[first])  # (pairs, d)
    apart = np.sqrt((np.clip(gaps, 0.0, None) ** 2).sum(1))
    order = np.argsort(apart, kind="stable")
    return [(float(apart[k]), int(first[k]), int(second[k])) for k in order]


def clustering(points: np.ndarray, data: np.ndarray, modes: np.ndarray) -> Clustering:
    """Share per mode, mean nearest distance, and the distance between the modes' sample sets.

    Arguments as for :func:`nearest_modes`; modes are numbered from 0, and one without samples gets the share 0.

    Raises:
        BDSGError: the labels are not one integer from 0 for each sample, or a number is not finite.
    """
    points, data, modes = np.asarray(points), np.asarray(data), np.asarray(modes)
    if modes.shape != (len(data),) or not np.issubdtype(modes.dtype, np.integer) or (modes < 0).any():
        raise BDSGError(
            f"data_modes has the shape {modes.shape}, but must be one integer from 0 for each of {len(data)} samples."
        )
    dim = data.shape[-1]
    points, data = finite("The boundary points", points, columns=dim), finite("The data", data, columns=dim)
    owners, distance = nearest_modes(points, data, modes)
    counts = np.bincount(owners, minlength=int(modes.max()) + 1)
    return Clustering(
        shares=tuple((counts / len(points)).tolist()),
        mean_distance=float(distance.mean()),
        mode_set_distance=mode_set_distance(data, modes),
    )
