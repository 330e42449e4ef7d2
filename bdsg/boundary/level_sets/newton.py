"""Samples of a level set, from the density alone: push them there, and thin them evenly."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bdsg.errors import EmptyBoundaryError

_STEPS = 60
_TOLERANCE = 0.02
"""Nats by which a pushed point may miss the level and still count as on it."""


def push_to_level(log_prob: Callable[[Tensor], Tensor], x: Tensor, log_level: float) -> Tensor:
    """Π(x): move points along the gradient until log p_g = log_level.

    Newton steps x ← x − (log p_g − log ε*) ∇/‖∇‖², each capped at a fraction of the data's spread
    because the linear model is poor near a mode, where the gradient vanishes.

    Returns:
        Those of the points (n, d) that arrived within the tolerance.
    """
    points = x.detach()
    cap = 0.15 * float(points.std(0).max())
    misfit = torch.full_like(points[:, 0], torch.inf)
    for _ in range(_STEPS):
        points = points.requires_grad_()
        with torch.enable_grad():
            misfit = log_prob(points) - log_level
            (gradient,) = torch.autograd.grad(misfit.sum(), points)
        points, misfit = points.detach(), misfit.detach()
        if bool((misfit.abs() < 0.1 * _TOLERANCE).all()):
            break
        steepness = gradient.norm(dim=1).clamp(min=1e-12)
        length = (misfit / steepness).clamp(-cap, cap)
        points = points - (length / steepness)[:, None] * gradient
    with torch.no_grad():
        arrived = (log_prob(points) - log_level).abs() < _TOLERANCE
    return points[arrived]


def reach_level(log_prob: Callable[[Tensor], Tensor], samples: Tensor, log_level: float) -> Tensor:
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
