"""Level sets at one level or over a range: how closed curves continue from level to level, split, join and end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bdsg.boundary.level_sets.parametrisation import (
    PlacedCurve,
    highest_harmonic,
    main_directions,
    place_curve,
    table_places,
    to_local,
)
from bdsg.boundary.level_sets.to_level import LogProb, to_level
from bdsg.boundary.level_sets.tracing import ClosedCurve, tangents_at, trace_level_set
from bdsg.boundary.loss_terms import pair_distances

_VOTERS = 64
"""Corners of a curve that say which curve of the next level it runs along."""

_STEPS = 8

Node = tuple[int, int]
"""A closed curve: its level and its number there."""


@dataclass(frozen=True, eq=False)
class LevelTree:
    """Branches: closed curves that continue over an interval of levels.  At each level some of them are alive.

    Where a branch is not alive, its places are those at the nearest level where it is.

    Attributes:
        log_levels: evenly spaced, ascending, (n,).
        alive: (n, B) bool.
        inside: 1 for a branch around a component, −1 for one around a hole, (B,).
        centres, axes: of the ellipses, (n, B, 2) and (n, B, 2, 2).
        table: places in units of the ellipses, (n, B, P, 2).
        steepness: (n, B, P).
        lengths: mean length of each branch in data units, (B,).
    """

    log_levels: Tensor
    alive: Tensor
    inside: Tensor
    centres: Tensor
    axes: Tensor
    table: Tensor
    steepness: Tensor
    lengths: Tensor

    @property
    def count(self) -> int:
        """How many branches there are, B."""
        return self.alive.shape[1]

    @property
    def last(self) -> int:
        """The number of the highest level, n − 1: 0 where there is but one."""
        return len(self.table) - 1

    @property
    def step(self) -> float:
        """From one log ε* to the next; 0 where there is but one."""
        return float(self.log_levels[-1] - self.log_levels[0]) / max(self.last, 1)

    def at(self, circle: Tensor, branches: Tensor, position: Tensor) -> tuple[Tensor, Tensor]:
        """The places (N, 2), in units of the ellipses, for an angle, a branch and a level; their steepness, (N,).

        Args:
            circle: points of the unit circle, (N, 2).
            branches: (N,) int64.
            position: the level in steps from the lowest, (N,).
        """
        left, right, across = table_places(circle, self.table.shape[2])
        low, high, up = _around(len(self.table), position)
        below, above = (
            torch.lerp(self.table[i, branches, left], self.table[i, branches, right], across) for i in (low, high)
        )
        return torch.lerp(below, above, up[:, None]), self.steepness[position.round().long(), branches, left]

    def to_data(self, local: Tensor, branches: Tensor, position: Tensor) -> Tensor:
        """From units of the ellipses, which move from level to level, to data space, (N, 2)."""
        centres, axes = (between(parts, branches, position) for parts in (self.centres, self.axes))
        return centres + (axes @ local[:, :, None])[:, :, 0]

    def to_local(self, points: Tensor, branches: Tensor, position: Tensor) -> Tensor:
        """The inverse of ``to_data``."""
        return to_local(points, *(between(parts, branches, position) for parts in (self.centres, self.axes)))

    def harmonics(self) -> int:
        """The highest multiple of the angle that any curve needs, within limits."""
        return highest_harmonic(self.table.flatten(0, 1))


def between(values: Tensor, branches: Tensor, position: Tensor) -> Tensor:
    """Values (n, B, ...) of each point's branch (N,), interpolated between the two levels around it, (N, ...)."""
    low, high, part = _around(len(values), position)
    part = part.reshape(-1, *[1] * (values.dim() - 2))
    return torch.lerp(values[low, branches], values[high, branches], part)


def _around(count: int, position: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The levels below and above each position (N,) of ``count``, and how far it is from the one to the other."""
    low = position.long().clamp(max=max(count - 2, 0))
    return low, (low + 1).clamp(max=count - 1), position - low


def grow_tree(log_prob: LogProb, samples: Tensor, log_levels: Tensor) -> LevelTree:
    """Trace every level and link its curves with those of the next.

    Args:
        log_prob: natural-log density, (n, 2) -> (n,), differentiable.
        samples: samples of that density, (n, 2).
        log_levels: ascending, (n,).

    Raises:
        EmptyBoundaryError: hardly any sample can reach one of the levels.
    """
    levels = [float(level) for level in log_levels]
    curves = [trace_level_set(log_prob, samples, level) for level in levels]
    following: dict[Node, Node] = {}
    for i in range(len(levels) - 1):
        for below, above in _links(log_prob, curves[i], curves[i + 1], levels[i], levels[i + 1]):
            following[i, below] = (i + 1, above)
    branches = _branches([len(found) for found in curves], following)
    return _tabulate(log_prob, curves, branches, log_levels)


def _links(
    log_prob: LogProb, low: list[ClosedCurve], high: list[ClosedCurve], low_level: float, high_level: float
) -> list[tuple[int, int]]:
    """Pairs of curves of two neighbouring levels that continue each other and nothing else."""
    up = _votes(log_prob, low, high, high_level)
    down = _votes(log_prob, high, low, low_level)
    return [
        (i, j)
        for i, j in enumerate(up)
        if down[j] == i and up.count(j) == 1 and down.count(i) == 1 and (low[i].area() > 0) == (high[j].area() > 0)
    ]


def _votes(log_prob: LogProb, curves: list[ClosedCurve], onto: list[ClosedCurve], log_level: float) -> list[int]:
    """The curve of another level that most corners of each curve come to when they are pushed there."""
    corners = torch.cat([curve.points for curve in onto])
    tangents = torch.cat([curve.tangents for curve in onto])
    owners = torch.repeat_interleave(torch.tensor([len(curve.points) for curve in onto]))
    found = []
    for curve in curves:
        voters = curve.points[torch.linspace(0, len(curve.points) - 1, _VOTERS).round().long()]
        size = voters.amax(0) - voters.amin(0)
        pushed = to_level(log_prob, voters, log_level, (0.1 * size.max()).expand(len(voters)), _STEPS)
        distances = pair_distances(pushed, corners)
        agree = tangents_at(log_prob, pushed) @ tangents.T > 0
        nearest = torch.where(agree, distances, torch.inf).argmin(1)
        found.append(int(torch.bincount(owners[nearest]).argmax()))
    return found


def _branches(counts: list[int], following: dict[Node, Node]) -> list[list[Node]]:
    """Chains of nodes that follow each other, each from its lowest level up."""
    followed = set(following.values())
    branches = []
    for level, count in enumerate(counts):
        for number in range(count):
            if (level, number) in followed:
                continue
            chain = [(level, number)]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            branches.append(chain)
    return branches


def _tabulate(
    log_prob: LogProb, curves: list[list[ClosedCurve]], branches: list[list[Node]], log_levels: Tensor
) -> LevelTree:
    """The places of every branch at every level; a branch keeps its ellipses' directions, so that its angle runs on."""
    count = len(log_levels)
    columns, alive, inside, lengths = [], torch.zeros(count, len(branches), dtype=torch.bool), [], []
    for b, chain in enumerate(branches):
        mine = [curves[level][number] for level, number in chain]
        directions = main_directions(mine[len(mine) // 2])
        found = [
            place_curve(log_prob, curve, float(log_levels[level]), directions)
            for curve, (level, _) in zip(mine, chain, strict=True)
        ]
        first, last = chain[0][0], chain[-1][0]
        columns.append([found[min(max(i, first), last) - first] for i in range(count)])
        alive[first : last + 1, b] = True
        inside.append(math.copysign(1.0, mine[0].area()))
        lengths.append(sum(float(curve.steps().sum()) for curve in mine) / len(mine))

    def field(name: str) -> Tensor:
        return torch.stack([torch.stack([getattr(column[i], name) for column in columns]) for i in range(count)])

    names = PlacedCurve._fields  # centre, axes, table, steepness
    centres, axes, table, steepness = (field(name) for name in names)
    ends, sizes = (torch.tensor(part).to(table) for part in (inside, lengths))
    return LevelTree(log_levels, alive.to(table.device), ends, centres, axes, table, steepness, sizes)
