"""One step of Adam (Kingma and Ba, 2015, algorithm 1) over a flat vector of weights."""

from __future__ import annotations

import numpy as np

from bdsg.numerics.numba_cache import kernel

BETAS = (0.9, 0.999)
EPSILON = np.float32(1e-8)

_B1, _B2 = np.float32(BETAS[0]), np.float32(BETAS[1])
_C1, _C2 = np.float32(1.0 - BETAS[0]), np.float32(1.0 - BETAS[1])


@kernel
def adam(
    weights: np.ndarray, gradient: np.ndarray, first: np.ndarray, second: np.ndarray, rate: float, step: int
) -> None:
    """Move the weights against the gradient; ``first`` and ``second`` are its running moments.

    Args:
        rate: learning rate of this step.
        step: number of this step, from 1.
    """
    scale = np.float32(rate / (1.0 - BETAS[0] ** step))
    root = np.float32(1.0 / np.sqrt(1.0 - BETAS[1] ** step))
    for i in range(weights.size):
        g = gradient[i]
        first[i] = _B1 * first[i] + _C1 * g
        second[i] = _B2 * second[i] + _C2 * g * g
        weights[i] -= scale * first[i] / (np.sqrt(second[i]) * root + EPSILON)
