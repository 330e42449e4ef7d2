"""BDSG for tables of any width, as a scikit-learn outlier detector, and its file.

Reading the file needs no scikit-learn, so the detector itself is imported when it is first asked for.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "BDSGDetector":
        from bdsg.detector.estimator import BDSGDetector

        return BDSGDetector
    raise AttributeError(f"module 'bdsg.detector' has no attribute {name!r}")
