"""L1 to images that may be shifted, turned, scaled, sheared or thickened a little: tangent distances.

L1 of eq. 4 is the distance to the nearest training image.  The support is more than its samples: a digit moved by
half a pixel is as normal as before, yet as far from it as from another digit.  So each image stands here for the
plane of its small deformations (Simard et al., 1998, sections 2 and 3), and L1 is taken between planes.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from bdsg.boundary.image_loss_terms import nearest_images
from bdsg.density.image_flows.convolution import Shape

CANDIDATES = 30
"""Nearest training images in ‖·‖₂ that are tried for each image."""

NEIGHBOURS = 3
"""Tangent distances that are averaged."""

RADIUS_POWER = 1.0 / 3.0
"""How much the room around the training images nearby counts: 0 not at all, 1 as a ratio of distances."""

SPRING = 0.3
"""How much a deformation of one unit (about a pixel at the border) costs, in squared grey values."""

BLUR = 0.036
"""Deviation of the smoothing before, as a share of the height: derivatives of unsmoothed strokes reach no further
than a pixel."""

ROWS = 64


class TangentScores(NamedTuple):
    """Mean distance to the nearest planes (n,), and the same over the room that training images have there (n,)."""

    distance: Tensor
    relative: Tensor


def smoothed(x: Tensor, shape: Shape, share: float = BLUR) -> Tensor:
    """Flat images (n, d) under a Gaussian of deviation ``share`` of the height, zero outside."""
    deviation = share * shape[1]
    reach = max(1, round(3 * deviation))
    places = torch.arange(-reach, reach + 1, device=x.device)
    weights = torch.exp(-0.5 * (places / deviation) ** 2)
    weights = (weights / weights.sum()).to(x)
    single = x.view(-1, 1, *shape[1:])
    single = nn.functional.conv2d(single, weights.view(1, 1, -1, 1), padding=(reach, 0))
    return nn.functional.conv2d(single, weights.view(1, 1, 1, -1), padding=(0, reach)).view_as(x)


def tangents(x: Tensor, shape: Shape) -> Tensor:
    """Seven deformations of flat images (n, d) to first order, (n, 7, d): two shifts, four linear maps, thickness."""
    images = x.view(-1, *shape)
    down, across = torch.gradient(images, dim=(2, 3))
    y = torch.linspace(-1.0, 1.0, shape[1]).to(x)[:, None]
    right = torch.linspace(-1.0, 1.0, shape[2]).to(x)
    maps = [across, down, right * across, y * down, right * down, y * across, down**2 + across**2]
    return torch.stack([part.flatten(1) for part in maps], 1)


def tangent_distances(points: Tensor, others: Tensor, shape: Shape) -> Tensor:
    """Distances between the planes of points (b, d) and of others (b, K, d), (b, K).

    min over deformations a of either: ‖x − y − Tᵀa‖² + spring · ‖a‖², by its normal equations.
    """
    count, tried, dim = others.shape
    offsets = points[:, None] - others
    own = tangents(points, shape)[:, None].expand(-1, tried, -1, -1)
    plane = torch.cat([tangents(others.flatten(0, 1), shape).view(count, tried, -1, dim), own], 2)
    gram = plane @ plane.mT + SPRING * torch.eye(plane.shape[2]).to(plane)
    along = (plane @ offsets[..., None])[..., 0]
    moved = torch.linalg.solve(gram, along)
    squares = (offsets**2).sum(-1) - (moved * along).sum(-1)  # the minimum: the spring's energy included
    distances: Tensor = squares.clamp(min=0.0).sqrt()
    return distances


class TangentNeighbours:
    """The training images, and the room that each has: the mean tangent distance to its own nearest ones.

    Args:
        data: flat (M, d), M > CANDIDATES.
        shape: channels, height, width.
    """

    def __init__(self, data: Tensor, shape: Shape) -> None:
        self._shape = shape
        self._data = smoothed(data, shape)
        self._tried = min(CANDIDATES, len(data) - 1)
        self.room = self._find(data, data, own=True)[0].mean(1)

    def score(self, x: Tensor, data: Tensor) -> TangentScores:
        """Scores of flat images (n, d); ``data`` are the training images as they were given."""
        distances, index = self._find(x, data, own=False)
        room = self.room[index].clamp(min=1e-6) ** RADIUS_POWER
        return TangentScores(distances.mean(1), (distances / room).mean(1))

    def _find(self, x: Tensor, data: Tensor, own: bool) -> tuple[Tensor, Tensor]:
        """The nearest planes' distances and indices, (n, NEIGHBOURS) each; ``own``: without the image itself."""
        tried = self._tried // 2 if own else self._tried
        near = nearest_images(x, data, tried + own)[1][:, int(own) :]
        blurred = self._data if own else smoothed(x, self._shape)
        parts = [
            tangent_distances(points, self._data[chosen], self._shape)
            for points, chosen in zip(torch.split(blurred, ROWS), torch.split(near, ROWS), strict=True)
        ]
        distances, order = torch.cat(parts).sort(1)
        kept = min(NEIGHBOURS, distances.shape[1])
        return distances[:, :kept], near.gather(1, order)[:, :kept]
