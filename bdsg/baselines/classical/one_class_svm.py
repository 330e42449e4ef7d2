"""One-class SVM (Schölkopf, Platt, Shawe-Taylor, Smola and Williamson, 2001) with a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn import svm

from bdsg.baselines.classical.library_baseline import LibraryBaseline, LibrarySettings
from bdsg.config.fields import setting


@dataclass(frozen=True)
class OneClassSVMSettings(LibrarySettings, section="one_class_svm"):
    """Defaults by the search of tests/bench/rivals.py."""

    nu: float = setting(0.1, "Bound on the share of outliers among the data.", 0.001, 1.0, symbol="ν", log=True)
    gamma: float = setting(
        2.0, "Inverse squared width of the kernel, in units of the data's spread.", 0.001, 1000.0, symbol="γ", log=True
    )


class OneClassSVM(LibraryBaseline):
    """The score is minus the decision function (eq. 3.11)."""

    Settings = OneClassSVMSettings

    def estimator(self, seed: int) -> Any:
        """A support vector machine."""
        return svm.OneClassSVM(nu=self.settings.nu, gamma=self.settings.gamma)
