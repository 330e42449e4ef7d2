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
    others = np.unique(modes)[1:]
    shortest = math.inf
    for mode in others:
        distance, _ = cKDTree(data[modes == mode]).query(data[modes < mode], distance_upper_bound=shortest)
        shortest = min(shortest, float(distance.min()))
    return shortest if len(others) else None


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
