"""What the baselines that scikit-learn has share: they take one sample at a time, and no batches."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from bdsg.baselines.contract import Baseline, BaselineSettings, BaselineSnapshot, Draw, Stop, Watch
from bdsg.config.fields import setting
from bdsg.runs.result import Progress


@dataclass(frozen=True)
class LibrarySettings(BaselineSettings):
    """What every one of them is told."""

    points: int = setting(4096, "Size of the sample that it is fitted to.", 16, 100_000, unit="points", log=True)


class LibraryBaseline(Baseline):
    """A thin wrapper: points in units of their own mean and spread go to an estimator of scikit-learn.

    A method gives ``Settings`` and ``estimator``.

    Attributes:
        one_unit: one spread for all coordinates, their root mean square, instead of one each.
    """

    one_unit = False
    _fitted: Any = None

    @abstractmethod
    def estimator(self, seed: int) -> Any:
        """A new estimator; ``seed`` is for one that draws."""

    def fitted(self, seed: int, x: np.ndarray) -> Any:
        """An estimator, fitted to (n, d) points."""
        return self.estimator(seed).fit(x)

    def likeness(self, fitted: Any, x: np.ndarray) -> np.ndarray:
        """How normal the fitted estimator finds (n, d) points, (n,): the higher the more."""
        found: np.ndarray = fitted.score_samples(x)
        return found

    def train(self, draw: Draw, watch: Watch, stop: Stop) -> Iterator[Progress | BaselineSnapshot]:
        """See :meth:`bdsg.baselines.contract.Baseline.train`: one step; stopped before it, it yields nothing."""
        if stop():
            return
        begun = time.monotonic()
        self.fit(draw(self.settings.points))
        yield Progress(type(self).__name__, 1, 1, time.monotonic() - begun)
        yield self._snapshot_of(1, {}, np.empty((0, self.dim), np.float32), watch)

    def fit(self, x: np.ndarray) -> Self:
        """See :meth:`bdsg.baselines.contract.Baseline.fit`."""
        x = np.asarray(x, float)
        spread = np.full(x.shape[1], np.sqrt(x.var(0).mean())) if self.one_unit else x.std(0)
        self._mean, self._spread = x.mean(0), np.where(spread > 0, spread, 1.0)  # a constant keeps its unit
        self._fitted = self.fitted(self._seed(self.random), (x - self._mean) / self._spread)
        return self

    def score_samples(self, x: np.ndarray) -> np.ndarray:
        """See :meth:`bdsg.baselines.contract.Baseline.score_samples`."""
        fitted = self._trained()
        return -np.asarray(self.likeness(fitted, (np.asarray(x, float) - self._mean) / self._spread), float)

    def _trained(self) -> Any:
        if self._fitted is None:
            raise self._untrained()
        return self._fitted

    def _in_data_units(self, points: np.ndarray) -> np.ndarray:
        moved: np.ndarray = self._mean + self._spread * points
        return moved

    @staticmethod
    def _seed(random: torch.Generator) -> int:
        return int(torch.randint(2**31 - 1, (), generator=random))
