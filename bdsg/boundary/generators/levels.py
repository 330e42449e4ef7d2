"""Our B(z), or B(z, ε): one generator for a level, or for a whole range, so that ε moves the boundary itself."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.boundary.generators.dense import layers, on_circle
from bdsg.boundary.level_sets.level_tree import LevelTree
from bdsg.config.constants import SMALLEST_SHARE, START_OUTSIDE
from bdsg.errors import ConfigError


class LevelCode(NamedTuple):
    """What B reads from z at a level.

    Attributes:
        circle: place on the unit circle, (N, 2).
        branches: which branch of the tree, (N,).
        position: the level in units of the tree's steps, from 0 at the lowest, (N,).
    """

    circle: Tensor
    branches: Tensor
    position: Tensor


class LevelGenerator(nn.Module):
    """Ours: |z| chooses a branch that is alive at ε, z/‖z‖ a place on its closed curve; one network moves them all.

    The network sees the angle's damped sines and cosines, the branch, and, where there are several, the level times
    the branch.  It adds an offset in units of an ellipse that moves and grows with the level; each curve starts as an
    ellipse just outside the support, around a component or within a hole.

    Args:
        hidden: width of each hidden layer.
        tree: branches of the level sets.
        epsilon, delta: ε of a call that names none; their ratio holds at every ε.
    """

    edges: Tensor
    radii: Tensor

    def __init__(
        self, hidden: tuple[int, ...], tree: LevelTree, epsilon: float, delta: float, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.tree, self.log_levels = tree, tree.log_levels.tolist()
        self.epsilon, self.below = epsilon, 0.5 * math.log(epsilon / delta)
        self.harmonics = tree.harmonics()
        self.register_buffer("edges", _edges(tree))
        self.register_buffer("radii", START_OUTSIDE**tree.inside)
        inputs = 2 * self.harmonics + tree.count * (2 if tree.last else 1)
        self.network = layers((inputs, *hidden, 2), nn.SiLU, generator)
        with torch.no_grad():
            final = self.network[-1]
            assert isinstance(final, nn.Linear)
            final.weight.mul_(0.05)  # start on the ellipses
        self.to(tree.table.device)

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest ε."""
        return math.exp(self.log_levels[0] + self.below), math.exp(self.log_levels[-1] + self.below)

    def position(self, epsilon: float) -> float:
        """Where ε lies in units of the tree's steps.

        Raises:
            ConfigError: ε is out of range.
        """
        at, low = math.log(epsilon) - self.below, self.log_levels[0]
        if not low - 1e-6 <= at <= self.log_levels[-1] + 1e-6:
            least, most = self.range
            raise ConfigError(
                "epsilon", epsilon, f"must lie between {least:.3g} and {most:.3g}, which B was trained for."
            )
        steps: float = (at - low) / (self.tree.step or 1.0)
        return min(max(steps, 0.0), float(self.tree.last))

    def code(self, z: Tensor, position: Tensor) -> LevelCode:
        """The angle, and the branch by the CDF of |z|, 1 − exp(−|z|²/2), among those alive at the level."""
        uniform = -torch.expm1(-0.5 * (z * z).sum(-1))
        rows = self.edges[position.round().long()]
        branches = torch.searchsorted(rows, uniform.clamp(min=1e-7)[:, None])[:, 0]
        return LevelCode(on_circle(z), branches, position)

    def read(self, z: Tensor, epsilon: float | None = None) -> LevelCode:
        """The code at ε, the config's where it is not given."""
        position = self.position(self.epsilon if epsilon is None else epsilon)
        return self.code(z, torch.full_like(z[:, 0], position))

    def local(self, code: LevelCode) -> Tensor:
        """B in units of the ellipses, (N, 2)."""
        one_hot = nn.functional.one_hot(code.branches, self.tree.count).to(code.circle)
        inputs = [angle_features(code.circle, self.harmonics), one_hot]
        if self.tree.last:
            inputs.append((2 * code.position[:, None] / self.tree.last - 1) * one_hot)
        offset: Tensor = self.network(torch.cat(inputs, 1))
        return self.radii[code.branches, None] * code.circle + offset

    def to_data(self, local: Tensor, code: LevelCode) -> Tensor:
        """From units of the ellipses to data space, (N, 2)."""
        return self.tree.to_data(local, code.branches, code.position)

    def forward(self, z: Tensor, epsilon: float | None = None) -> Tensor:
        """B(z, ε), (n, 2) -> (n, 2); ε is the config's where it is not given.

        Raises:
            ConfigError: ε is out of range.
        """
        code = self.read(z, epsilon)
        return self.to_data(self.local(code), code)

    def export(self) -> dict[str, np.ndarray]:
        """All that B(z, ε) takes, as float32 arrays: what a browser needs.

        With n levels, B branches and H harmonics: ``log_epsilons`` (n,), ``edges`` (n, B), ``centres``
        (n, B, 2), ``axes`` (n, B, 2, 2), ``radii`` (B,), and of the l-th dense layer ``weight_l`` (out, in)
        and ``bias_l`` (out,).  Between the layers is the SiLU; the inputs are cos mθ/√m for m = 1 .. H,
        sin mθ/√m, the branch as one of B, and that times 2·position/(n − 1) − 1.
        """
        dense = [module for module in self.network if isinstance(module, nn.Linear)]
        arrays = {"log_epsilons": torch.tensor(self.log_levels) + self.below}
        arrays |= {"edges": self.edges, "centres": self.tree.centres, "axes": self.tree.axes, "radii": self.radii}
        for i, layer in enumerate(dense):
            arrays |= {f"weight_{i}": layer.weight, f"bias_{i}": layer.bias}
        return {name: tensor.detach().float().numpy().copy() for name, tensor in arrays.items()}


def _edges(tree: LevelTree) -> Tensor:
    """Cumulative shares of the branches at each level, (n, B); one that is not alive has none."""
    living = tree.alive * tree.lengths
    shares = living / living.sum(1, keepdim=True)
    shares = tree.alive * shares.clamp(min=SMALLEST_SHARE)
    edges = torch.cumsum(shares / shares.sum(1, keepdim=True), 1)
    return torch.where(edges > 1 - 1e-5, torch.ones_like(edges), edges)


def angle_features(circle: Tensor, harmonics: int) -> Tensor:
    """cos mθ/√m and sin mθ/√m for m = 1 .. harmonics, (n, 2·harmonics), by powers of a complex number.

    Undamped, the high multiples are learned as fast as the low ones, and the curve frays on its way.
    """
    place = torch.complex(circle[:, 0], circle[:, 1])
    powers = torch.cumprod(place[:, None].expand(-1, harmonics), 1)
    powers = powers / torch.arange(1, harmonics + 1).to(circle).sqrt()
    return torch.cat([powers.real, powers.imag], 1)
