"""Where the boundary lies around training images: places at a level of p_g, found along straight lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bdsg.boundary.level_sets.to_level import bisect
from bdsg.density.image_flows.convolution import Shape

LogProb = Callable[[Tensor], Tensor]

SCANNED = 8
"""Points on a line that are looked at before halving."""

HALVINGS = 5

NOISE = 0.5
"""Deviation of the noise at a line's end, in grey values."""


class ImagePlaces(NamedTuple):
    """Images at the edge of the support.

    Attributes:
        points: (T, d).
        origins: which training image each line started from, (T,).
        misfit: log p_g − log ε there, nats, (T,).
    """

    points: Tensor
    origins: Tensor
    misfit: Tensor


@torch.no_grad()
def places_around(
    log_prob: LogProb, data: Tensor, shape: Shape, log_level: float, count: int, random: torch.Generator
) -> ImagePlaces:
    """On lines from training images to blends with another one and noise, where the density falls below the level.

    The first of ``SCANNED`` points that is below it is kept after halving the last interval, so all places lie
    outside.  Lines that start outside or never cross are dropped.  A blend alone seldom crosses: a flow finds
    smooth images likely, whatever they show.

    Args:
        log_prob: log p_g (n,) of flat images (n, d).
        data: training images (M, d).
        log_level: log ε, nats.
        count: lines tried, at most.
    """
    origins = torch.randperm(len(data), generator=random)[:count].to(data.device)
    others = torch.randint(0, len(data), (len(origins),), generator=random).to(data.device)
    start = data[origins]
    blend = 0.5 * (start + data[others])
    end = (blend + NOISE * smooth_noise(len(start), shape, random).to(data)).clamp(0.0, 1.0)
    inner, outer = _first_crossing(log_prob, start, end, log_level)
    crossed = torch.isfinite(outer)
    start, end, origins = start[crossed], end[crossed], origins[crossed]
    inner, outer = inner[crossed], outer[crossed]
    _, outer = bisect(lambda share: log_prob(_blend(start, end, share)) >= log_level, inner, outer, HALVINGS)
    points = _blend(start, end, outer)
    if not len(points):
        return ImagePlaces(points, origins, points[:, 0])
    return ImagePlaces(points, origins, log_prob(points) - log_level)


def _first_crossing(log_prob: LogProb, start: Tensor, end: Tensor, log_level: float) -> tuple[Tensor, Tensor]:
    """Shares of the way (n,) before and after the first crossing outwards; the latter infinite where there is none."""
    inner = torch.zeros_like(start[:, 0])
    outer = torch.full_like(inner, torch.inf)
    began_inside = log_prob(start) >= log_level
    for step in range(1, SCANNED + 1):
        here = torch.full_like(inner, step / (SCANNED + 1.0))
        outside = log_prob(_blend(start, end, here)) < log_level
        first = outside & torch.isinf(outer) & began_inside
        outer = torch.where(first, here, outer)
        inner = torch.where(torch.isinf(outer), here, inner)
    return inner, outer


def _blend(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    return start + share[:, None] * (end - start)


def smooth_noise(count: int, shape: Shape, random: torch.Generator) -> Tensor:
    """Standard normal noise at half the resolution, enlarged, flat (count, d): blotches, not grains."""
    channels, height, width = shape
    coarse = torch.randn(count, channels, (height + 1) // 2, (width + 1) // 2, generator=random)
    return nn.functional.interpolate(coarse, (height, width), mode="bilinear").flatten(1)
