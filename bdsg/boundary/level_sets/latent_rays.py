"""The boundary read off the invertible model: where the rays of latent space leave and enter {p_g >= ε}."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from bdsg.boundary.level_sets.to_level import bisect
from bdsg.density.base import DensityModel

REACH = 6.6
"""Rays end at √d plus this: beyond r in the plane lies exp(−r²/2) of the mass, here 1e-14."""

STEPS = 32
"""Steps of equal length along each ray, before any is halved."""

FINEST = 0.03
"""A step is halved until it is no longer than this in data space, as a share of the extent of G at r = 3 ..."""

HALVINGS = 8
"""... or has been halved this often."""

_BISECTIONS = 36
_CHUNK = 8192


class RayCrossings(NamedTuple):
    """Where rays cross a level.

    Attributes:
        points: G(r u), (C, d), double precision.
        rays: which direction u each lies on, (C,) int64, in ascending order.
        radii: r, (C,), ascending along each ray.
    """

    points: Tensor
    rays: Tensor
    radii: Tensor


class RayWalk(NamedTuple):
    """Points along rays, each near the next in data space; sorted by ray, then by radius.

    Attributes:
        rays: which direction each lies on, (n,) int64.
        radii: r, (n,).
        points: G(r u), (n, d).
        log_density: log p_g there, (n,).
    """

    rays: Tensor
    radii: Tensor
    points: Tensor
    log_density: Tensor


def directions_in_plane(count: int) -> Tensor:
    """Unit vectors at equal angles, (count, 2), double precision."""
    angles = 2 * math.pi * torch.arange(count, dtype=torch.float64) / count
    return torch.stack([angles.cos(), angles.sin()], 1)


@torch.no_grad()
def walk_rays(model: DensityModel, directions: Tensor) -> RayWalk:
    """G(r u) along every unit vector u, in steps that are short in data space, and log p_g there.

    A ray's image can leap between modes within a small step of r, so long steps are halved.  With it, the
    crossings of any level are read off by interpolation between neighbours.

    Args:
        model: in double precision.
        directions: unit vectors u, (R, d).
    """
    directions = directions.double()
    walk = _start(model, directions)
    around = _image(model, directions, torch.full((len(directions),), 3.0).to(directions))
    longest = FINEST * float((around.amax(0) - around.amin(0)).max())
    for _ in range(HALVINGS):
        steps = (walk.points[1:] - walk.points[:-1]).norm(dim=1)
        long = ((steps > longest) & (walk.rays[1:] == walk.rays[:-1])).nonzero()[:, 0]
        if len(long) == 0:
            break
        walk = _halved(walk, long, model, directions)
    return walk._replace(log_density=_chunked(model.log_prob, walk.points))


@torch.no_grad()
def cross_rays(model: DensityModel, directions: Tensor, epsilon: float) -> RayCrossings:
    """All x = G(r u) with p_g(x) = ε, for every unit vector u: an answer that needs no training of B.

    Where the sign of log p_g − log ε changes over a step of :func:`walk_rays`, it is bisected.  Two
    crossings within one of the finest steps are missed.

    Args:
        model: in double precision.
        directions: unit vectors u, (R, d).
        epsilon: the level, per unit of d-dimensional volume.
    """
    log_level = math.log(epsilon)
    directions = directions.double()
    walk = walk_rays(model, directions)
    misfits = walk.log_density - log_level
    same = walk.rays[1:] == walk.rays[:-1]
    low = (same & ((misfits[1:] > 0) != (misfits[:-1] > 0))).nonzero()[:, 0]
    rays, rising = walk.rays[low], misfits[low] <= 0

    def before(radii: Tensor) -> Tensor:
        return (_chunked(model.log_prob, _image(model, directions[rays], radii)) > log_level) != rising

    near, far = bisect(before, walk.radii[low], walk.radii[low + 1], _BISECTIONS)
    radii = 0.5 * (near + far)
    return RayCrossings(_image(model, directions[rays], radii), rays, radii)


def _start(model: DensityModel, directions: Tensor) -> RayWalk:
    """Steps of equal length along each ray."""
    count, dim = directions.shape
    radii = torch.linspace(0, math.sqrt(dim) + REACH, STEPS + 1).to(directions).repeat(count)
    rays = torch.arange(count, device=directions.device).repeat_interleave(STEPS + 1)
    return RayWalk(rays, radii, _image(model, directions[rays], radii), torch.empty(0))


def _halved(walk: RayWalk, long: Tensor, model: DensityModel, directions: Tensor) -> RayWalk:
    """With a new point in the middle of each of the named steps."""
    rays, radii = walk.rays[long], 0.5 * (walk.radii[long] + walk.radii[long + 1])
    places = torch.cat([torch.arange(len(walk.rays)).to(radii), long + 0.5])
    order = torch.argsort(places)
    return walk._replace(
        rays=torch.cat([walk.rays, rays])[order],
        radii=torch.cat([walk.radii, radii])[order],
        points=torch.cat([walk.points, _image(model, directions[rays], radii)])[order],
    )


def _image(model: DensityModel, directions: Tensor, radii: Tensor) -> Tensor:
    """G(r u), (n, d)."""
    return _chunked(model.to_data, radii[:, None] * directions)


def _chunked(function: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """A function of points, a chunk at a time: it bounds the memory of a mixture of many modes."""
    if len(points) == 0:
        return points
    return torch.cat([function(points[i : i + _CHUNK]) for i in range(0, len(points), _CHUNK)])
