"""Isolation forest (Liu, Ting and Zhou, 2008): how soon random cuts isolate a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import ensemble

from bdsg.baselines.classical.library_baseline import LibraryBaseline, LibrarySettings
from bdsg.config.fields import setting


@dataclass(frozen=True)
class IsolationForestSettings(LibrarySettings, section="isolation_forest"):
    """Defaults by the search of tests/bench/rivals.py."""

    trees: int = setting(100, "Trees.", 1, 5000, log=True)
    tree_points: int = setting(4096, "Points that each tree sees, at most.", 2, 100_000, unit="points", log=True)


class IsolationForest(LibraryBaseline):
    """The score is 2 to the minus mean depth over that of a random tree (eq. 2)."""

    Settings = IsolationForestSettings

    def estimator(self, seed: int) -> Any:
        """A forest."""
        return ensemble.IsolationForest(n_estimators=self.settings.trees, random_state=seed)

    def fitted(self, seed: int, x: np.ndarray) -> Any:
        """A forest whose trees see no more points than there are."""
        return self.estimator(seed).set_params(max_samples=min(self.settings.tree_points, len(x))).fit(x)
