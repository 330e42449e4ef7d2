"""BDSG for tables of any width, as a scikit-learn outlier detector."""

from __future__ import annotations

import math
import numbers
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.decomposition import PCA
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from bdsg.data.shrinkage_mixture import fit_shrunk_mixture
from bdsg.detector.detector_file import FILE, LARGEST, SavedDetector, read_detector, write_detector
from bdsg.errors import ConfigError
from bdsg.numerics.threads import limited_threads
from bdsg.runs.directory import damaged

PRIVATE = ("centre", "scale", "units", "components", "residual", "seed")
PUBLIC = ("mixture", "offset", "chosen")
"""What is saved: attributes with an underscore before them, and with one behind."""

WIDEST = 100
"""Columns, or principal components of a wider table, that the mixture is fitted to."""

BAND = math.log(10.0)
"""B(z) aims at the middle of the band from ε down to δ = ε/10, in nats."""

SHORTEST = 1e-12
"""A column varies if its deviation is above this share of its largest value."""


class BDSGDetector(OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """A density p_g of the rows, a threshold ε on it, and B(z), which samples the border {p_g = ε}.

    ``fit`` scales the columns and fits p_g, a mixture of Gaussians in closed form whose number, shapes and shrinkage
    are chosen by held-out likelihood.  A row is an outlier where p_g < ε (BDSG, section 3).
    ``boundary_samples`` trains B(z) when it is first asked for.

    Args:
        contamination: share of the training rows that are to count as outliers: it sets ε.
        epsilon: ε itself, a density in the table's scaled units; then ``contamination`` is not used.
        random_state: seed of everything random.

    Attributes:
        n_features_in_, feature_names_in_: of the table.
        offset_: log ε; ``decision_function`` is ``score_samples`` − ``offset_``.
        mixture_: p_g in scaled units.
        chosen_: what the mixture is averaged from: modes, shrinkage and share of each part.
    """

    def __init__(self, *, contamination: float = 0.1, epsilon: float | None = None, random_state: Any = None) -> None:
        self.contamination = contamination
        self.epsilon = epsilon
        self.random_state = random_state

    @limited_threads()
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn p_g and ε from the rows of normal data, (n, d) with n ≥ 2.

        Raises:
            ValueError: not a table of finite numbers, or all its rows are the same, or a parameter is out of range.
        """
        self._check_parameters()
        table = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        random = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        self._seed = int(random.integers(2**31))
        scaled = self._learn_scale(table, random)
        chosen = fit_shrunk_mixture(scaled, self._units, random)
        self.mixture_ = chosen.mixture
        self.chosen_ = [
            {**candidate._asdict(), "share": share}
            for candidate, share in zip(chosen.candidates, chosen.weights, strict=True)
        ]
        scores = self._log_density(table)
        threshold = np.quantile(scores, self.contamination) if self.epsilon is None else math.log(self.epsilon)
        self.offset_ = float(threshold)
        self._boundary: tuple[float, dict[str, np.ndarray]] | None = None
        return self

    def _check_parameters(self) -> None:
        if not isinstance(self.contamination, numbers.Real) or not 0 < self.contamination <= 0.5:
            raise ConfigError("contamination", self.contamination, "must be above 0 and at most 0.5.")
        if self.epsilon is None:
            return
        if not isinstance(self.epsilon, numbers.Real) or not 0 < self.epsilon < math.inf:
            raise ConfigError("epsilon", self.epsilon, "must be above 0 and finite, or None.")

    def _learn_scale(self, table: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Centre and deviation of each column; principal components of a wide table.  Returns the rows so scaled."""
        size = np.abs(table).max(0)
        extreme = (size > LARGEST) | ((size > 0) & (size < 1 / LARGEST))
        if extreme.any():
            limits = f"sizes must lie between {1 / LARGEST:g} and {LARGEST:g}: choose another unit."
            raise ConfigError(f"X, column {int(np.argmax(extreme)) + 1}", float(size[extreme][0]), limits)
        deviation = table.std(0)
        varies = deviation > SHORTEST * size
        if not varies.any():
            remedy = f"no column varies by more than {SHORTEST:g} of its size: a constant has no density."
            raise ConfigError("X", table[0, :3].tolist(), remedy)
        self._centre = table.mean(0)
        self._scale = np.where(varies, deviation, deviation[varies].mean())
        self._components, self._residual, self._units = None, 1.0, self._scale
        scaled = self._scaled(table)
        if table.shape[1] > WIDEST:
            count = min(WIDEST, len(table) - 1)
            pca = PCA(count, svd_solver="randomized", random_state=int(random.integers(2**31))).fit(scaled)
            self._components = pca.components_
            self._residual = max(float(pca.noise_variance_), 1e-6)
            self._units = np.ones(count)
            scaled = scaled @ self._components.T
        return np.asarray(scaled)

    def _scaled(self, table: np.ndarray) -> np.ndarray:
        """Rows in deviations from the centre, (n, d), cut off where their squares would be no numbers."""
        with np.errstate(over="ignore"):
            return np.asarray(np.clip((table - self._centre) / self._scale, -LARGEST, LARGEST))

    def _log_density(self, table: np.ndarray) -> np.ndarray:
        """log p_g in scaled units, (n,); of a wide table, what the components leave is a round Gaussian."""
        scaled = self._scaled(table)
        if self._components is None:
            return self.mixture_.log_prob(scaled)
        inner = scaled @ self._components.T
        left = np.maximum((scaled**2).sum(1) - (inner**2).sum(1), 0.0)
        rest = scaled.shape[1] - inner.shape[1]
        outer = -0.5 * left / self._residual - 0.5 * rest * math.log(2 * math.pi * self._residual)
        return np.asarray(self.mixture_.log_prob(inner) + outer)

    @limited_threads()
    def score_samples(self, X: Any) -> np.ndarray:
        """log p_g of each row, (n,): the lower, the more anomalous."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        return self._log_density(table)

    def decision_function(self, X: Any) -> np.ndarray:
        """log p_g − log ε of each row, (n,): below 0 for outliers."""
        return np.asarray(self.score_samples(X) - self.offset_)

    def predict(self, X: Any) -> np.ndarray:
        """1 for inliers, −1 for outliers, (n,)."""
        return np.where(self.decision_function(X) >= 0, 1, -1)

    def boundary_samples(self, n: int, random_state: Any = None) -> np.ndarray:
        """Strong anomalies: n samples of B(z), in the table's units, (n, d).

        They lie just outside the border, at p_g = √(δε) with δ = ε/10: close to the data, and barely anomalous.  B is
        trained when it is first asked for, and kept.

        Args:
            random_state: of these samples; B's own training has the seed of ``fit``.

        Raises:
            EmptyBoundaryError: no Gaussian of p_g reaches ε.
        """
        check_is_fitted(self)
        if not isinstance(n, numbers.Integral) or n < 1:
            raise ConfigError("n", n, "must be a whole number of 1 or more.")
        import torch  # a second to load: only who asks for B(z) waits

        seed = check_random_state(random_state).randint(2**31 - 1)
        with limited_threads():
            generator = self._trained_boundary()
            z = torch.randn(n, generator.dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
            with torch.no_grad():
                points = generator(z).numpy()
        if self._components is not None:
            points = points @ self._components
        return np.asarray(self._centre + self._scale * points)

    def _trained_boundary(self) -> Any:
        """B(z), trained for the present threshold."""
        import torch

        from bdsg.boundary.generators.star import StarGenerator, train_star

        level = self.offset_ - 0.5 * BAND
        if self._components is not None:  # the rest is at its centre for B, so the components bear the whole level
            rest = len(self._scale) - len(self._units)
            level += 0.5 * rest * math.log(2 * math.pi * self._residual)
        if self._boundary is None or self._boundary[0] != level:
            generator = train_star(self.mixture_, level, torch.Generator().manual_seed(self._seed))
            weights = {name: tensor.numpy() for name, tensor in generator.state_dict().items()}
            self._boundary = (level, weights)
            return generator
        generator = StarGenerator(self.mixture_, level, torch.Generator().manual_seed(self._seed))
        generator.load_state_dict({name: torch.from_numpy(array) for name, array in self._boundary[1].items()})
        return generator

    def save(self, directory: str | Path) -> None:
        """Write the fitted detector into a directory: one safetensors file that holds arrays and JSON, no code.

        Raises:
            StoreError: the directory cannot be written.
        """
        check_is_fitted(self)
        learned = {name: getattr(self, f"_{name}") for name in PRIVATE}
        learned |= {name: getattr(self, f"{name}_") for name in PUBLIC}
        parameters = {"contamination": self.contamination, "epsilon": self.epsilon}
        names = getattr(self, "feature_names_in_", np.array([])).tolist()
        write_detector(SavedDetector(parameters=parameters, names=names, **learned), directory)

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """A detector that :meth:`save` wrote; its ``random_state`` is None.

        Raises:
            StoreError: the file is missing, cut, altered, or of another version or kind.
        """
        saved = read_detector(directory)
        try:
            found = cls(**saved.parameters)
        except TypeError as error:
            raise damaged(Path(directory) / FILE, str(error)) from error
        for name in PRIVATE:
            setattr(found, f"_{name}", getattr(saved, name))
        for name in PUBLIC:
            setattr(found, f"{name}_", getattr(saved, name))
        found.n_features_in_ = len(saved.centre)
        if saved.names:
            found.feature_names_in_ = np.array(saved.names, dtype=object)
        found._boundary = None
        return found
