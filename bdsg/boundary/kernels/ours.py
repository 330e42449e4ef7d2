"""Steps of our objective: each z has its place on a closed curve of the level set, known beforehand."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bdsg.boundary.kernels.density import Densities, Density, log_density
from bdsg.boundary.kernels.dispersion import dispersion
from bdsg.boundary.kernels.network import Network, descend, forward
from bdsg.boundary.kernels.terms import finite, weighted_sum
from bdsg.boundary.losses import LOG_RATIO_CAP, SMALLEST_DISTANCE
from bdsg.compiled import kernel

_ZERO, _ONE, _TWO = np.float32(0.0), np.float32(1.0), np.float32(2.0)
_CAP = np.float32(LOG_RATIO_CAP)
_SMALLEST = np.float32(SMALLEST_DISTANCE)
_TURN = np.float32(1.0 / (2.0 * math.pi))


class OurLoss(NamedTuple):
    """The curves and their places (see ``bdsg.boundary.places.Places``), and the loss's settings.

    Attributes:
        edges: |z|² from which on the next curve is meant, (K − 1,).
        radii: of each curve's first circle in units of its ellipse, (K,).
        harmonics: highest multiple of the angle among the network's inputs.
        log_level: log ε*.
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
    log_level: float
    lambda1: float
    lambda2: float


class OurRoom(NamedTuple):
    """Room for a batch, its columns in the order of their curves, so that those of one lie together.

    Attributes:
        points: B(z), (2, N).
        local: in units of the curve's ellipse, (2, N).
        targets: the places that z stand for, likewise, (2, N).
        steepness: ‖∇ log p_g‖ there, (N,).
        pull: the loss's gradient in ``local``, (2, N).
        curves: of each column, (N,).
        columns: of each z, (N,).
        starts: first column of each curve, and the end, (K + 1,).
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


@kernel
def _sort_by_curve(z: np.ndarray, edges: np.ndarray, room: OurRoom) -> None:
    """Which curve each z means, by |z|², and its column."""
    starts = room.starts
    for k in range(starts.size):
        starts[k] = 0
    for n in range(z.shape[0]):
        square, curve = z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1], 0
        for edge in edges:
            curve += edge < square
        room.columns[n] = curve  # until its column is known
        starts[curve] += 1
    total = 0
    for k in range(starts.size):
        count = starts[k]
        starts[k] = total
        total += count
    for n in range(z.shape[0]):
        curve = room.columns[n]
        column = starts[curve]
        room.columns[n], room.curves[column] = column, curve
        starts[curve] += 1
    for k in range(starts.size - 1, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0


@kernel
def _features(harmonics: int, curves: int, room: OurRoom, values: np.ndarray) -> None:
    """cos mθ/√m, sin mθ/√m and the curve, one row each, from cos θ and sin θ in the rows 0 and ``harmonics``."""
    cosines, sines = values[0], values[harmonics]
    for m in range(1, harmonics):
        damping = np.float32(math.sqrt(m / (m + 1)))  # the row m is that of the multiple m + 1
        for n in range(values.shape[1]):
            real, imaginary = damping * values[m - 1, n], damping * values[harmonics + m - 1, n]
            values[m, n] = real * cosines[n] - imaginary * sines[n]
            values[harmonics + m, n] = real * sines[n] + imaginary * cosines[n]
    for k in range(curves):
        row = values[2 * harmonics + k]
        for n in range(room.curves.size):
            row[n] = _ONE if room.curves[n] == k else _ZERO


@kernel
def our_points(z: np.ndarray, network: Network, loss: OurLoss, room: OurRoom) -> None:
    """B(z), (N, 2) -> (2, N), into ``room.points`` by columns."""
    values, harmonics = network.values, loss.harmonics
    _sort_by_curve(z, loss.edges, room)
    for n in range(z.shape[0]):
        column = room.columns[n]
        length = max(np.sqrt(z[n, 0] * z[n, 0] + z[n, 1] * z[n, 1]), np.float32(1e-12))
        values[0, column], values[harmonics, column] = z[n, 0] / length, z[n, 1] / length
    _features(harmonics, loss.radii.size, room, values)
    forward(network.widths, network.activation, network.weights, values, network.slopes)
    last = values.shape[0] - network.widths[-1]
    for n in range(z.shape[0]):
        k = room.curves[n]
        x = loss.radii[k] * values[0, n] + values[last, n]
        y = loss.radii[k] * values[harmonics, n] + values[last + 1, n]
        room.local[0, n], room.local[1, n] = x, y
        room.points[0, n] = loss.centres[k, 0] + loss.axes[k, 0, 0] * x + loss.axes[k, 0, 1] * y
        room.points[1, n] = loss.centres[k, 1] + loss.axes[k, 1, 0] * x + loss.axes[k, 1, 1] * y


@kernel
def _find_targets(cosines: np.ndarray, sines: np.ndarray, loss: OurLoss, room: OurRoom) -> None:
    """The places on the curves, between the two of the table that are next in angle."""
    count = loss.table.shape[1]
    for n in range(room.curves.size):
        turns = math.atan2(sines[n], cosines[n]) * _TURN
        place = (turns if turns >= _ZERO else turns + _ONE) * np.float32(count)
        below = min(max(int(place), 0), count - 1)
        above, part, k = (below + 1) % count, place - np.float32(below), room.curves[n]
        for axis in range(2):
            first, second = loss.table[k, below, axis], loss.table[k, above, axis]
            room.targets[axis, n] = first + part * (second - first)
        room.steepness[n] = loss.steepness[k, below]


@kernel
def _level_and_place(loss: OurLoss, room: OurRoom, terms: np.ndarray) -> None:
    """L0 and L1 into ``terms``, and their weighted gradient into ``room.pull``."""
    level, place = np.float64(0.0), np.float64(0.0)
    log_level, share = np.float32(loss.log_level), _ONE / np.float32(room.curves.size)
    share1 = share * np.float32(loss.lambda1)
    for n in range(room.curves.size):
        k = room.curves[n]
        a, b, c, d = loss.axes[k, 0, 0], loss.axes[k, 0, 1], loss.axes[k, 1, 0], loss.axes[k, 1, 1]
        off_x, off_y = room.local[0, n] - room.targets[0, n], room.local[1, n] - room.targets[1, n]
        x, y = a * off_x + b * off_y, c * off_x + d * off_y
        weight = _ONE / (_ONE + (x * x + y * y) * room.steepness[n] * room.steepness[n])
        misfit = room.found.log_density[n] - log_level
        within = max(min(misfit, _CAP), -_CAP)
        level += weight * within * (misfit + misfit - within)
        slope = share * weight * (within + within)
        pull_x, pull_y = slope * room.found.slope_x[n], slope * room.found.slope_y[n]
        distance = np.sqrt(off_x * off_x + off_y * off_y)
        place += max(distance, _SMALLEST)
        near = share1 / distance if distance > _SMALLEST else _ZERO
        room.pull[0, n] = a * pull_x + c * pull_y + near * off_x
        room.pull[1, n] = b * pull_x + d * pull_y + near * off_y
    terms[1], terms[2] = level * share, place * share


@kernel
def _component_dispersion(lambda2: float, room: OurRoom) -> float:
    """L2 over the pairs within each curve; its weighted gradient is added to ``room.pull``."""
    pairs, total = 0.0, 0.0
    for k in range(room.starts.size - 1):
        count = room.starts[k + 1] - room.starts[k]
        pairs += 0.5 * count * (count - 1)
    if pairs == 0.0:
        return 0.0
    for k in range(room.starts.size - 1):
        a, b = room.starts[k], room.starts[k + 1]
        x, y, pull_x, pull_y = room.local[0, a:b], room.local[1, a:b], room.pull[0, a:b], room.pull[1, a:b]
        total += dispersion(room.targets[0, a:b], room.targets[1, a:b], x, y, lambda2 / pairs, pull_x, pull_y)
    return total / pairs


@kernel
def our_steps(
    latents: np.ndarray,
    rates: np.ndarray,
    network: Network,
    loss: OurLoss,
    room: OurRoom,
    first_step: int,
    known: bool,
    terms: np.ndarray,
) -> tuple[int, int]:
    """Like ``kernels.paper.paper_steps``, for our objective."""
    for s in range(latents.shape[0]):
        our_points(latents[s], network, loss, room)
        outside = log_density(loss.density, room.points[0], room.points[1], room.found)
        if outside > 0 and not (known and s == 0):
            return s, outside
        _find_targets(network.values[0], network.values[loss.harmonics], loss, room)
        _level_and_place(loss, room, terms[s])
        terms[s, 3] = _component_dispersion(loss.lambda2, room)
        weighted_sum(terms[s], loss.lambda1, loss.lambda2)
        if not finite(terms[s]):
            return s, 0
        if rates[s] >= 0.0:
            descend(network, room.pull, rates[s], first_step + s)
    return latents.shape[0], 0
