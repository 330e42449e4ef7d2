"""Every closed curve of a level set as a function of an angle: the place on it that each z stands for."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from bdsg.boundary.level_sets.to_level import LogProb, to_level
from bdsg.boundary.level_sets.tracing import ClosedCurve, steepness, turns
from bdsg.config.constants import BEND, PLACES

_MISFIT = 0.005
"""Root mean square of what the harmonics above the chosen one carry, as a share of the curve's size."""

_HARMONICS = (8, 40)


def highest_harmonic(table: Tensor) -> int:
    """The highest multiple of the angle that curves tabulated at equal steps of it, (K, P, 2), need, within limits."""
    waves = torch.fft.fft(torch.view_as_complex(table.contiguous()), norm="forward").abs().square()
    half = table.shape[1] // 2
    power = waves[:, 1:half] + waves.flip(1)[:, : half - 1]  # of the multiples 1, 2, ... both ways round
    above = power.flip(1).cumsum(1).flip(1)  # of this multiple and all higher ones
    needed = int((above > _MISFIT**2).sum(1).max())
    low, high = _HARMONICS
    return min(max(needed, low), high)


def table_places(circle: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """The two of ``count`` places around points of the unit circle (N, 2), (N,) each; how far these are on, (N, 1)."""
    place = torch.remainder(torch.atan2(circle[:, 1], circle[:, 0]) / (2 * math.pi), 1.0) * count
    below = place.long().clamp(max=count - 1)
    return below, (below + 1) % count, (place - below)[:, None]


class PlacedCurve(NamedTuple):
    """One closed curve in the frame of an ellipse.

    Attributes:
        centre, axes: of the ellipse, (2,), and its half axes as columns, (2, 2).
        table: places at equal steps of the angle, in units of the ellipse, (P, 2).
        steepness: ‖∇ log p_g‖ there in nats per data unit, (P,).
    """

    centre: Tensor
    axes: Tensor
    table: Tensor
    steepness: Tensor


def place_curve(log_prob: LogProb, curve: ClosedCurve, log_level: float, directions: Tensor) -> PlacedCurve:
    """Tabulate one curve: equal steps of the angle are equal steps of length and bend (see ``BEND``).

    The angle starts and runs so that the curve is as near as can be to the circle of its frame, turn for turn.

    Args:
        directions: of the ellipse's axes, as columns, (2, 2).
    """
    centre, axes = _frame(curve, directions)
    along = _measure(curve, axes)
    points = curve.points
    if curve.area() < 0:  # around a hole; from here on all run anticlockwise
        points, along = points.flip(0).roll(1, 0), 1 - along.flip(0)
    points = _aligned(points, along, centre, axes)
    reach = (points.roll(-1, 0) - points).norm(dim=1)
    points = to_level(log_prob, points, log_level, reach)
    return PlacedCurve(centre, axes, to_local(points, centre, axes), steepness(log_prob, points))


def main_directions(curve: ClosedCurve) -> Tensor:
    """The directions of least and of most spread, as columns, (2, 2); a rotation."""
    weights = curve.steps()
    weights = ((weights + weights.roll(1)) / (2 * weights.sum()))[:, None]
    offsets = curve.points - (weights * curve.points).sum(0)
    directions: Tensor = torch.linalg.eigh(offsets.T @ (weights * offsets)).eigenvectors
    if float(torch.det(directions)) < 0:
        directions = directions * torch.tensor([1.0, -1.0]).to(directions)
    return directions


def _frame(curve: ClosedCurve, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Centre (2,) and half axes (2, 2), as columns, of the ellipse that just fits into the curve's bounding box."""
    along = curve.points @ directions
    low, high = along.amin(0), along.amax(0)
    return directions @ (0.5 * (low + high)), directions * (0.5 * (high - low))


def _measure(curve: ClosedCurve, axes: Tensor) -> Tensor:
    """How far round the curve each corner is, in [0, 1], and 1 for the first corner again, (n + 1,)."""
    steps = curve.steps()
    directions = torch.linalg.solve(axes, curve.tangents.T).T
    bends = turns(directions).abs()
    share = (1 - BEND) * steps / steps.sum() + BEND * bends / bends.sum()
    return torch.cat([torch.zeros_like(share[:1]), share.double().cumsum(0).to(share) / share.sum()])


def _aligned(points: Tensor, along: Tensor, centre: Tensor, axes: Tensor) -> Tensor:
    """Points at ``PLACES`` equal steps of the measure from where the first harmonic in the frame has the phase 0."""
    steps = torch.arange(PLACES).to(along) / PLACES
    found = torch.view_as_complex(to_local(_walk(points, along, steps), centre, axes).contiguous())
    first = torch.fft.fft(found)[1]
    return _walk(points, along, torch.remainder(steps - float(first.angle()) / (2 * math.pi), 1.0))


def _walk(points: Tensor, along: Tensor, at: Tensor) -> Tensor:
    """The polyline's points where its measure ``along`` (n + 1,) is ``at`` (m,), (m, 2)."""
    side = (torch.searchsorted(along, at.contiguous(), right=True) - 1).clamp(0, len(points) - 1)
    part = ((at - along[side]) / (along[side + 1] - along[side]).clamp(min=1e-12))[:, None]
    return (1 - part) * points[side] + part * points[(side + 1) % len(points)]


def to_local(points: Tensor, centres: Tensor, axes: Tensor) -> Tensor:
    """Points (N, 2) in units of an ellipse: centre (2,) or (N, 2), half axes (2, 2) or (N, 2, 2)."""
    local: Tensor = torch.linalg.solve(axes, (points - centres)[..., None])[..., 0]
    return local
