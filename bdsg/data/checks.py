"""The check that is made of arrays before anything is computed from them."""

from __future__ import annotations

import numpy as np

from bdsg.errors import BDSGError


def finite(name: str, values: object, columns: int | None = None) -> np.ndarray:
    """``values`` as finite float64; (n,) or, with ``columns``, (n, columns) and n > 0.

    Raises:
        BDSGError: a wrong shape, no values, or NaN or infinity among them.
    """
    array = np.asarray(values, dtype=float)
    if columns is not None and (array.ndim != 2 or array.shape[1] != columns):
        raise BDSGError(f"{name} has the shape {array.shape}, but must have {columns} columns: one row for each point.")
    if array.size == 0:
        raise BDSGError(f"{name} is empty, but a score needs at least 1 value: generate some points first.")
    wrong = int((~np.isfinite(array)).sum())
    if wrong:
        raise BDSGError(
            f"{name} holds {wrong} of {array.size} values that are NaN or infinite, but all must be finite: "
            "the model diverged, lower its learning rate and run again."
        )
    return array
