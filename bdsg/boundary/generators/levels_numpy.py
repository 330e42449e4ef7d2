"""B(z, ε) without PyTorch: what a run keeps of a generator for every ε, evaluated with NumPy."""

from __future__ import annotations

import math

import numpy as np

from bdsg.errors import ConfigError
from bdsg.runs.result import Arrays, RunArrays


class LevelBoundary:
    """B(z, ε) from the arrays of ``LevelGenerator.export`` (levels.py), which says what they hold."""

    def __init__(self, exported: Arrays) -> None:
        self._logs, self._edges = exported["log_epsilons"].astype(float), exported["edges"]
        self._centres, self._axes, self._radii = (exported[name] for name in ("centres", "axes", "radii"))
        count = sum(name.startswith("weight_") for name in exported)
        self._layers = [(exported[f"weight_{i}"], exported[f"bias_{i}"]) for i in range(count)]

    @classmethod
    def of_run(cls, arrays: RunArrays) -> LevelBoundary | None:
        """That of a run; None where B was trained for one ε."""
        return cls(arrays.level) if arrays.level else None

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest ε."""
        return math.exp(self._logs[0]), math.exp(self._logs[-1])

    def levels(self, count: int) -> list[float]:
        """``count`` values of ε from one end of the range to the other, in equal factors."""
        inner = np.linspace(self._logs[0] + 1e-6, self._logs[-1] - 1e-6, count)
        return [float(level) for level in np.exp(inner)]

    def clamp(self, epsilon: float) -> float:
        """The value of the range that is nearest to ε."""
        low, high = self.range
        return min(max(epsilon, low), high)

    def points(self, z: np.ndarray, epsilon: float) -> np.ndarray:
        """B(z, ε), (n, 2) -> (n, 2).

        Raises:
            ConfigError: ε is out of range.
        """
        position = self._position(epsilon)
        z = z.astype(float)
        circle = z / np.linalg.norm(z, axis=1, keepdims=True)
        share = np.maximum(-np.expm1(-0.5 * (z * z).sum(1)), 1e-7)
        branches = np.searchsorted(self._edges[round(position)], share)
        local = self._radii[branches, None] * circle + self._offsets(circle, branches, position)
        low = min(int(position), len(self._logs) - 2)
        up = position - low
        centres, axes = ((1 - up) * part[low] + up * part[low + 1] for part in (self._centres, self._axes))
        found: np.ndarray = centres[branches] + (axes[branches] @ local[:, :, None])[:, :, 0]
        return found

    def _position(self, epsilon: float) -> float:
        """ε in units of the steps from level to level."""
        last = len(self._logs) - 1
        found = last * (math.log(epsilon) - self._logs[0]) / (self._logs[-1] - self._logs[0])
        if not -1e-5 <= found <= last + 1e-5:
            low, high = self.range
            raise ConfigError(
                "epsilon", epsilon, f"must lie between {low:.3g} and {high:.3g}, which B was trained for."
            )
        return float(min(max(found, 0.0), last))

    def _offsets(self, circle: np.ndarray, branches: np.ndarray, position: float) -> np.ndarray:
        """The network: from cos mθ/√m, sin mθ/√m, the branch as one of B, and that times the level."""
        kinds = self._edges.shape[1]
        harmonics = (self._layers[0][0].shape[1] - 2 * kinds) // 2
        multiples = np.arange(1, harmonics + 1)
        angles = np.arctan2(circle[:, 1], circle[:, 0])[:, None] * multiples
        one_hot = np.eye(kinds)[branches]
        level = 2 * position / (len(self._logs) - 1) - 1
        parts = [np.cos(angles) / multiples**0.5, np.sin(angles) / multiples**0.5, one_hot, level * one_hot]
        values = np.concatenate(parts, axis=1)
        for number, (weight, bias) in enumerate(self._layers):
            if number:
                values = values / (1 + np.exp(-values))
            values = values @ weight.T + bias
        return values
