"""What the steps of every objective do with its terms."""

from __future__ import annotations

import numpy as np

from bdsg.numerics.numba_cache import kernel


@kernel
def weighted_sum(terms: np.ndarray, lambda1: float, lambda2: float) -> None:
    """L = L0 + λ1·L1 + λ2·L2 (eq. 3) into the first of (L, L0, L1, L2); a term of weight 0 is left out."""
    terms[0] = terms[1]
    if lambda1 != 0.0:
        terms[0] += lambda1 * terms[2]
    if lambda2 != 0.0:
        terms[0] += lambda2 * terms[3]


@kernel
def finite(terms: np.ndarray) -> bool:
    """Whether all are finite: np.isfinite asks whether x − x is 0, which reordered sums make true."""
    sound = True
    for term in terms:
        sound = sound and abs(term) < np.inf
    return sound
