"""Gaussian mixture by expectation maximisation (Dempster, Laird and Rubin, 1977)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.mixture import GaussianMixture

from bdsg.baselines.classical.library_baseline import LibraryBaseline, LibrarySettings
from bdsg.config.fields import setting


@dataclass(frozen=True)
class MixtureSettings(LibrarySettings, section="mixture"):
    """Defaults by the search of tests/bench/rivals.py."""

    modes: int = setting(12, "Most Gaussians; the Bayesian information criterion chooses.", 1, 100, symbol="K")
    starts: int = setting(1, "Fits from different starts, of which the best is kept.", 1, 100)


class Mixture(LibraryBaseline):
    """The score is the negative log density."""

    Settings = MixtureSettings

    def estimator(self, seed: int, modes: int = 1) -> Any:
        """Full covariances."""
        return GaussianMixture(modes, n_init=self.settings.starts, random_state=seed)

    def fitted(self, seed: int, x: np.ndarray) -> Any:
        """The fit with the lowest Bayesian information criterion (Schwarz, 1978)."""
        fits = [self.estimator(seed, modes).fit(x) for modes in range(1, self.settings.modes + 1)]
        return min(fits, key=lambda fit: float(fit.bic(x)))

    def sample(self, count: int, random: torch.Generator) -> np.ndarray:
        """Draw (count, d) points."""
        fitted = self._trained().set_params(random_state=self._seed(random))
        return self._in_data_units(fitted.sample(count)[0])
