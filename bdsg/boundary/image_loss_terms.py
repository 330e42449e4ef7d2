"""What the loss of eq. 4 needs in the dimension of images: a shifted L0, and a search for the nearest image."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bdsg.errors import DivergenceError

LOG_CAP = 3.0
"""Nats above the shift from which L0 grows in a straight line: exp of hundreds of nats is no number."""

ROWS, COLUMNS = 1024, 8192


def shifted_density(log_density: Tensor, shift: float) -> Tensor:
    """The sum's terms of L0: exp(log p_g(B(z_i)) − c), (N,) (eq. 6, in units of the density exp(c)).

    c is a low quantile of log p_g over held-out images, so that 1 stands at the threshold ε = exp(c).  Beyond
    ``LOG_CAP`` nats above it the exponential goes on as its tangent: finite, with a gradient that still points out.

    Args:
        log_density: log p_g(B(z_i)) in nats, (N,).
        shift: c in nats.

    Raises:
        DivergenceError: a log density is NaN or +∞.
    """
    if bool((torch.isnan(log_density) | (log_density == math.inf)).any()):
        raise DivergenceError("boundary", 0, "log p_g(B(z))", "Train the density for longer, or lower its step size.")
    above = log_density - shift
    curved = torch.exp(above.clamp(max=LOG_CAP))
    return curved * (1.0 + (above - LOG_CAP).clamp(min=0.0))


def shifted_density_term(log_density: Tensor, shift: float) -> Tensor:
    """L0 = mean_i exp(log p_g(B(z_i)) − c): see :func:`shifted_density`."""
    return shifted_density(log_density, shift).mean()


@torch.no_grad()
def nearest_images(points: Tensor, data: Tensor, count: int = 1) -> tuple[Tensor, Tensor]:
    """Distances ‖points_i − data_j‖₂ and indices of the nearest images, (n, count) each, nearest first.

    Candidates come from ‖a‖² + ‖b‖² − 2ab in bounded memory, a few more than asked for because that is rounded;
    the distances that count are then taken from the differences.

    Args:
        points: (n, d).
        data: (M, d).
        count: at most M.
    """
    kept, centre = min(len(data), count + 4), data.mean(0)  # far from the origin the squares would drown the distances
    centred = data - centre
    found = [_nearest_of_chunk(chunk - centre, centred, kept) for chunk in torch.split(points, ROWS)]
    index = torch.cat(found)
    parts = [_distances(*pair, data) for pair in zip(torch.split(points, 64), torch.split(index, 64), strict=True)]
    distances, order = torch.cat(parts).sort(1)
    return distances[:, :count], index.gather(1, order)[:, :count]


def _nearest_of_chunk(points: Tensor, data: Tensor, kept: int) -> Tensor:
    best = points.new_full((len(points), 0), 0.0)
    index = torch.empty(len(points), 0, dtype=torch.long, device=points.device)
    for start in range(0, len(data), COLUMNS):
        part = data[start : start + COLUMNS]
        squares = (part * part).sum(1) - 2.0 * (points @ part.T)
        best = torch.cat([best, squares], 1)
        here = torch.arange(start, start + len(part), device=points.device).expand(len(points), -1)
        index = torch.cat([index, here], 1)
        best, order = best.topk(min(kept, best.shape[1]), largest=False)
        index = index.gather(1, order)
    return index


def _distances(points: Tensor, index: Tensor, data: Tensor) -> Tensor:
    distances: Tensor = torch.linalg.vector_norm(points[:, None] - data[index], dim=2)
    return distances
