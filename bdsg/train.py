"""Training loops that yield as they go; they know no screen and no disk."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.objectives import Objective, Terms, parameters
from bdsg.config import BoundaryConfig, DensityConfig
from bdsg.density.log_determinant import LogDeterminant, RussianRoulette, TruncatedSeries
from bdsg.density.planar import PlanarExact
from bdsg.density.plateau import BestWeights, Schedule, one_cycle
from bdsg.density.residual_flow import ResidualFlow
from bdsg.errors import DivergenceError
from bdsg.result import BoundarySnapshot, DensitySnapshot, Progress

Stop = Callable[[], bool]

DENSITY_SNAPSHOTS = 30
HELD_OUT = 4096
CHECK_EVERY = 100
"""Training steps from one look at the held-out likelihood to the next."""


def snapshot_steps(steps: int, count: int, power: float = 1.5) -> list[int]:
    """Where to take snapshots, from 0 to ``steps``: denser at first, where most moves."""
    places = np.linspace(0.0, 1.0, max(2, count)) ** power * steps
    return sorted({round(place) for place in places.tolist()})


def estimator_for(config: DensityConfig) -> LogDeterminant:
    """The log-determinant that the config trains with."""
    if config.log_determinant == "truncated":
        return TruncatedSeries(config.series_terms)
    return RussianRoulette() if config.log_determinant == "roulette" else PlanarExact()


def train_density(
    flow: ResidualFlow,
    config: DensityConfig,
    draw: Callable[[int], Tensor],
    preview: Tensor,
    random: torch.Generator,
    stop: Stop,
) -> Iterator[Progress | DensitySnapshot]:
    """Fit a residual flow by maximum likelihood on fresh samples.

    It ends after ``config.steps``, or sooner once the held-out likelihood is on a plateau: the learning
    rate then runs out over a last stretch, and the ``steps`` of the progress say where that ends.  At
    the end the flow has the weights that held-out samples liked best.

    Args:
        draw: gives (n, d) fresh training samples.
        preview: points (P·P, d) whose log density every snapshot shows.
        stop: asked before each step.

    Raises:
        DivergenceError: the likelihood is no longer finite.
    """
    held_out, estimator = draw(HELD_OUT), estimator_for(config)
    flow.initialise(draw(2048))
    optimiser = torch.optim.Adam(flow.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), fused=True)
    due, begun = set(snapshot_steps(config.steps, DENSITY_SNAPSHOTS)), time.monotonic()
    schedule, best = Schedule(config.steps), BestWeights(flow)
    step = 0
    while True:
        if step % CHECK_EVERY == 0 or step == schedule.end:
            found = _held_out(flow, held_out, step, config)
            best.offer(found)
            schedule.check(step, found)
        if step == schedule.end:
            best.restore()
        if step in due or step == schedule.end:
            yield _density_snapshot(flow, step, _held_out(flow, held_out, step, config), preview)
        if step == schedule.end or stop():
            return
        flow.power_iterate()
        log_prob = flow.estimate_log_prob(draw(config.batch_size), estimator, random)
        likelihood = -float(log_prob.value.detach().mean())
        _check_likelihood(likelihood, step, config)
        _descend(optimiser, -log_prob.surrogate.mean(), config.learning_rate * schedule.rate(step))
        step += 1
        seconds = time.monotonic() - begun
        yield Progress("density", step, schedule.end, seconds, {"negative log-likelihood": likelihood})


def train_boundary(
    objective: Objective, config: BoundaryConfig, latent: Tensor, random: torch.Generator, stop: Stop
) -> Iterator[Progress | BoundarySnapshot]:
    """Train B(z); the last item is a snapshot, also after a stop.

    Args:
        latent: the z (n, 2) whose images every snapshot shows.
        stop: asked before each step.

    Raises:
        DivergenceError: a term of the loss is no longer finite.
    """
    optimiser = torch.optim.Adam(parameters(objective.generator), lr=config.learning_rate, fused=True)
    due, begun = set(snapshot_steps(config.steps, config.snapshots)), time.monotonic()
    for step in range(config.steps + 1):
        last = step == config.steps or stop()
        terms = objective.terms(torch.randn(config.batch_size, 2, generator=random), random)
        numbers = _finite_terms(terms, step, config)
        if last or step in due:
            yield _boundary_snapshot(objective, step, numbers, latent)
        if last:
            return
        _descend(optimiser, terms.loss, config.learning_rate * one_cycle(step / config.steps))
        yield Progress("boundary", step + 1, config.steps, time.monotonic() - begun, numbers)


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


def _finite_terms(terms: Terms, step: int, config: BoundaryConfig) -> dict[str, float]:
    numbers = {name: float(value.detach()) for name, value in terms._asdict().items()}
    for name in ("l0", "l1", "l2", "loss"):
        if not math.isfinite(numbers[name]):
            remedy = f"Lower boundary.learning_rate, now {config.learning_rate:g}, or the weights λ1 and λ2."
            raise DivergenceError("boundary", step, name.upper() if name != "loss" else "the loss", remedy)
    return numbers


@torch.no_grad()
def _density_snapshot(flow: ResidualFlow, step: int, held_out: float, preview: Tensor) -> DensitySnapshot:
    side = math.isqrt(len(preview))
    return DensitySnapshot(step, held_out, flow.log_prob(preview).reshape(side, side).numpy())


@torch.no_grad()
def _boundary_snapshot(objective: Objective, step: int, terms: dict[str, float], latent: Tensor) -> BoundarySnapshot:
    return BoundarySnapshot(step, terms, objective.generator(latent).float().numpy())
