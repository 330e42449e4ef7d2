"""Isolation forest (Liu, Ting and Zhou, 2008): how soon random cuts isolate a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn import ensemble

from bdsg.rivals.library import LibraryRival, LibrarySettings
from bdsg.validation import setting


@dataclass(frozen=True)
class IsolationForestSettings(LibrarySettings):
    """Defaults by the search of tests/bench/rivals.py."""

    section: ClassVar[str] = "isolation_forest"

    trees: int = setting(100, "Trees.", 1, 5000, log=True)
    tree_points: int = setting(4096, "Points that each tree sees, at most.", 2, 100_000, unit="points", log=True)


class IsolationForest(LibraryRival):
    """The score is 2 to the minus mean depth over that of a random tree (eq. 2)."""

    settings: IsolationForestSettings

    def __init__(self, dim: int, random: torch.Generator, settings: IsolationForestSettings | None = None) -> None:
        super().__init__(dim, random)
        self.settings = settings or IsolationForestSettings()

    def estimator(self, seed: int) -> Any:
        """A forest."""
        told = self.settings
        most = min(told.tree_points, told.points)
        return ensemble.IsolationForest(n_estimators=told.trees, max_samples=most, random_state=seed)

    def likeness(self, fitted: Any, x: np.ndarray) -> np.ndarray:
        """Minus the score of the paper."""
        found: np.ndarray = fitted.score_samples(x)
        return found
