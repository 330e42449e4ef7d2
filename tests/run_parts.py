"""A run's arrays of which only some matter."""

from __future__ import annotations

import numpy as np

from bdsg.runs.result import SHAPES, RunArrays


def run_arrays(**known: np.ndarray) -> RunArrays:
    """Those given; the rest are empty."""
    return RunArrays.from_dict({name: np.empty(0) for name in SHAPES} | known)
