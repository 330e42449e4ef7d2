"""BDSG: the Boundary of Distribution Support Generator.

The light half (``config``, ``data``, ``metrics``, ``store``, ``plots``) needs NumPy and SciPy only;
``density``, ``boundary``, ``train`` and ``experiment`` need PyTorch.  Importing ``bdsg`` itself
loads neither PyTorch nor Streamlit.
"""

__version__ = "0.1.0"

from typing import Any


def __getattr__(name: str) -> Any:
    """``bdsg.BDSGDetector``, imported when it is first used: it needs scikit-learn."""
    if name == "BDSGDetector":
        from bdsg.detector import BDSGDetector

        return BDSGDetector
    raise AttributeError(f"module 'bdsg' has no attribute {name!r}")
