"""The loop of compiled training: stretches of steps between two looks at the stop and at B(z)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.stepper import Stepper
from bdsg.config import BoundaryConfig
from bdsg.density.plateau import one_cycle
from bdsg.errors import DivergenceError
from bdsg.result import TERMS

STRETCH_SECONDS = 0.02
"""A stretch is meant to be shorter, so that a stop is soon noticed."""

_BLOCK = 16
"""PyTorch draws normal numbers in blocks of 16: draws of whole blocks are one stream, however they are cut."""


class Stretch(NamedTuple):
    """Steps that were taken at one go.

    Attributes:
        step: number of the first.
        terms: L, L0, L1, L2 of each, (S, 4), all finite.
        points: B(z) of the latent that every snapshot shows, before the first; None where no snapshot is due.
        last: the first and only step was not descended.
    """

    step: int
    terms: np.ndarray
    points: np.ndarray | None
    last: bool


def draw_latents(steps: int, batch: int, random: torch.Generator) -> Tensor:
    """z ~ N(0, I) of some steps, (steps, batch, 2): the same numbers as drawn step by step."""
    if batch * 2 % _BLOCK == 0:
        return torch.randn(steps, batch, 2, generator=random)
    return torch.stack([torch.randn(batch, 2, generator=random) for _ in range(steps)])


def check_terms(terms: dict[str, float], step: int, config: BoundaryConfig) -> None:
    """Raise DivergenceError for the first term that is not finite."""
    for name in ("l0", "l1", "l2", "loss"):
        if not math.isfinite(terms[name]):
            remedy = f"Lower boundary.learning_rate, now {config.learning_rate:g}, or the weights λ1 and λ2."
            raise DivergenceError("boundary", step, name.upper() if name != "loss" else "the loss", remedy)


def stretches(
    stepper: Stepper,
    config: BoundaryConfig,
    due: Collection[int],
    latent: Tensor,
    random: torch.Generator,
    stop: Callable[[], bool],
) -> Iterator[Stretch]:
    """Train for ``config.steps``, or until a stop; the last stretch evaluates B and leaves it as it is.

    Args:
        due: the steps before which B(latent) is wanted; the last is always shown.
        stop: asked before each stretch.

    Raises:
        DivergenceError: a term of the loss is no longer finite.
    """
    ends = np.array(sorted({*due, config.steps}))
    step, allowed = 0, 1
    while True:
        last = step == config.steps or stop()
        points = stepper.points(latent) if last or step in due else None
        count = 1 if last else min(int(ends[ends > step][0]) - step, allowed)
        rates = [config.learning_rate * one_cycle(i / config.steps) for i in range(step, step + count)]
        begun = time.perf_counter()
        latents = draw_latents(count, config.batch_size, random)
        terms = stepper.steps(latents, np.array([-1.0] if last else rates), step)
        finite = np.isfinite(terms).all(1)
        if finite[0]:
            yield Stretch(step, terms[finite], points, last)
        if not finite[-1]:
            check_terms(dict(zip(TERMS, terms[-1].tolist(), strict=True)), step + len(terms) - 1, config)
        if last:
            return
        allowed = max(1, min(2 * count, int(STRETCH_SECONDS * count / (time.perf_counter() - begun))))
        step += count
