"""Eq. 4's dispersion term and its gradient, in one pass over the pairs."""

from __future__ import annotations

import numpy as np

from bdsg.config.constants import SMALLEST_DISTANCE
from bdsg.numerics.numba_cache import kernel

_SMALLEST = np.float32(SMALLEST_DISTANCE**2)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@kernel
def dispersion(
    u: np.ndarray, v: np.ndarray, x: np.ndarray, y: np.ndarray, share: float, slope_x: np.ndarray, slope_y: np.ndarray
) -> np.float64:
    """Sum over the pairs of ‖z_i − z_j‖/‖B_i − B_j‖; its gradient times ``share`` is written to the slopes.

    Each point meets all others, so that its own sums stay in registers: half the pairs with a scattered
    gradient took longer.

    Args:
        u, v: coordinates of z as B sees it, (N,).
        x, y: coordinates of B(z), (N,).
    """
    total, weight = np.float64(0.0), np.float32(share)
    for i in range(x.size):
        ui, vi, xi, yi = u[i], v[i], x[i], y[i]
        row, pull_x, pull_y = _ZERO, _ZERO, _ZERO
        for j in range(x.size):
            du, dv, dx, dy = ui - u[j], vi - v[j], xi - x[j], yi - y[j]
            square = dx * dx + dy * dy
            inverse = _ONE / max(square, _SMALLEST)
            ratio = np.sqrt((du * du + dv * dv) * inverse)
            pull = ratio * inverse if square > _SMALLEST else _ZERO
            row += ratio
            pull_x += pull * dx
            pull_y += pull * dy
        total += row
        slope_x[i], slope_y[i] = -weight * pull_x, -weight * pull_y
    return 0.5 * total
