"""Closed curves of a level set in the plane, traced along the tangent from many places at once."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from bdsg.boundary.level_sets.to_level import LogProb, reach_level, thin_evenly, to_level, value_and_gradient
from bdsg.boundary.loss_terms import pair_distances
from bdsg.errors import BDSGError
from bdsg.numerics.device import to_numpy

SEEDS = 192
"""Places that the tracing starts from in a round; each tracer goes on to the next such place."""

ROUNDS = 4
"""A curve that no seed lay on is found in a later round, by the pushed samples that are still far from all curves."""

_TURN = 0.3
"""Most radians that the tangent may turn within a step."""

_MOST_NATS = 3.0
"""Longest step in the distance within which the density changes by e: that is the size of the mode that made it."""

_TOLERANCE = 0.001
"""Nats by which a traced point may miss the level: near a saddle little more would lead to its other branch."""

_STEPS, _SMALLEST_STEP = 500, 1e-6
"""Most steps of a tracer, and the step at which it gives up, as a share of the longest."""


class ClosedCurve(NamedTuple):
    """One closed curve of a level set, with the higher density on its left.

    Attributes:
        points: corners of the polyline, (n, 2); the last is joined to the first.
        tangents: unit tangents at them, (n, 2).
    """

    points: Tensor
    tangents: Tensor

    def steps(self) -> Tensor:
        """Length of each side, (n,), the last being that back to the first corner."""
        lengths: Tensor = (self.points.roll(-1, 0) - self.points).norm(dim=1)
        return lengths

    def area(self) -> float:
        """Signed area: positive around a component, negative around a hole in one."""
        x, y = (self.points - self.points.mean(0)).unbind(1)
        return 0.5 * float((x * y.roll(-1, 0) - y * x.roll(-1, 0)).sum())


def trace_level_set(log_prob: LogProb, samples: Tensor, log_level: float) -> list[ClosedCurve]:
    """Every closed curve of {log p = log_level} that some sample can be pushed to.

    Args:
        log_prob: natural-log density, (n, 2) -> (n,), differentiable.
        samples: samples of that density, (n, 2).

    Raises:
        EmptyBoundaryError: hardly any sample can reach the level.
        BDSGError: samples reach it, but no curve could be traced.
    """
    pushed = reach_level(log_prob, samples, log_level)
    longest = 0.3 * float(samples.std(0).max())
    tangents = tangents_at(log_prob, pushed)
    curves: list[ClosedCurve] = []
    waiting = torch.ones(len(pushed), dtype=torch.bool, device=pushed.device)
    for attempt in range(ROUNDS):
        # In other places and with shorter steps than before, in case that a tracer gave up.
        seeds, _ = thin_evenly(pushed[waiting].roll(attempt, 0), SEEDS)
        found = _trace(log_prob, seeds, log_level, longest / 2**attempt)
        for curve in found:
            waiting = waiting & _far_from(curve, pushed, tangents)
            # A walk that cut a corner is replaced by the one that samples in that corner lead to.
            curves = [old for old in curves if _far_from(curve, *old).double().mean() > 0.5]
        curves += found
        if not bool(waiting.any()):
            break
    if not curves:
        raise BDSGError(
            f"No closed curve of the level {math.exp(log_level):.3g} could be traced, though samples of the density "
            "reach it: choose another epsilon or delta."
        )
    return curves


def steepness(log_prob: LogProb, points: Tensor) -> Tensor:
    """‖∇ log p‖ in nats per data unit, (n,): one over the distance within which the density changes by e."""
    slope: Tensor = value_and_gradient(log_prob, points)[1].norm(dim=1)
    return slope


def tangents_at(log_prob: LogProb, points: Tensor) -> Tensor:
    """Unit tangents (n, 2) of the level sets through the points, with the higher density on the left."""
    return _tangent(value_and_gradient(log_prob, points)[1])


def _tangent(gradient: Tensor) -> Tensor:
    """The gradient's direction turned clockwise by a right angle, so that higher density lies on the left."""
    unit = gradient / gradient.norm(dim=1, keepdim=True).clamp(min=1e-30)
    return torch.stack([unit[:, 1], -unit[:, 0]], 1)


def turns(directions: Tensor) -> Tensor:
    """Angle from each of the directions (n, 2) to the next, the last to the first, (n,)."""
    ahead = directions.roll(-1, 0)
    cross = directions[:, 0] * ahead[:, 1] - directions[:, 1] * ahead[:, 0]
    angles: Tensor = torch.atan2(cross, (directions * ahead).sum(1))
    return angles


class _Tracers:
    """Predictor-corrector steps from every seed until each meets the next seed on its curve.

    A step is halved while the corrector misses the level or the tangent turns too far, so that it shrinks
    in a sharp bend and cannot jump to the other side of a thin strip, where the tangent is opposite.
    """

    def __init__(self, log_prob: LogProb, seeds: Tensor, log_level: float, longest: float) -> None:
        self.log_prob, self.seeds, self.log_level, self.longest = log_prob, seeds, log_level, longest
        gradient = value_and_gradient(log_prob, seeds)[1]
        self.seed_tangents = _tangent(gradient)
        self.points, self.tangents = seeds.clone(), self.seed_tangents.clone()
        self.lengths = (0.3 / gradient.norm(dim=1).clamp(min=1e-30)).clamp(max=longest)
        self.successors = torch.full((len(seeds),), -1, device=seeds.device)
        self.walking = torch.arange(len(seeds), device=seeds.device)
        self.walked = [(self.walking, self.points.clone(), self.tangents.clone())]

    def step(self) -> None:
        """Move every tracer that still walks by one step, if the step is good."""
        walking = self.walking
        before, tangents, lengths = self.points[walking], self.tangents[walking], self.lengths[walking]
        after = to_level(self.log_prob, before + lengths[:, None] * tangents, self.log_level, lengths)
        value, gradient = value_and_gradient(self.log_prob, after)
        turned = _tangent(gradient)
        cosines, moved = (turned * tangents).sum(1), (after - before).norm(dim=1)
        good = (value - self.log_level).abs() < _TOLERANCE
        good &= (cosines > math.cos(_TURN)) & (moved > 0.6 * lengths) & (moved < 1.5 * lengths)
        good &= self._level_between(before, after, turned)
        longer = torch.minimum(1.5 * lengths, _MOST_NATS / gradient.norm(dim=1).clamp(min=1e-30)).clamp(
            max=self.longest
        )
        straight = cosines > math.cos(0.5 * _TURN)
        self.lengths[walking] = torch.where(good, torch.where(straight, longer, lengths), 0.5 * lengths)
        met = self._met(before, after, turned)
        met[~good] = -1
        self.successors[walking] = met
        going = good & (met < 0)
        self.points[walking[going]], self.tangents[walking[going]] = after[going], turned[going]
        self.walked.append((walking[going], after[going], turned[going]))
        stuck = self.lengths[walking] < _SMALLEST_STEP * self.longest
        self.walking = walking[(met < 0) & ~stuck]

    def _level_between(self, before: Tensor, after: Tensor, tangents: Tensor) -> Tensor:
        """Whether the level passes near the middle of each step, and there in the same direction."""
        value, gradient = value_and_gradient(self.log_prob, 0.5 * (before + after))
        steepness = gradient.norm(dim=1)
        near: Tensor = (value - self.log_level).abs() < 0.1 * steepness * (after - before).norm(dim=1) + _TOLERANCE
        along = (_tangent(gradient) * tangents).sum(1) > math.cos(_TURN)
        return near & along

    def _met(self, before: Tensor, after: Tensor, tangents: Tensor) -> Tensor:
        """The first seed that each step passes, by index, or -1."""
        step = after - before
        lengths = step.norm(dim=1, keepdim=True).clamp(min=1e-30)
        forward = step / lengths
        offsets = self.seeds[None] - before[:, None]  # (walking, seeds, 2)
        along = (offsets * forward[:, None]).sum(-1)
        aside = (offsets[..., 0] * forward[:, None, 1] - offsets[..., 1] * forward[:, None, 0]).abs()
        # After the first step a little behind, too: a seed may lie beyond one step and yet behind the next,
        # where the two meet at an angle.
        first = (offsets == 0).all(-1).any(1, keepdim=True)
        passed = (along > torch.where(first, 0.0, -0.05) * lengths) & (along <= lengths) & (aside < 0.15 * lengths)
        passed &= tangents @ self.seed_tangents.T > 0.7
        nearest = torch.where(passed, along, torch.inf).min(1)
        return torch.where(nearest.values < torch.inf, nearest.indices, -1)

    def cycles(self) -> list[ClosedCurve]:
        """The walks joined head to tail along every cycle of successors."""
        owners, points, tangents = (torch.cat(parts) for parts in zip(*self.walked, strict=True))
        order = torch.argsort(owners, stable=True)
        walks = torch.split(order, to_numpy(torch.bincount(owners, minlength=len(self.seeds))).tolist())
        curves = []
        for cycle in _cycles(to_numpy(self.successors).tolist()):
            whole = torch.cat([walks[i] for i in cycle])
            curves.append(ClosedCurve(points[whole], tangents[whole]))
        # A closed curve turns once around (Hopf, 1935); where rounding ends all steps, a chance cycle does not.
        return [curve for curve in curves if abs(abs(float(turns(curve.tangents).sum())) - 2 * math.pi) < 0.1]


def _trace(log_prob: LogProb, seeds: Tensor, log_level: float, longest: float) -> list[ClosedCurve]:
    tracers = _Tracers(log_prob, seeds, log_level, longest)
    for _ in range(_STEPS):
        if len(tracers.walking) == 0:
            break
        tracers.step()
    return tracers.cycles()


def _cycles(successors: list[int]) -> list[list[int]]:
    """Cycles of the map i -> successors[i], where -1 leads nowhere."""
    first_seen = [-1] * len(successors)
    cycles = []
    for start in range(len(successors)):
        chain, i = [], start
        while i >= 0 and first_seen[i] < 0:
            first_seen[i] = start
            chain.append(i)
            i = successors[i]
        if i >= 0 and first_seen[i] == start:
            cycles.append(chain[chain.index(i) :])
    return cycles


def _far_from(curve: ClosedCurve, points: Tensor, tangents: Tensor) -> Tensor:
    """Which of the points (n, 2), with their tangents, do not lie on the curve, (n,)."""
    steps = curve.steps()
    reach = torch.maximum(steps, steps.roll(1))
    distances = pair_distances(points, curve.points) / reach
    distances = torch.where(tangents @ curve.tangents.T > 0, distances, torch.inf)
    return distances.amin(1) > 1.0
