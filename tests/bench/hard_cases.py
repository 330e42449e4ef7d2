"""Mixtures that a boundary generator easily gets wrong, and the ε of each: nested, thin, curved, scattered, uneven."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np


class HardCase(NamedTuple):
    """A mixture in numbers and an ε (per unit area) at which it is hard."""

    mixture: dict[str, Any]
    epsilon: float


def round_modes(means: np.ndarray, variances: Any, weights: Any = 1.0) -> dict[str, Any]:
    """Covariance ``variances`` times I at each of the means (K, 2); one number stands for all modes."""
    spreads = np.broadcast_to(variances, len(means))
    return mixture(means, spreads[:, None, None] * np.eye(2), np.broadcast_to(weights, len(means)))


def ellipses(means: Any, axes: list[tuple[float, float, float]], weights: Any = 1.0) -> dict[str, Any]:
    """``axes``: the standard deviations along the long and the short axis, and the long one's angle in degrees."""
    covariances = []
    for long, short, degrees in axes:
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turn = np.array([[c, -s], [s, c]])
        covariances.append(turn @ np.diag([long**2, short**2]) @ turn.T)
    return mixture(means, covariances, np.broadcast_to(weights, len(covariances)))


def mixture(means: Any, covariances: Any, weights: np.ndarray) -> dict[str, Any]:
    """As a config has it; the weights are brought to sum to 1."""
    parts = {"weights": weights / weights.sum(), "means": np.asarray(means), "covariances": np.asarray(covariances)}
    return {name: part.tolist() for name, part in parts.items()}


def circle(count: int, radius: float) -> np.ndarray:
    """Points evenly around the origin, (count, 2)."""
    return _polar(radius, np.arange(count) * 2 * math.pi / count)


def _polar(radius: Any, angles: np.ndarray) -> np.ndarray:
    return np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])


def _core_in_ring() -> HardCase:
    means = np.concatenate([[[0, 0]], circle(16, 6)])
    return HardCase(round_modes(means, [0.6] + [0.7] * 16, np.array([0.3] + [0.7 / 16] * 16)), 0.002)


def _nested_rings() -> HardCase:
    means = np.concatenate([[[0, 0]], circle(24, 5), circle(48, 10)])
    weights = np.array([0.08] + [0.3 / 24] * 24 + [0.62 / 48] * 48)
    return HardCase(round_modes(means, [0.5] + [0.35] * 72, weights), 0.002)


def _crescents() -> HardCase:
    arc = _polar(3, np.linspace(0, math.pi, 12))
    return HardCase(round_modes(np.concatenate([arc, [3, 1] - arc * [-1, 1]]), 0.08), 0.01)


def _spiral() -> HardCase:
    angles = np.linspace(0, 4 * math.pi, 60)
    return HardCase(round_modes(_polar(1 + 0.42 * angles, angles), 0.12), 0.003)


def _needles() -> HardCase:
    axes = [(3, 0.14, 0), (1, 1, 0), (3, 0.1, 75), (3, 0.1, 110)]
    return HardCase(ellipses([(0, 0), (0, 4), (5, 1), (-5, 2)], axes), 0.005)


def _twelve() -> HardCase:
    """A dozen scattered modes, the heaviest twelve times the lightest."""
    return HardCase(round_modes(np.random.default_rng(3).uniform(-8, 8, (12, 2)), 0.35, np.arange(1.0, 13)), 0.002)


def _scales() -> HardCase:
    """One mode 25 times as wide as another."""
    means = np.array([(0, 0), (9, 0), (0, 9), (9, 9)])
    return HardCase(round_modes(means, [6.0, 0.01, 0.1, 1.0], np.array([0.8, 0.01, 0.05, 0.14])), 0.002)


def _lattice() -> HardCase:
    """Modes that just touch: one long winding border."""
    side = 1.75 * np.arange(5)
    return HardCase(round_modes(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2), 0.25), 0.006)


def _far() -> HardCase:
    """Large units, far from the origin."""
    axes = [(200, 60, 20), (100, 30, -60), (80, 80, 0)]
    means = [(4000, -3000), (4600, -2800), (4300, -2400)]
    return HardCase(ellipses(means, axes, np.array([0.5, 0.3, 0.2])), 2e-7)


def _thirty() -> HardCase:
    """Thirty modes of random place, shape and weight."""
    random = np.random.default_rng(11)
    means = random.uniform(-14, 14, (30, 2))
    axes = random.uniform((0.3, 0.15, 0), (1.3, 0.5, 180), (30, 3))
    return HardCase(ellipses(means, [tuple(row) for row in axes.tolist()], random.uniform(0.3, 2, 30)), 0.001)


HARD_CASES: dict[str, HardCase] = {
    "core_in_ring": _core_in_ring(),
    "nested_rings": _nested_rings(),
    "crescents": _crescents(),
    "spiral": _spiral(),
    "needles": _needles(),
    "twelve": _twelve(),
    "scales": _scales(),
    "lattice": _lattice(),
    "far": _far(),
    "thirty": _thirty(),
}
