"""Config in, result out: the one place that joins data, density, boundary and scores."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bdsg import __version__
from bdsg.boundary.generators.levels import LevelGenerator
from bdsg.boundary.objectives import Objective, make_objective
from bdsg.boundary.training.control import Ask, Pace, TrainingControl, no_steering
from bdsg.config import ExperimentConfig
from bdsg.density.diagnostics import Arrays, log_prob_in_chunks
from bdsg.experiments.fit_density import Fitted, density_from_parameters, fit, ray_arrays
from bdsg.experiments.problem import LevelSamples, Problem
from bdsg.experiments.score import score_levels, score_result
from bdsg.experiments.train import Stop, train_boundary
from bdsg.numerics.device import device_of, to_numpy
from bdsg.numerics.threads import limited_threads
from bdsg.runs.cache import Store
from bdsg.runs.result import (
    LEVEL,
    BoundarySnapshot,
    DensityFitted,
    Event,
    Progress,
    Result,
    RunArrays,
    Scene,
    Snapshots,
)

__all__ = ["density_from_parameters", "never", "run"]

WARP_LINES, WARP_POINTS, WARP_REACH = 13, 73, 3.0


def never() -> bool:
    """The stop function of a run that nobody stops."""
    return False


def run(
    config: ExperimentConfig,
    *,
    stop: Stop = never,
    store: Store | None = None,
    steer: Ask = no_steering,
    pace: Pace | None = None,
) -> Iterator[Event | Result]:
    """Run an experiment, yielding a ``Scene``, then progress and snapshots, and last the ``Result``.

    The same config gives the same arrays, bit for bit, on the same machine: it runs on one thread,
    because sums split over threads depend on their number.

    Args:
        stop: asked between training steps.  A stop while B trains still ends with a result, whose
            summary says ``stopped``; an earlier one ends without.
        store: where finished results and fitted densities are looked up and kept.
        steer: asked while B trains for new weights or a new learning rate; the result's config has them among its
            changes, and gives the same result when it is run.
        pace: how long B's training is to take; a run with one is to be watched, so it is not fetched from the store.

    Raises:
        ConfigError: the config cannot work.
        DivergenceError: a training produced NaN or infinity.
        LipschitzError, InverseError: a fitted flow is not invertible enough to use.
        StoreError: the result could not be written.
    """
    with limited_threads():
        stored = store.get(config) if store is not None and pace is None else None
        yield from _replay(stored) if stored is not None else _run(config, stop, store, steer, pace)


def _run(
    config: ExperimentConfig, stop: Stop, store: Store | None, steer: Ask, pace: Pace | None
) -> Iterator[Event | Result]:
    problem = Problem(config)
    yield problem.scene
    fitted = yield from fit(config, problem.mixture, problem.scene, problem.density_random(), stop, store)
    if fitted is None:
        return

    samples = problem.level_samples(fitted.exact)
    random = samples.random()
    arrays = {**_sample_arrays(problem, samples), **fitted.curves, "warp": _warp(fitted)}
    arrays |= _grid_arrays(problem, fitted)
    yield DensityFitted(fitted.facts, arrays["log_p_g"], arrays["model_samples"], arrays["warp"])

    begun, snapshots = time.monotonic(), []
    objective = make_objective(
        config.boundary,
        fitted.training,
        problem.training_data,
        samples.first,
        config.epsilon,
        config.delta,
        random,
    )
    control = TrainingControl(config.boundary, steer)
    for event in train_boundary(objective, config.boundary, problem.latent, random, stop, control=control, pace=pace):
        if isinstance(event, BoundarySnapshot):
            snapshots.append(event)
        yield event
    config = dataclasses.replace(config, boundary=control.config)
    seconds = {"density": fitted.seconds, "boundary": time.monotonic() - begun}

    begun = time.monotonic()
    yield Progress("scores", 0, 1, 0.0)
    arrays |= _boundary_arrays(problem, fitted, objective) | _snapshot_arrays(problem.latent, snapshots)
    arrays |= _level_arrays(objective, problem.fresh)
    if "ray_points" not in arrays:  # those of a flow belong to its fit, because they take a second
        arrays |= ray_arrays(fitted.exact)
    result = Result(config, RunArrays.from_dict(arrays), {}, fitted.parameters)
    scores, levels = score_result(result).to_dict(), score_levels(result)
    seconds["scores"] = time.monotonic() - begun
    yield Progress("scores", 1, 1, seconds["scores"])
    summary = _summary(config, fitted, snapshots[-1], scores, seconds) | {"levels": levels}
    result = dataclasses.replace(result, summary=summary)
    if store is not None:
        store.put(result)
    yield result


def _replay(result: Result) -> Iterator[Event | Result]:
    """A stored run, as if it had just ended."""
    yield Scene(result.arrays.data, *result.arrays.corners)
    yield result


def _warp(fitted: Fitted) -> np.ndarray:
    """What G does to the plane: the lines of a square grid over latent space, (W, P, 2), in data space."""
    at, along = np.linspace(-WARP_REACH, WARP_REACH, WARP_LINES), np.linspace(-WARP_REACH, WARP_REACH, WARP_POINTS)
    across = np.stack(np.broadcast_arrays(at[:, None], along[None, :]), -1)  # (WARP_LINES, WARP_POINTS, 2)
    lines = np.concatenate([across, across[:, :, ::-1]])
    with torch.no_grad():
        carried = fitted.exact.to_data(torch.from_numpy(lines.reshape(-1, 2)).to(device_of(fitted.exact)))
    return to_numpy(carried).reshape(lines.shape)


def _sample_arrays(problem: Problem, samples: LevelSamples) -> Arrays:
    """The training samples, and as many of G."""
    model_samples = to_numpy(samples.points[: len(problem.data)])
    return {"data": problem.data, "data_modes": problem.modes, "model_samples": model_samples}


def _grid_arrays(problem: Problem, fitted: Fitted) -> Arrays:
    """Both densities on the classification grid."""
    grid = problem.grid
    return {
        "grid_x": grid.x,
        "grid_y": grid.y,
        "log_p_x": problem.log_p_x.reshape(grid.shape),
        "log_p_g": log_prob_in_chunks(fitted.exact, grid.nodes).reshape(grid.shape),
    }


@torch.no_grad()
def _boundary_arrays(problem: Problem, fitted: Fitted, objective: Objective) -> Arrays:
    """B(z), none rejected, and both densities there."""
    points = to_numpy(objective.generator(problem.fresh).double())
    return {
        "boundary": points,
        "boundary_log_p_x": problem.mixture.log_prob(points),
        "boundary_log_p_g": log_prob_in_chunks(fitted.exact, points),
    }


def _level_arrays(objective: Objective, z: Tensor) -> Arrays:
    """B(z, ε) itself, with the z of the boundary's points, where it was trained for every ε."""
    generator = objective.generator
    if not isinstance(generator, LevelGenerator) or not generator.tree.last:
        return {}
    exported = {LEVEL + name: array for name, array in generator.export().items()}
    return {"boundary_latent": to_numpy(z), **exported}


def _snapshot_arrays(latent: Tensor, told: list[BoundarySnapshot]) -> Arrays:
    snapshots = {f"snapshot_{name}": array for name, array in vars(Snapshots.of(told)).items() if array is not None}
    return {"latent": to_numpy(latent), **snapshots}


def _summary(
    config: ExperimentConfig, fitted: Fitted, last: BoundarySnapshot, scores: dict[str, Any], seconds: dict[str, float]
) -> dict[str, Any]:
    """The contents of result.json."""
    return {
        "version": __version__,
        "objective": config.boundary.objective,
        "epsilon": config.epsilon,
        "delta": config.delta,
        "seed": config.seed,
        "stopped": last.step < config.boundary.steps,
        "scores": scores,
        "loss_terms": last.terms,
        "steps": {"density": fitted.report["steps"], "boundary": last.step},
        "seconds": {**seconds, "total": sum(seconds.values())},
        "density": fitted.facts,
    }
