"""A Gaussian mixture fitted to points: the closed form that stands in for data of unknown density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bdsg.data.mixture import GaussianMixture
from bdsg.errors import ConfigError
from bdsg.numerics.threads import limited_threads

MOST_MODES = 12
FITTED_POINTS = 4_000
"""A fit looks at no more points than this, drawn at random: more change little and take longer."""
LEAST_POINTS = 10
LARGEST = 1e140
"""Coordinates beyond this cannot be squared."""
LEAST_VARIANCE = 1e-4
"""Added to every variance, in units of the points' own: copies of one point must not make a spike."""


@dataclass(frozen=True)
class FittedMixture:
    """A mixture in scaled units: a point x of the file lies at (x − offset) / scale.

    Attributes:
        mixture: in units of the points' standard deviations.
        offset, scale: mean and standard deviation of each column, (2,) each, in the file's units.
        criterion: Bayesian information criterion for 1, 2, ... modes, of which the mixture has the lowest; or for
            the one number that was asked for.
    """

    mixture: GaussianMixture
    offset: np.ndarray
    scale: np.ndarray
    criterion: tuple[float, ...]

    def in_points_units(self) -> GaussianMixture:
        """The same mixture where the points lie: offset + scale · x."""
        means = self.offset + self.scale * self.mixture.means
        return GaussianMixture(self.mixture.weights, means, np.outer(self.scale, self.scale) * self.mixture.covariances)


def fit_mixture(points: np.ndarray, seed: int = 0, modes: int | None = None) -> FittedMixture:
    """The mixture of 1 to ``MOST_MODES`` Gaussians with the lowest Bayesian information criterion.

    Args:
        points: (n, d), finite.
        seed: of the choice of points and of the fits' starts.
        modes: how many Gaussians, if that is known.

    Raises:
        ConfigError: a column is constant or too large to be squared, or there are fewer than ten points for each of
            the ``modes``.
    """
    from sklearn.mixture import GaussianMixture as Fit  # takes half a second to load: only who uploads waits

    points = np.asarray(points, dtype=float)
    if len(points) < LEAST_POINTS:
        raise ConfigError("points", len(points), f"must be {LEAST_POINTS} or more: fewer tell of no density.")
    largest = float(np.abs(points).max())
    if largest > LARGEST:
        raise ConfigError("points", largest, f"must lie within ±{LARGEST:g}: choose another unit.")
    offset, scale = points.mean(axis=0), points.std(axis=0)
    if not (scale > 1e-12 * np.abs(points).max(axis=0)).all():
        raise ConfigError("points", scale.tolist(), "must vary in both columns: a constant has no density.")
    scaled = (points - offset) / scale
    if len(scaled) > FITTED_POINTS:
        scaled = np.random.default_rng(seed).choice(scaled, FITTED_POINTS, replace=False)
    most = min(MOST_MODES, len(scaled) // 10, len(np.unique(scaled, axis=0)))
    if modes is not None and not 1 <= modes <= most:
        raise ConfigError("modes", modes, f"must be 1 to {most} for {len(points)} points: ten or more for each.")
    counts = range(1, most + 1) if modes is None else (modes,)
    with limited_threads():
        fits = [Fit(count, reg_covar=LEAST_VARIANCE, random_state=seed).fit(scaled) for count in counts]
    criterion = tuple(float(fit.bic(scaled)) for fit in fits)
    best = fits[int(np.argmin(criterion))]
    covariances = (best.covariances_ + best.covariances_.transpose(0, 2, 1)) / 2
    return FittedMixture(GaussianMixture(best.weights_, best.means_, covariances), offset, scale, criterion)
