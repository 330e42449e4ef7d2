"""Training loops that yield as they go; they know no screen and no disk."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.objectives import Objective, Terms, parameters
from bdsg.boundary.term_gradients import forces_by_autograd
from bdsg.boundary.training.compiled_loop import check_terms, stretches
from bdsg.boundary.training.compiled_objective import compiled_stepper
from bdsg.boundary.training.compiled_steps import Stepper, draw_latents
from bdsg.boundary.training.control import Pace, TrainingControl
from bdsg.config import BoundaryConfig, DensityConfig
from bdsg.config.constants import CHECK_EVERY, HELD_OUT, LEAST_HELD_OUT
from bdsg.config.schedule import Change
from bdsg.density.diagnostics import affordable
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.learning_rate import BestWeights, Schedule, one_cycle
from bdsg.density.flows.likelihood_step import Descent
from bdsg.density.flows.lipschitz import Branch
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.residual_flow import ResidualFlow
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.errors import DivergenceError
from bdsg.numerics.device import to_numpy
from bdsg.runs.result import TERMS, BoundarySnapshot, DensitySnapshot, Progress, StepClock

Stop = Callable[[], bool]

DENSITY_SNAPSHOTS = 30
DRAWN_TOGETHER = 16
FIT_THREADS = 2


def snapshot_steps(steps: int, count: int, power: float = 1.5) -> list[int]:
    """Where to take snapshots, from 0 to ``steps``: denser at first, where most moves."""
    places = np.linspace(0.0, 1.0, max(2, count)) ** power * steps
    return sorted({round(place) for place in places.tolist()})


def estimator_for(config: DensityConfig) -> LogDeterminant[Branch]:
    """The log-determinant that the config trains with."""
    if config.log_determinant == "truncated":
        return TruncatedSeries(config.series_terms)
    return RussianRoulette() if config.log_determinant == "roulette" else Exact()


def train_density(
    flow: ResidualFlow,
    config: DensityConfig,
    draw: Callable[[int], Tensor],
    preview: Tensor,
    random: torch.Generator,
    stop: Stop,
    *,
    control: Callable[[Tensor], float] = lambda held_out: 0.0,
) -> Iterator[Progress | DensitySnapshot]:
    """Fit a residual flow by maximum likelihood on fresh samples.

    It ends after ``config.steps``, or sooner once the held-out likelihood is on a plateau: the learning rate then
    runs out over a last stretch.  At the end the flow has the weights that held-out samples liked best.

    Args:
        draw: gives (n, d) fresh training samples.
        preview: points (P·P, d) whose log density every snapshot shows.
        stop: asked before each step.
        control: a number for the held-out samples, (n, d), which the snapshots add to their negative
            log-likelihood: where the true density is known, what its own lacks to the entropy.

    Raises:
        DivergenceError: the likelihood is no longer finite.
    """
    held_out = draw(affordable(HELD_OUT, flow.tangents, LEAST_HELD_OUT))
    luck = control(held_out)
    flow.initialise(draw(2048))
    descent = Descent(flow, estimator_for(config), random, threads=min(os.cpu_count() or 1, FIT_THREADS))
    due, clock = set(snapshot_steps(config.steps, DENSITY_SNAPSHOTS)), StepClock()
    schedule, best = Schedule(config.steps, config.patience), BestWeights(flow)
    step, batches = 0, _batches(draw, config.batch_size)
    while True:
        if step % CHECK_EVERY == 0 or step in due or step == schedule.end:
            with descent.averaged():
                found = _held_out(flow, held_out, step, config)
                best.offer(found)
                if step % CHECK_EVERY == 0:
                    schedule.check(step, found)
                if step in due and step != schedule.end:
                    yield _density_snapshot(flow, step, found + luck, preview)
        if step == schedule.end:
            best.restore()
            yield _density_snapshot(flow, step, _held_out(flow, held_out, step, config) + luck, preview)
        if step == schedule.end or stop():
            return
        likelihood = descent.step(next(batches), config.learning_rate * schedule.rate(step))
        _check_likelihood(likelihood, step, config)
        step += 1
        yield Progress("density", step, schedule.end, clock.read(), {"negative log-likelihood": likelihood})


def _batches(draw: Callable[[int], Tensor], size: int) -> Iterator[Tensor]:
    """Fresh batches without end, drawn several at a time: a draw costs as much as a part of a training step."""
    while True:
        yield from torch.split(draw(DRAWN_TOGETHER * size), size)


def unpaced() -> Pace:
    """The pace of a training that is to end as soon as it can."""
    return Pace(lambda: 0.0)


def train_boundary(
    objective: Objective,
    config: BoundaryConfig,
    latent: Tensor,
    random: torch.Generator,
    stop: Stop,
    *,
    progress: bool = True,
    control: TrainingControl | None = None,
    pace: Pace | None = None,
) -> Iterator[Progress | BoundarySnapshot | Change]:
    """Train B(z); the last item is a snapshot, also after a stop.

    Compiled where there are kernels for the objective, its density and its device, else by autograd; both draw
    the same z.  A change that the config plans, or that a hand makes, takes effect from its step on; the latter
    is told of, and ``control.config`` is then the config of the very run that was steered.

    Args:
        latent: the z (n, 2) whose images every snapshot shows.
        stop: asked before each step, or where steps are compiled, before each stretch of some 20 ms.
        progress: whether to tell of each step.
        control: of ``config``; by default nobody steers.
        pace: by default as fast as can be.

    Raises:
        DivergenceError: a term of the loss is no longer finite.
    """
    stepper, control, pace = compiled_stepper(objective, config), control or TrainingControl(config), pace or unpaced()
    if stepper is None:
        events = train_by_autograd(objective, config, latent, random, stop, control=control, pace=pace)
        return (event for event in events if progress or not isinstance(event, Progress))
    return _train_compiled(stepper, control, pace, latent, random, stop, progress)


def _train_compiled(
    stepper: Stepper,
    control: TrainingControl,
    pace: Pace,
    latent: Tensor,
    random: torch.Generator,
    stop: Stop,
    progress: bool,
) -> Iterator[Progress | BoundarySnapshot | Change]:
    clock, steps = StepClock(), control.config.steps
    due = snapshot_steps(steps, control.config.snapshots)
    for stretch in stretches(stepper, control, pace, due, latent, random, stop):
        if stretch.change is not None:
            yield stretch.change
        if stretch.points is not None:
            terms = dict(zip(TERMS, stretch.terms[0].tolist(), strict=True))
            yield BoundarySnapshot(stretch.step, terms, stretch.points, stretch.forces)
        if progress and not stretch.last:
            seconds = clock.read()
            for step, row in enumerate(stretch.terms.tolist(), start=stretch.step + 1):
                yield Progress("boundary", step, steps, seconds, dict(zip(TERMS, row, strict=True)))


def train_by_autograd(
    objective: Objective,
    config: BoundaryConfig,
    latent: Tensor,
    random: torch.Generator,
    stop: Stop,
    *,
    control: TrainingControl | None = None,
    pace: Pace | None = None,
) -> Iterator[Progress | BoundarySnapshot | Change]:
    """``train_boundary`` for any objective, density and device; asks for a stop before each step."""
    control, pace = control or TrainingControl(config), pace or unpaced()
    optimiser = torch.optim.Adam(parameters(objective.generator), lr=config.learning_rate, fused=True)
    due, clock = set(snapshot_steps(config.steps, config.snapshots)), StepClock()
    for step in range(config.steps + 1):
        pace.wait(step, config.steps, stop)
        last = step == config.steps or stop()
        if (change := control.reach(step, last=last)) is not None:
            yield change
        objective.weights = control.weights
        z = draw_latents(config.batch_size, 1, random)[0].to(latent.device)
        terms = objective.terms(z, random)
        numbers = _numbers(terms)
        check_terms(numbers, step, control.weights.learning_rate)
        if last or step in due:
            yield _boundary_snapshot(objective, step, numbers, latent)
        if last:
            return
        _descend(optimiser, terms.loss, control.weights.learning_rate * one_cycle(step / config.steps))
        yield Progress("boundary", step + 1, config.steps, clock.read(), numbers)


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor, learning_rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def _check_likelihood(likelihood: float, step: int, config: DensityConfig) -> None:
    if not math.isfinite(likelihood):
        remedy = f"Lower density.learning_rate, now {config.learning_rate:g}."
        raise DivergenceError("density", step, "the negative log-likelihood", remedy)


@torch.no_grad()
def _held_out(flow: ResidualFlow, points: Tensor, step: int, config: DensityConfig) -> float:
    """Mean negative log-likelihood (nats) of samples that are not trained on."""
    flow.power_iterate()
    likelihood = -float(flow.log_prob(points).mean())
    _check_likelihood(likelihood, step, config)
    return likelihood


def _numbers(terms: Terms) -> dict[str, float]:
    return {name: float(value.detach()) for name, value in terms._asdict().items()}


@torch.no_grad()
def _density_snapshot(flow: ResidualFlow, step: int, held_out: float, preview: Tensor) -> DensitySnapshot:
    side = math.isqrt(len(preview))
    return DensitySnapshot(step, held_out, to_numpy(flow.log_prob(preview)).reshape(side, side))


def _boundary_snapshot(objective: Objective, step: int, terms: dict[str, float], latent: Tensor) -> BoundarySnapshot:
    forces = forces_by_autograd(objective, latent)
    with torch.no_grad():
        return BoundarySnapshot(step, terms, to_numpy(objective.generator(latent).float()), forces)
