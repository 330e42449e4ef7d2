"""A Gaussian mixture for images: as many modes as it is told, with a ridge on every variance.

In dozens of dimensions the Bayesian information criterion, which chooses in the plane, counts the numbers of full
covariances so dear that it stops at a few modes; and without a ridge the last variances fall to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.mixture import GaussianMixture

from bdsg.baselines.classical.gaussian_mixture import Mixture, MixtureSettings
from bdsg.config.fields import setting


@dataclass(frozen=True)
class PixelMixtureSettings(MixtureSettings):
    """``modes`` is their number here."""

    ridge: float = setting(0.1, "Added to every variance, in units of the data's.", 1e-6, 10.0, log=True)


class PixelMixture(Mixture):
    """The score is the negative log density."""

    Settings = PixelMixtureSettings

    def estimator(self, seed: int, modes: int = 1) -> Any:
        """Full covariances."""
        told = self.settings
        return GaussianMixture(modes, n_init=told.starts, reg_covar=told.ridge, random_state=seed)

    def fitted(self, seed: int, x: np.ndarray) -> Any:
        """The one fit."""
        return self.estimator(seed, self.settings.modes).fit(x)
