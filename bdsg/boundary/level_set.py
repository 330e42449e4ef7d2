"""Samples of a level set, from the density alone: push, thin evenly, and split into components."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from bdsg.boundary.losses import pair_distances
from bdsg.device import to_numpy
from bdsg.errors import EmptyBoundaryError

_STEPS = 60
_JITTER = (0.2, 0.1, 0.05, 0.02)
"""Widths of the jitter in each round of exploration, as a share of the data's spread."""

_TOLERANCE = 0.02
"""Nats by which a pushed point may miss the level and still count as on it."""


class LevelSet(NamedTuple):
    """Evenly spread samples of {p_g = level} and the connected component of each.

    Attributes:
        points: (T, d).
        components: (T,) int64, numbered from 0.
        spacing: typical distance between neighbours, in data units.
    """

    points: Tensor
    components: Tensor
    spacing: float


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


@torch.no_grad()
def split_components(log_prob: Callable[[Tensor], Tensor], points: Tensor, log_level: float, spacing: float) -> Tensor:
    """Connected components of evenly spread level-set samples, (T,) int64.

    Two samples are linked when they are near and the density half-way between them is near the
    level too: across a gap or through the inside it is not.
    """
    distances, place = pair_distances(points, points), points.device
    near = distances < 4.0 * spacing
    rows, columns = torch.triu(near, diagonal=1).nonzero().unbind(1)
    middle = 0.5 * (points[rows] + points[columns])
    linked = (log_prob(middle) - log_level).abs() < 0.5
    # The nearest neighbour is linked whatever the density says: a sharp tip bends within one spacing.
    nearest = (distances + torch.eye(len(points), device=place) * 1e30).argmin(1)
    all_rows = to_numpy(torch.cat([rows[linked], torch.arange(len(points), device=place)]))
    all_columns = to_numpy(torch.cat([columns[linked], nearest]))
    graph = coo_matrix((np.ones(len(all_rows), np.float32), (all_rows, all_columns)), (len(points),) * 2)
    labels = connected_components(graph, directed=False)[1]
    return torch.from_numpy(labels).long().to(place)


def sample_level_set(
    log_prob: Callable[[Tensor], Tensor], samples: Tensor, log_level: float, random: torch.Generator, count: int = 1024
) -> LevelSet:
    """Push samples of G to the level set, explore it from there, thin it evenly, find its components.

    Few samples arrive at far tips.  So the thinned points are jittered and pushed again: each round
    closes gaps up to the jitter's width.

    Raises:
        EmptyBoundaryError: hardly any sample can reach the level.
    """
    points, spacing = thin_evenly(reach_level(log_prob, samples, log_level), count)
    spread = float(samples.std(0).max())
    for width in _JITTER:
        noise = torch.randn(2 * len(points), points.shape[1], generator=random).to(points)
        jitter = max(width * spread, 3 * spacing) * noise
        explored = push_to_level(log_prob, points.repeat(2, 1) + jitter, log_level)
        points, spacing = thin_evenly(torch.cat([points, explored]), count)
    return LevelSet(points, split_components(log_prob, points, log_level, spacing), spacing)
