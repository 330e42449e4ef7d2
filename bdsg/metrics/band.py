"""The boundary band between two levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bdsg.errors import ConfigError


@dataclass(frozen=True)
class Band:
    """The boundary band δ <= p <= ε, both ends included.

    Attributes:
        epsilon, delta: densities per unit area, 0 < delta < epsilon.

    Raises:
        ConfigError: the levels are not two finite positive numbers in this order.
    """

    epsilon: float
    delta: float

    def __post_init__(self) -> None:
        if not 0 < self.epsilon < math.inf:
            raise ConfigError("epsilon", self.epsilon, "must be a finite density above 0, for example 0.01.")
        if not 0 < self.delta < self.epsilon:
            raise ConfigError(
                "delta", self.delta, f"must lie between 0 and epsilon, {self.epsilon:g}: try {self.epsilon / 10:g}."
            )

    @property
    def log_epsilon(self) -> float:
        """Natural log of ε."""
        return math.log(self.epsilon)

    @property
    def log_delta(self) -> float:
        """Natural log of δ."""
        return math.log(self.delta)

    @property
    def log_middle(self) -> float:
        """Natural log of √(δε), the level in the middle of the band."""
        return 0.5 * (self.log_delta + self.log_epsilon)

    def holds(self, log_density: np.ndarray) -> np.ndarray:
        """Which log densities lie in the band; a mask of the same shape."""
        inside: np.ndarray = (log_density >= self.log_delta) & (log_density <= self.log_epsilon)
        return inside
