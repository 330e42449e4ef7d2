"""The inverse of a residual block by fixed-point iteration."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from bdsg.errors import InverseError


class Residual(Protocol):
    """A contraction g."""

    def __call__(self, x: Tensor) -> Tensor:
        """g(x), (n, d) -> (n, d)."""


class Inverse(NamedTuple):
    """A solution x (n, d) of x + g(x) = y, the largest residual ‖x + g(x) − y‖∞, and the iterations used."""

    x: Tensor
    residual: float
    iterations: int


@torch.no_grad()
def fixed_point_inverse(branch: Residual, y: Tensor, tolerance: float = 1e-9, most_iterations: int = 2000) -> Inverse:
    """Iterate x ← y − g(x), a contraction (Behrmann et al., 2019, algorithm 1).

    The tolerance is relative to the size of y where that is above 1, and no finer than the
    precision of y.  Points that have converged are left alone: most need far fewer iterations than the last.

    Raises:
        InverseError: a point is not within the tolerance after ``most_iterations``.
    """
    limit = max(tolerance, 8 * torch.finfo(y.dtype).eps) * max(1.0, float(y.abs().amax()) if len(y) else 1.0)
    solution, largest, iteration = y.clone(), 0.0, 0
    active = torch.arange(len(y), device=y.device)
    x, target = y, y
    while len(active):
        iteration += 1
        following = target - branch(x)
        change = (following - x).abs().amax(1)  # it is the residual of x
        done = ~(change > limit)
        if iteration > most_iterations or not bool(torch.isfinite(change).all()):
            raise InverseError(float(change.max()), limit, iteration)
        solution[active[done]] = following[done]
        largest = max(largest, float(change[done].max()) if bool(done.any()) else 0.0)
        active, x, target = active[~done], following[~done], target[~done]
    return Inverse(solution, largest, iteration)
