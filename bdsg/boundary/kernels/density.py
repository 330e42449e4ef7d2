"""log p_g of the plane and its gradient: a Gaussian mixture, or a bicubic table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.numerics.numba_cache import exponential, kernel, logarithm

_ZERO, _ONE, _TWO, _THREE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(3.0)
_HALF, _OVERFLOW, _INFINITY = np.float32(0.5), np.float32(87.0), np.float32(np.inf)


class Density(NamedTuple):
    """The numbers of a mixture or of a table; what the other one needs is empty.

    Attributes:
        tabulated: which of the two it is.
        log_scales, means, whiteners: as in ``bdsg.data.mixture.mixture_log_prob``, (K,), (K, 2), (K, 2, 2).
        cells: the polynomial of each cell of the table, (n, m, 4, 4).
        low, high, steps: corners of the table's window and the size of a cell, (2,) each.
    """

    tabulated: bool
    log_scales: np.ndarray
    means: np.ndarray
    whiteners: np.ndarray
    cells: np.ndarray
    low: np.ndarray
    high: np.ndarray
    steps: np.ndarray


class Densities(NamedTuple):
    """log p_g in nats at each point and its gradient, (N,) each, and which points lie outside a table's window."""

    log_density: np.ndarray
    slope_x: np.ndarray
    slope_y: np.ndarray
    outside: np.ndarray
    scratch: np.ndarray


@kernel
def _mixture(density: Density, x: np.ndarray, y: np.ndarray, out: Densities) -> None:
    highest, total = out.log_density, out.scratch
    for n in range(x.size):
        highest[n] = -np.inf
        total[n], out.slope_x[n], out.slope_y[n] = _ZERO, _ZERO, _ZERO
    for k in range(density.log_scales.size):
        scale, mx, my = density.log_scales[k], density.means[k, 0], density.means[k, 1]
        a, b = density.whiteners[k, 0, 0], density.whiteners[k, 0, 1]
        c, d = density.whiteners[k, 1, 0], density.whiteners[k, 1, 1]
        for n in range(x.size):
            u, v = a * (x[n] - mx) + b * (y[n] - my), c * (x[n] - mx) + d * (y[n] - my)
            highest[n] = max(highest[n], scale - _HALF * (u * u + v * v))
    for k in range(density.log_scales.size):
        scale, mx, my = density.log_scales[k], density.means[k, 0], density.means[k, 1]
        a, b = density.whiteners[k, 0, 0], density.whiteners[k, 0, 1]
        c, d = density.whiteners[k, 1, 0], density.whiteners[k, 1, 1]
        for n in range(x.size):
            u, v = a * (x[n] - mx) + b * (y[n] - my), c * (x[n] - mx) + d * (y[n] - my)
            part = exponential(scale - _HALF * (u * u + v * v) - highest[n])
            total[n] += part
            out.slope_x[n] -= part * (a * u + c * v)
            out.slope_y[n] -= part * (b * u + d * v)
    for n in range(x.size):
        out.slope_x[n] /= total[n]
        out.slope_y[n] /= total[n]
        out.log_density[n] = highest[n] + logarithm(total[n])


@kernel
def _polynomial(cell: np.ndarray, s: np.float32, t: np.float32) -> tuple[np.float32, np.float32, np.float32]:
    """Σ cell[a, b] s^a t^b and its derivatives in s and t."""
    value, along_s, along_t = _ZERO, _ZERO, _ZERO
    for power in range(3, -1, -1):
        c0, c1, c2, c3 = cell[power, 0], cell[power, 1], cell[power, 2], cell[power, 3]
        along_s = along_s * s + value
        value = value * s + (((c3 * t + c2) * t + c1) * t + c0)
        along_t = along_t * s + ((_THREE * c3 * t + _TWO * c2) * t + c1)
    return value, along_s, along_t


@kernel
def _table(density: Density, x: np.ndarray, y: np.ndarray, out: Densities) -> int:
    low_x, low_y, high_x, high_y = density.low[0], density.low[1], density.high[0], density.high[1]
    step_x, step_y = density.steps[0], density.steps[1]
    last_x, last_y = density.cells.shape[0] - 1, density.cells.shape[1] - 1
    count = 0
    for n in range(x.size):
        if low_x <= x[n] <= high_x and low_y <= y[n] <= high_y:
            s, t = (x[n] - low_x) / step_x, (y[n] - low_y) / step_y
            i, j = min(int(s), last_x), min(int(t), last_y)
            s, t = s - np.float32(i), t - np.float32(j)
            value, along_s, along_t = _polynomial(density.cells[i, j], s, t)
            out.log_density[n] = value
            out.slope_x[n], out.slope_y[n] = along_s / step_x, along_t / step_y
        else:  # NaN too
            out.outside[count] = n
            count += 1
    return count


@kernel
def log_density(density: Density, x: np.ndarray, y: np.ndarray, out: Densities) -> int:
    """Fill ``out`` for points x, y (N,); returns how many lie outside the table's window.

    Those are listed first in ``out.outside``; their values are left as they were, for the model to fill in.
    """
    if density.tabulated:
        return _table(density, x, y, out)  # type: ignore[no-any-return]
    _mixture(density, x, y, out)
    return 0


@kernel
def density_term(found: Densities, slope_x: np.ndarray, slope_y: np.ndarray) -> np.float64:
    """L0 = mean_i p_g(B(z_i)) (eqs. 5, 6); its gradient is written to the slopes."""
    count = slope_x.size
    share = np.float32(1.0 / count)
    total = np.float64(0.0)
    for n in range(count):
        p = exponential(found.log_density[n])
        p = _INFINITY if found.log_density[n] > _OVERFLOW else p
        total += p
        slope_x[n] = share * p * found.slope_x[n]
        slope_y[n] = share * p * found.slope_y[n]
    return total / count
