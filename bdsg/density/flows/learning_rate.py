"""When a fit has learned enough: its schedule of step sizes, and the weights to keep."""

from __future__ import annotations

import math

import torch
from torch import nn

from bdsg.config.constants import COOL_DOWN, GAIN, WARM_UP


def one_cycle(progress: float) -> float:
    """Learning rate as a share of its highest: a linear rise, then half a cosine down to 0.

    Args:
        progress: share of the training that is done, in [0, 1].
    """
    if progress < WARM_UP:
        return 0.04 + 0.96 * progress / WARM_UP
    return 0.5 * (1.0 + math.cos(math.pi * (progress - WARM_UP) / (1.0 - WARM_UP)))


class Schedule:
    """One cycle over ``steps``, cut short by a plateau of the held-out likelihood.

    On a plateau the step size falls linearly to 0 over a last stretch, so that a fit that is cut short
    ends with small steps, as a whole cycle does.

    Args:
        steps: of the whole cycle.
        patience: steps without ``GAIN`` that make a plateau.

    Attributes:
        end: the step after which training ends.
    """

    def __init__(self, steps: int, patience: int) -> None:
        self.steps = self.end = steps
        self.patience = patience
        self._cooling: int | None = None
        self._best, self._best_step = math.inf, 0

    def check(self, step: int, held_out: float) -> None:
        """Take note of the held-out negative log-likelihood (nats) at a step."""
        if held_out < self._best - GAIN:
            self._best, self._best_step = held_out, step
        end = step + round(COOL_DOWN * step)
        if self._cooling is None and step - self._best_step >= self.patience and end < self.steps:
            self._cooling, self.end = step, end

    def rate(self, step: int) -> float:
        """Learning rate at a step as a share of its highest."""
        if self._cooling is None:
            return one_cycle(step / self.steps)
        left = (self.end - step) / (self.end - self._cooling)
        return one_cycle(self._cooling / self.steps) * left


class BestWeights:
    """The weights of a module that had the lowest held-out negative log-likelihood so far."""

    def __init__(self, module: nn.Module) -> None:
        self._module, self._lowest = module, math.inf
        self._kept: list[torch.Tensor] = []

    def offer(self, held_out: float) -> None:
        """Keep the present weights if they are the best."""
        if held_out < self._lowest:
            self._lowest = held_out
            self._kept = [tensor.detach().clone() for tensor in self._module.state_dict().values()]

    def restore(self) -> None:
        """Put the best weights back, once some were kept."""
        for tensor, kept in zip(self._module.state_dict().values(), self._kept, strict=True):
            tensor.detach().copy_(kept)
