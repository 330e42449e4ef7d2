"""Residual flows: IResNet and ResFlow are this class with different estimators and activations."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bdsg.config.constants import DOUBLINGS, FIRST_SLOPE
from bdsg.density.base import standard_normal_log_prob
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.inverse import Inverse, fixed_point_inverse
from bdsg.density.flows.lipschitz import SETTLED_DOUBLINGS, Branch, LipschitzLinear, check_lipschitz
from bdsg.density.flows.log_determinant import LogDeterminant


class LogProb(NamedTuple):
    """A log density (n,) and what to differentiate in its place (see ``BlockLogDeterminant``)."""

    value: Tensor
    surrogate: Tensor


@dataclass(frozen=True)
class InverseReport:
    """How well the inverse works.

    Attributes:
        round_trip: largest ‖G(G⁻¹(x)) − x‖∞, in data units.
        residuals: largest ‖y + g(y) − target‖∞ that each block's fixed-point iteration left, (K,).
        iterations: the most that a point took in each block, (K,).
    """

    round_trip: float
    residuals: tuple[float, ...]
    iterations: tuple[int, ...]


class ResidualFlow(nn.Module):
    """x -> z through K blocks y + g(y), each after an activation normalisation, and a last one.

    log p_g(x) = log N(F(x); 0, I) + Σ log|det| (eqs. 5, 6 of BDSG with F = G⁻¹).

    Args:
        dim: coordinates of a point, d.
        blocks: number of residual blocks, K.
        hidden: width of each hidden layer of a branch.
        coefficient: bound on a branch's Lipschitz constant; each of its layers gets the root.
        activation: ``lipswish`` or ``elu``.
        generator: source of the initial weights.
    """

    def __init__(
        self,
        dim: int,
        blocks: int,
        hidden: tuple[int, ...],
        coefficient: float,
        activation: str,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        widths = (dim, *hidden, dim)
        bound = coefficient ** (1.0 / (len(widths) - 1))
        self.layers = nn.ModuleList(
            LipschitzLinear(blocks, out, into, bound, generator) for into, out in itertools.pairwise(widths)
        )
        self.slopes = nn.Parameter(torch.full((blocks,), FIRST_SLOPE))
        self.shift = nn.Parameter(torch.zeros(blocks + 1, dim))
        self.log_scale = nn.Parameter(torch.zeros(blocks + 1, dim))
        self.activation = activation

    @property
    def dim(self) -> int:
        """Number of coordinates d of a point."""
        return self.shift.shape[1]

    @property
    def tangents(self) -> int:
        """Forward tangents that an exact determinant takes through each block."""
        first = self.layers[0]
        assert isinstance(first, LipschitzLinear)
        return min(self.dim, first.bias.shape[1])

    def branches(self) -> list[Branch]:
        """The residual branches with their weights normalised, once for all blocks."""
        layers = [layer for layer in self.layers if isinstance(layer, LipschitzLinear)]
        weights = [layer.normalised_weight().unbind(0) for layer in layers]
        biases = [layer.bias.unbind(0) for layer in layers]
        slopes = nn.functional.softplus(self.slopes).unbind(0)
        grouped = zip(zip(*weights, strict=True), zip(*biases, strict=True), slopes, strict=True)
        return [Branch(w, b, slope, self.activation) for w, b, slope in grouped]

    def log_prob(self, x: Tensor) -> Tensor:
        """log p_g (n,) with the exact determinant; differentiable in ``x`` (n, d)."""
        return self.estimate_log_prob(x, Exact(), torch.Generator()).value

    def estimate_log_prob(self, x: Tensor, estimator: LogDeterminant[Branch], generator: torch.Generator) -> LogProb:
        """log p_g (n,) with the given estimator of each block's log-determinant."""
        y, total = x, self.log_scale.sum()
        *before, after = self._normalisations()
        values, surrogates = [], []
        for branch, (shift, scale) in zip(self.branches(), before, strict=True):
            y = torch.addcmul(shift, y, scale)
            block = estimator(branch, y, generator)
            y = y + block.output
            values.append(block.value)
            surrogates.append(block.surrogate)
        prior = standard_normal_log_prob(torch.addcmul(after[0], y, after[1])) + total
        value = torch.stack(values).sum(0)
        surrogate = value if surrogates[0] is values[0] else torch.stack(surrogates).sum(0)
        return LogProb(prior + value, prior + surrogate)

    def to_latent(self, x: Tensor) -> Tensor:
        """F(x) = G⁻¹(x), (n, d)."""
        y = x
        for index, branch in enumerate(self.branches()):
            y = self._normalise(y, index)
            y = y + branch(y)
        return self._normalise(y, -1)

    def to_data(self, z: Tensor) -> Tensor:
        """G(z) = F⁻¹(z) by fixed-point iteration, (n, d).

        Raises:
            InverseError: a block's inverse did not converge.
        """
        return self._invert(z)[0]

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw (count, d) points of G."""
        z = torch.randn(count, self.dim, generator=generator, device=generator.device, dtype=self.shift.dtype)
        return self.to_data(z.to(self.shift.device))

    @torch.no_grad()
    def initialise(self, x: Tensor) -> None:
        """Set each activation normalisation so that a batch leaves it with mean 0 and deviation 1."""
        y = x
        for index, branch in enumerate([*self.branches(), None]):
            self.shift[index] = -y.mean(0)
            self.log_scale[index] = -torch.log(y.std(0) + 1e-6)
            y = self._normalise(y, index)
            y = y if branch is None else y + branch(y)

    def power_iterate(self, doublings: int = DOUBLINGS) -> None:
        """Bring every layer's norm up to date: call it before each training step."""
        for layer in self.layers:
            if isinstance(layer, LipschitzLinear):
                layer.power_iterate(doublings)

    def settle(self) -> list[float]:
        """After training: converge the norms and return each branch's verified Lipschitz bound.

        Raises:
            LipschitzError: a bound of 1 or more.
        """
        self.power_iterate(SETTLED_DOUBLINGS)
        return check_lipschitz(self.branches())

    @torch.no_grad()
    def check_inverse(self, x: Tensor) -> InverseReport:
        """Send points (n, d) to the latent space and back."""
        back, inverses = self._invert(self.to_latent(x))
        residuals, iterations = tuple(i.residual for i in inverses), tuple(i.iterations for i in inverses)
        return InverseReport(float((back - x).abs().max()), residuals, iterations)

    @torch.no_grad()
    def _invert(self, z: Tensor) -> tuple[Tensor, list[Inverse]]:
        """G(z), and each block's inverse in the order of the blocks."""
        y, inverses = self._denormalise(z, -1), []
        for index, branch in reversed(list(enumerate(self.branches()))):
            inverses.append(fixed_point_inverse(branch, y))
            y = self._denormalise(inverses[-1].x, index)
        return y, inverses[::-1]

    def _normalisations(self) -> list[tuple[Tensor, Tensor]]:
        """Shift and scale (d,) of each activation normalisation y ↦ shift + scale ∘ y, once for all."""
        scale = self.log_scale.exp()
        return list(zip((self.shift * scale).unbind(), scale.unbind(), strict=True))

    def _normalise(self, y: Tensor, index: int) -> Tensor:
        return (y + self.shift[index]) * torch.exp(self.log_scale[index])

    def _denormalise(self, y: Tensor, index: int) -> Tensor:
        return y * torch.exp(-self.log_scale[index]) - self.shift[index]
