"""BDSG: the Boundary of Distribution Support Generator.

What most people need is here by name, and each name is imported when it is first used: importing ``bdsg`` itself
loads neither PyTorch nor Streamlit.  docs/architecture.md says where the rest is.
"""

__version__ = "0.1.0"

import importlib
from typing import Any

_PUBLIC = {
    "BDSGDetector": "detector.estimator",
    "BDSGError": "errors",
    "ExperimentConfig": "config",
    "GaussianMixture": "data",
    "read_run": "runs.directory",
    "run": "experiments.run_experiment",
    "score_result": "experiments.score",
    "write_run": "runs.directory",
}
__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604  names, read from the table


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"bdsg.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'bdsg' has no attribute {name!r}")
