"""Kernel density (Parzen, 1962) with a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn import neighbors

from bdsg.baselines.classical.library_baseline import LibraryBaseline, LibrarySettings
from bdsg.config.fields import setting

TOLERANCE = 1e-4
"""Relative error of the density that its search tree may leave."""


@dataclass(frozen=True)
class KernelDensitySettings(LibrarySettings, section="kernel_density"):
    """Default by the search of tests/bench/rivals.py."""

    bandwidth: float = setting(0.1, "Width of the kernel, in units of the data's spread.", 0.001, 10.0, log=True)


class KernelDensity(LibraryBaseline):
    """The score is the negative log density (eq. 1.2)."""

    Settings = KernelDensitySettings

    def estimator(self, seed: int) -> Any:
        """A search tree over the kernels."""
        return neighbors.KernelDensity(bandwidth=self.settings.bandwidth, rtol=TOLERANCE)

    def sample(self, count: int, random: torch.Generator) -> np.ndarray:
        """Draw (count, d) points."""
        return self._in_data_units(self._trained().sample(count, random_state=self._seed(random)))
