"""What the steps of every objective do with their terms."""

from __future__ import annotations

import numpy as np

from bdsg.boundary.kernels.network import Network, descend
from bdsg.numerics.numba_cache import kernel

EVALUATE, POINTS = -1.0, -2.0
"""In place of a learning rate; nothing moves.  EVALUATE: terms and gradients are found.  POINTS: B(z) alone is."""


@kernel
def weighted_sum(terms: np.ndarray, lambda1: float, lambda2: float) -> bool:
    """L = L0 + λ1·L1 + λ2·L2 (eq. 3) into the first of (L, L0, L1, L2); a term of weight 0 is left out.

    Returns:
        Whether all are finite: np.isfinite asks whether x − x is 0, which reordered sums make true.
    """
    terms[0] = terms[1]
    if lambda1 != 0.0:
        terms[0] += lambda1 * terms[2]
    if lambda2 != 0.0:
        terms[0] += lambda2 * terms[3]
    sound = True
    for term in terms:
        sound = sound and abs(term) < np.inf
    return sound


@kernel
def move(
    network: Network, slopes: np.ndarray, lambda1: float, lambda2: float, scale: np.ndarray, rate: float, step: int
) -> None:
    """Take the loss's gradient, the weighted sum of its terms', back to the weights, and move them.

    Args:
        slopes: the gradients of L0, L1 and L2 in the points, (3, 2, N).
        scale: of the points, in units of the network's output, (2,).
        rate: learning rate.
        step: number of the step, from 0.
    """
    last, weights = network.errors.shape[0] - network.widths[-1], (np.float32(lambda1), np.float32(lambda2))
    for axis in range(2):
        errors = network.errors[last + axis]
        for n in range(slopes.shape[2]):
            errors[n] = scale[axis] * slopes[0, axis, n]
        for term in range(2):
            if weights[term] != 0.0:
                for n in range(slopes.shape[2]):
                    errors[n] += scale[axis] * weights[term] * slopes[1 + term, axis, n]
    descend(network, rate, step)
