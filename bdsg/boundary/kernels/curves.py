"""z on closed curves: which column each has, the network's inputs, and the places next to an angle."""

from __future__ import annotations

import math

import numpy as np

from bdsg.numerics.numba_cache import kernel

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
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
