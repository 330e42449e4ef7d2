"""The loop of compiled training: stretches of steps between two looks at the stop and at B(z)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.kernels.terms import EVALUATE
from bdsg.boundary.training.compiled_steps import Stepper
from bdsg.boundary.training.control import Pace, TrainingControl
from bdsg.config.schedule import Change
from bdsg.density.flows.learning_rate import one_cycle
from bdsg.errors import DivergenceError
from bdsg.runs.result import TERMS

STRETCH_SECONDS = 0.02
"""A stretch is meant to be shorter, so that a stop is soon noticed."""


class Stretch(NamedTuple):
    """Steps that were taken at one go.

    Attributes:
        step: number of the first.
        terms: L, L0, L1, L2 of each, (S, 4), all finite.
        points: B(z) of the latent that every snapshot shows, before the first; None where no snapshot is due.
        forces: the pulls of each term on the first of them: see ``bdsg.boundary.term_gradients``.
        last: the first and only step was not descended.
        change: made by hand before the first.
    """

    step: int
    terms: np.ndarray
    points: np.ndarray | None
    forces: np.ndarray | None
    last: bool
    change: Change | None


def check_terms(terms: dict[str, float], step: int, learning_rate: float) -> None:
    """Raise DivergenceError for the first term that is not finite."""
    for name in ("l0", "l1", "l2", "loss"):
        if not math.isfinite(terms[name]):
            remedy = f"Lower boundary.learning_rate, now {learning_rate:g}, or the weights λ1 and λ2."
            raise DivergenceError("boundary", step, name.upper() if name != "loss" else "the loss", remedy)


def stretches(
    stepper: Stepper,
    control: TrainingControl,
    pace: Pace,
    due: Collection[int],
    latent: Tensor,
    random: torch.Generator,
    stop: Callable[[], bool],
) -> Iterator[Stretch]:
    """Train for ``control.config.steps``, or until a stop; the last stretch evaluates B and leaves it as it is.

    Where a stretch ends changes no number: a change that is planned begins one, as one made by hand does.

    Args:
        due: the steps before which B(latent) is wanted; the last is always shown.
        stop: asked before each stretch.

    Raises:
        DivergenceError: a term of the loss is no longer finite.
    """
    steps = control.config.steps
    ends = np.array(sorted({*due, steps}))
    step, allowed = 0, 1
    while True:
        paced = pace.wait(step, steps, stop)
        last = step == steps or stop()
        change = control.reach(step, last=last)
        stepper.weigh(control.weights)
        points = stepper.points(latent) if last or step in due else None
        forces = None if points is None else stepper.forces(latent)
        end = min(int(ends[ends > step][0]), control.next_change(step)) if not last else step + 1
        count = min(end - step, allowed, paced)
        rates = [control.weights.learning_rate * one_cycle(i / steps) for i in range(step, step + count)]
        begun = time.perf_counter()
        latents = stepper.draw(count, random)
        terms = stepper.steps(latents, np.array([EVALUATE] if last else rates), step)
        finite = np.isfinite(terms).all(1)
        if finite[0]:
            yield Stretch(step, terms[finite], points, forces, last, change)
        if not finite[-1]:
            values = dict(zip(TERMS, terms[-1].tolist(), strict=True))
            check_terms(values, step + len(terms) - 1, control.weights.learning_rate)
        if last:
            return
        allowed = max(1, min(2 * count, int(STRETCH_SECONDS * count / (time.perf_counter() - begun))))
        step += count
