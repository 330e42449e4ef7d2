"""k nearest neighbours (Ramaswamy, Rastogi and Shim, 2000): the distance to the k-th nearest training point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from bdsg.baselines.classical.library_baseline import LibraryBaseline, LibrarySettings
from bdsg.config.fields import setting


@dataclass(frozen=True)
class NeighboursSettings(LibrarySettings, section="neighbours"):
    """Default by the search of tests/bench/rivals.py."""

    neighbours: int = setting(50, "Which neighbour's distance is the score.", 1, 1000, symbol="k", log=True)


class Neighbours(LibraryBaseline):
    """The score is that distance, in units of the data's spread."""

    Settings = NeighboursSettings

    def estimator(self, seed: int) -> Any:
        """A search tree."""
        return NearestNeighbors(n_neighbors=self.settings.neighbours)

    def likeness(self, fitted: Any, x: np.ndarray) -> np.ndarray:
        """Minus the distance."""
        nearest: np.ndarray = fitted.kneighbors(x)[0][:, -1]
        return -nearest
