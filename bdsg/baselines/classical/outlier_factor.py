"""Local outlier factor (Breunig, Kriegel, Ng and Sander, 2000): how much sparser it is here than at the neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn.neighbors import LocalOutlierFactor

from bdsg.baselines.classical.library_baseline import LibraryBaseline, LibrarySettings
from bdsg.config.fields import setting


@dataclass(frozen=True)
class OutlierFactorSettings(LibrarySettings, section="outlier_factor"):
    """Default by the search of tests/bench/rivals.py."""

    neighbours: int = setting(200, "Neighbours that it compares with.", 1, 1000, symbol="k", log=True)


class OutlierFactor(LibraryBaseline):
    """The score is the factor of a new point among the training points (definition 7)."""

    Settings = OutlierFactorSettings

    def estimator(self, seed: int) -> Any:
        """A search tree with the densities of its points."""
        return LocalOutlierFactor(n_neighbors=self.settings.neighbours, novelty=True)
