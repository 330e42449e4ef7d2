"""Onto a level of the density: by Newton steps along the gradient, or between two places by halving."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bdsg.errors import EmptyBoundaryError

LogProb = Callable[[Tensor], Tensor]

_STEPS = 60
_TOLERANCE = 0.02
"""Nats by which a pushed point may miss the level and still count as on it."""


def value_and_gradient(log_prob: LogProb, points: Tensor) -> tuple[Tensor, Tensor]:
    """log p, (n,), and its gradient, (n, d), at points (n, d)."""
    points = points.detach().requires_grad_()
    with torch.enable_grad():
        value = log_prob(points)
        (gradient,) = torch.autograd.grad(value.sum(), points)
    return value.detach(), gradient


def to_level(
    log_prob: LogProb, points: Tensor, log_level: float, reach: Tensor, steps: int = 3, near: float = 0.0
) -> Tensor:
    """Newton steps along the gradient, x ← x − (log p − log ε*) ∇/‖∇‖², onto the level log ε*, (n, d).

    Args:
        reach: the longest step of each point, (n,): far from the level the linear model is poor.
        near: nats; no further step is taken once every point is as near to the level.
    """
    for _ in range(steps):
        value, gradient = value_and_gradient(log_prob, points)
        misfit = value - log_level
        if bool((misfit.abs() < near).all()):
            break
        steepness = gradient.norm(dim=1).clamp(min=1e-30)
        length = torch.minimum(misfit / steepness, reach).maximum(-reach)
        points = points - (length / steepness)[:, None] * gradient
    return points


def bisect(before: Callable[[Tensor], Tensor], low: Tensor, high: Tensor, halvings: int) -> tuple[Tensor, Tensor]:
    """Brackets (n,), (n,) of the crossings between ``low`` and ``high``, halved.

    Args:
        before: of places (n,), whether each lies before its crossing, (n,).
    """
    for _ in range(halvings if len(low) else 0):
        middle = 0.5 * (low + high)
        earlier = before(middle)
        low, high = torch.where(earlier, middle, low), torch.where(earlier, high, middle)
    return low, high


def push_to_level(log_prob: LogProb, x: Tensor, log_level: float) -> Tensor:
    """Π(x): :func:`to_level` with steps of at most a fraction of the data's spread.

    Returns:
        Those of the points (n, d) that arrived within the tolerance.
    """
    x = x.detach()
    reach = (0.15 * x.std(0).max()).expand(len(x))
    points = to_level(log_prob, x, log_level, reach, _STEPS, 0.1 * _TOLERANCE)
    with torch.no_grad():
        arrived = (log_prob(points) - log_level).abs() < _TOLERANCE
    return points[arrived]


def reach_level(log_prob: LogProb, samples: Tensor, log_level: float) -> Tensor:
    """Samples of G (n, d) pushed to the level, those that arrive.

    Raises:
        EmptyBoundaryError: hardly any sample can reach the level.
    """
    pushed = push_to_level(log_prob, samples, log_level)
    if len(pushed) < max(16, len(samples) // 100):
        with torch.no_grad():
            highest = float(log_prob(samples).exp().max())
        raise EmptyBoundaryError(float(torch.tensor(log_level).exp()), highest)
    return pushed


def thin_evenly(points: Tensor, count: int) -> tuple[Tensor, float]:
    """Farthest-point sampling: ``count`` of the points, each as far as can be from those before it.

    Returns:
        The chosen points (count, d), and the last distance: no point is farther from a chosen one.
    """
    count = min(count, len(points))
    chosen = torch.zeros(count, dtype=torch.long, device=points.device)
    distance = (points - points[0]).norm(dim=1)
    for i in range(1, count):
        chosen[i] = distance.argmax()
        distance = torch.minimum(distance, (points - points[chosen[i]]).norm(dim=1))
    return points[chosen], float(distance.max())
