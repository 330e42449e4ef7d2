"""Gaussian mixtures in any dimension: the closed form that everything else is measured against."""

from __future__ import annotations

import functools
import json
import math
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from bdsg.config import DataConfig, ExperimentConfig, MixtureConfig
from bdsg.config.fields import parse_json
from bdsg.errors import ConfigError

MAX_MODES = 100
MAX_DIMENSION = 784
LARGEST_COORDINATE = 1e9
VARIANCES = (1e-20, 1e18)
_ROUNDING = 1e-13
"""Weights that sum to 1 this closely are left as they are."""

_CLIMBS, _LEAST_CLIMB = 200, 1e-12
"""Most iterations of the search for the peak, and the rise in nats below which it ends."""

_SMALLEST_RATIO = 1e-10
"""A covariance whose eigenvalues span more than this is singular in floating point."""


def mixture_log_prob(xp: Any, x: Any, log_scales: Any, means: Any, whiteners: Any) -> Any:
    """Log density of a mixture: log Σ_k exp(log_scales_k − ½‖W_k (x − μ_k)‖²).

    Written once for NumPy and PyTorch: ``xp`` is the module ``numpy`` or ``torch``.

    Args:
        x: points, (n, d).
        log_scales: log of weight times normalising constant, (K,).
        means: (K, d).
        whiteners: W_k with W_kᵀ W_k = Σ_k⁻¹, (K, d, d).

    Returns:
        Natural-log density, (n,).
    """
    offsets = x[None, :, :] - means[:, None, :]  # (K, n, d)
    white = offsets @ xp.swapaxes(whiteners, 1, 2)  # (K, n, d)
    terms = log_scales[:, None] - 0.5 * (white * white).sum(-1)  # (K, n)
    highest = xp.amax(terms, 0)
    return highest + xp.log(xp.exp(terms - highest[None, :]).sum(0))


class GaussianMixture:
    """Σ_k w_k N(μ_k, Σ_k) with full covariances.

    Args:
        weights: (K,), positive; they must sum to 1.
        means: (K, d).
        covariances: (K, d, d), symmetric and positive definite.

    Raises:
        ConfigError: the numbers do not describe a mixture.
    """

    def __init__(self, weights: Any, means: Any, covariances: Any) -> None:
        self.weights = _array("data.mixture.weights", weights, 1)
        self.means = _array("data.mixture.means", means, 2)
        self.covariances = _array("data.mixture.covariances", covariances, 3)
        self._check_shapes()
        self._check_sizes()
        self._check_weights()
        total = self.weights.sum()
        if abs(total - 1) > _ROUNDING:  # weights that sum to 1 already keep their bits through JSON and back
            self.weights = self.weights / total
        self.factors = np.stack([_cholesky(k, cov) for k, cov in enumerate(self.covariances)])
        identity = np.eye(self.dim)
        self.whiteners = np.stack([solve_triangular(f, identity, lower=True) for f in self.factors])
        log_norms = np.log(np.diagonal(self.factors, axis1=1, axis2=2)).sum(1)
        self.log_scales = np.log(self.weights) - log_norms - 0.5 * self.dim * math.log(2 * math.pi)

    @property
    def dim(self) -> int:
        """Number of coordinates of a point, d."""
        return int(self.means.shape[1])

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Natural-log density at the points ``x`` of shape (n, d); shape (n,)."""
        points = np.asarray(x, dtype=float)
        log_density: np.ndarray = mixture_log_prob(np, points, self.log_scales, self.means, self.whiteners)
        return log_density

    def sample(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """Draw ``count`` points, (count, d)."""
        return self.sample_with_modes(count, generator)[0]

    def sample_with_modes(self, count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw points (count, d) and the mode that each came from, (count,) int64."""
        modes = generator.choice(len(self.weights), size=count, p=self.weights)
        noise = generator.standard_normal((count, self.dim))
        points = self.means[modes] + np.einsum("nij,nj->ni", self.factors[modes], noise)
        return points, modes.astype(np.int64)

    def entropy(self) -> float:
        """Entropy in nats, by a mean over 100,000 samples, the same each time: right to about 0.003 in the plane."""
        return -float(self.log_prob(self.sample(100_000, np.random.default_rng(0))).mean())

    def peak(self) -> float:
        """Log density at the highest mode.

        Modes that overlap add up between the means, so it climbs from each mean by the fixed-point
        iteration of Carreira-Perpiñán (2000, section 3): x ← (Σ_k r_k Σ_k⁻¹)⁻¹ Σ_k r_k Σ_k⁻¹ μ_k,
        where r_k is the responsibility of mode k for x.
        """
        precisions = np.swapaxes(self.whiteners, 1, 2) @ self.whiteners  # (K, d, d)
        pulls = (precisions @ self.means[:, :, None])[:, :, 0]  # (K, d)
        points, log_density = self.means, self.log_prob(self.means)  # (n, d), (n,) with n = K
        for _ in range(_CLIMBS):
            shares = self._responsibilities(points)  # (n, K)
            weighted = np.tensordot(shares, precisions, axes=1)  # (n, d, d)
            points = np.linalg.solve(weighted, (shares @ pulls)[:, :, None])[:, :, 0]
            before, log_density = log_density, self.log_prob(points)
            if (log_density - before).max() < _LEAST_CLIMB:
                break
        return float(log_density.max())

    def box(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """A box that holds the whole level set {p >= level}: its low and high corners, each (d,).

        Outside the ellipsoid where w_k N_k < level/K every component adds less than level/K.
        """
        radius2 = 2 * (self.log_scales - math.log(level / len(self.weights)))
        radius = np.sqrt(np.clip(radius2, 0.0, None))
        spread = np.sqrt(np.diagonal(self.covariances, axis1=1, axis2=2)) * radius[:, None]
        return (self.means - spread).min(0), (self.means + spread).max(0)

    def to_config(self) -> MixtureConfig:
        """The numbers as a config section."""
        return MixtureConfig(
            tuple(self.weights.tolist()),
            tuple(map(tuple, self.means.tolist())),
            tuple(tuple(map(tuple, rows)) for rows in self.covariances.tolist()),
        )

    def to_json(self) -> str:
        """JSON with the keys weights, means and covariances."""
        numbers = {"weights": self.weights, "means": self.means, "covariances": self.covariances}
        return json.dumps({name: array.tolist() for name, array in numbers.items()})

    @classmethod
    def from_json(cls, text: str) -> GaussianMixture:
        """Inverse of :meth:`to_json`.

        Raises:
            ConfigError: not JSON, or not a mixture.
        """
        raw = parse_json("data.mixture", text)
        return cls.from_config(ExperimentConfig.from_dict({"data": {"mixture": raw}}).data)

    @classmethod
    def from_config(cls, data: DataConfig) -> GaussianMixture:
        """The mixture that a config names or spells out; its arrays are shared and cannot be written."""
        return _of_numbers(data.mixture_numbers())

    def _responsibilities(self, x: np.ndarray) -> np.ndarray:
        """Share of each mode in the density at (n, d) points, (n, K)."""
        parts = zip(self.log_scales[:, None], self.means[:, None], self.whiteners[:, None], strict=True)
        terms = np.stack([mixture_log_prob(np, x, *part) for part in parts], 1)
        shares: np.ndarray = np.exp(terms - self.log_prob(x)[:, None])
        return shares

    def _check_shapes(self) -> None:
        modes, dim = self.means.shape
        if not 1 <= modes <= MAX_MODES:
            raise ConfigError("data.mixture.means", modes, f"must hold 1 to {MAX_MODES} modes.")
        if not 1 <= dim <= MAX_DIMENSION:
            raise ConfigError("data.mixture.means", dim, f"must have 1 to {MAX_DIMENSION} coordinates each.")
        if self.weights.shape != (modes,):
            raise ConfigError(
                "data.mixture.weights", self.weights.tolist(), f"must be {modes} numbers, one for each mean."
            )
        if self.covariances.shape != (modes, dim, dim):
            shape = self.covariances.shape
            raise ConfigError(
                "data.mixture.covariances", shape, f"must have the shape {(modes, dim, dim)}: one matrix for each mean."
            )

    def _check_sizes(self) -> None:
        """Beyond these, squares and inverses leave the range of floating point."""
        farthest = float(abs(self.means).max())
        if farthest > LARGEST_COORDINATE:
            raise ConfigError(
                "data.mixture.means", farthest, f"must lie within ±{LARGEST_COORDINATE:g}: rescale the data."
            )
        variances = np.diagonal(self.covariances, axis1=1, axis2=2)
        low, high = VARIANCES
        for variance in (float(variances.min()), float(variances.max())):
            if variance > 0 and not low <= variance <= high:
                remedy = f"on the diagonal must lie between {low:g} and {high:g}: rescale the data."
                raise ConfigError("data.mixture.covariances", variance, remedy)

    def _check_weights(self) -> None:
        if (self.weights <= 0).any():
            raise ConfigError("data.mixture.weights", self.weights.tolist(), "must all be above 0: drop empty modes.")
        total = float(self.weights.sum())
        if abs(total - 1) > 1e-3:
            raise ConfigError(
                "data.mixture.weights",
                self.weights.tolist(),
                f"sum to {total:.6g} and must sum to 1: divide each by {total:.6g}.",
            )


@functools.lru_cache(maxsize=64)
def _of_numbers(numbers: MixtureConfig) -> GaussianMixture:
    """Made once: pages ask for the same one at every look."""
    mixture = GaussianMixture(numbers.weights, numbers.means, numbers.covariances)
    for array in vars(mixture).values():
        array.setflags(write=False)
    return mixture


def _array(key: str, value: Any, depth: int) -> np.ndarray:
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(key, value, "must be numbers in rows of equal length.") from None
    if array.ndim != depth:
        raise ConfigError(key, value, f"must be nested {depth} deep: see `python -m bdsg presets --show bimodal`.")
    if not np.isfinite(array).all():
        raise ConfigError(key, value, "must hold finite numbers only.")
    return array


def _cholesky(index: int, covariance: np.ndarray) -> np.ndarray:
    key = f"data.mixture.covariances[{index}]"
    rows = covariance.tolist()
    if not np.allclose(covariance, covariance.T, rtol=0.0, atol=1e-8 * abs(covariance).max()):
        raise ConfigError(key, rows, "must be symmetric: make each entry equal its mirror.")
    eigenvalues = np.linalg.eigvalsh(covariance)
    if not eigenvalues[0] > _SMALLEST_RATIO * abs(eigenvalues[-1]):
        raise ConfigError(
            key,
            rows,
            f"must be positive definite; its smallest eigenvalue is {eigenvalues[0]:.3g}: enlarge the diagonal.",
        )
    factor: np.ndarray = np.linalg.cholesky(covariance)
    return factor
