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
from bdsg.boundary.helm import Ask, Helm, Pace, hands_off
from bdsg.boundary.level_generator import LevelGenerator
from bdsg.boundary.objectives import Objective, make_objective
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.device import device_of, to_numpy, torch_device
from bdsg.fitting import Fitted, density_from_parameters, fit, ray_arrays
from bdsg.level_boundary import PREFIX
from bdsg.quality import Arrays, log_prob_in_chunks, mesh
from bdsg.result import TERMS, BoundarySnapshot, DensityFitted, Event, Progress, Result, Scene
from bdsg.scene import make_scene, seed_sequences
from bdsg.scoring import plane_mixture, score_levels, score_result
from bdsg.store import Store
from bdsg.threads import limited_threads
from bdsg.train import Stop, train_boundary

__all__ = ["density_from_parameters", "never", "run"]

GRID = 200
BOUNDARY_POINTS = 10_000
SHOWN_POINTS = 1_500
LEVEL_SAMPLES = 4_096
WARP_LINES, WARP_POINTS, WARP_REACH = 13, 73, 3.0


def never() -> bool:
    """The stop function of a run that nobody stops."""
    return False


def run(
    config: ExperimentConfig,
    *,
    stop: Stop = never,
    store: Store | None = None,
    steer: Ask = hands_off,
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


def generators(seed: int) -> dict[str, torch.Generator]:
    """A generator for each stream that PyTorch draws from."""
    states = {name: int(one.generate_state(1, np.uint64)[0] >> 1) for name, one in seed_sequences(seed).items()}
    return {name: torch.Generator().manual_seed(state) for name, state in states.items()}


def _run(
    config: ExperimentConfig, stop: Stop, store: Store | None, steer: Ask, pace: Pace | None
) -> Iterator[Event | Result]:
    mixture, random, device = plane_mixture(config), generators(config.seed), torch_device(config.device)
    scene, modes = make_scene(config, mixture)
    data = scene.data
    yield scene
    fitted = yield from fit(config, mixture, scene, random["density"], stop, store)
    if fitted is None:
        return

    samples = fitted.exact.sample(max(LEVEL_SAMPLES, len(data)), random["boundary"])
    arrays = {"data": data, "data_modes": modes, "model_samples": to_numpy(samples[: len(data)]), **fitted.curves}
    arrays |= {"warp": _warp(fitted), **_grid_arrays(mixture, fitted, scene)}
    yield DensityFitted(fitted.facts, arrays["log_p_g"], arrays["model_samples"], arrays["warp"])

    begun, snapshots = time.monotonic(), []
    objective = make_objective(
        config.boundary,
        fitted.training,
        torch.from_numpy(data).float().to(device),
        samples[:LEVEL_SAMPLES].float(),
        config.epsilon,
        config.delta,
        random["boundary"],
    )
    latent = torch.randn(SHOWN_POINTS, 2, generator=random["evaluation"]).to(device)
    helm = Helm(config.boundary, steer)
    for event in train_boundary(objective, config.boundary, latent, random["boundary"], stop, helm=helm, pace=pace):
        if isinstance(event, BoundarySnapshot):
            snapshots.append(event)
        yield event
    config = dataclasses.replace(config, boundary=helm.config)
    seconds = {"density": fitted.seconds, "boundary": time.monotonic() - begun}

    begun = time.monotonic()
    yield Progress("scores", 0, 1, 0.0)
    fresh = torch.randn(BOUNDARY_POINTS, 2, generator=random["evaluation"]).to(device)
    arrays |= _boundary_arrays(mixture, fitted, objective, fresh) | _snapshot_arrays(latent, snapshots)
    arrays |= _level_arrays(objective, fresh)
    if "ray_points" not in arrays:  # those of a flow belong to its fit, because they take a second
        arrays |= ray_arrays(fitted.exact)
    result = Result(config, arrays, {}, fitted.parameters)
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
    grid_x, grid_y = result.arrays["grid_x"], result.arrays["grid_y"]
    yield Scene(result.arrays["data"], np.array([grid_x[0], grid_y[0]]), np.array([grid_x[-1], grid_y[-1]]))
    yield result


def _warp(fitted: Fitted) -> np.ndarray:
    """What G does to the plane: the lines of a square grid over latent space, (W, P, 2), in data space."""
    at, along = np.linspace(-WARP_REACH, WARP_REACH, WARP_LINES), np.linspace(-WARP_REACH, WARP_REACH, WARP_POINTS)
    across = np.stack(np.broadcast_arrays(at[:, None], along[None, :]), -1)  # (WARP_LINES, WARP_POINTS, 2)
    lines = np.concatenate([across, across[:, :, ::-1]])
    with torch.no_grad():
        carried = fitted.exact.to_data(torch.from_numpy(lines.reshape(-1, 2)).to(device_of(fitted.exact)))
    return to_numpy(carried).reshape(lines.shape)


def _grid_arrays(mixture: GaussianMixture, fitted: Fitted, scene: Scene) -> Arrays:
    """Both densities on the classification grid."""
    x, y = (np.linspace(scene.low[i], scene.high[i], GRID) for i in (0, 1))
    nodes = mesh(x, y)
    return {
        "grid_x": x,
        "grid_y": y,
        "log_p_x": mixture.log_prob(nodes).reshape(GRID, GRID),
        "log_p_g": log_prob_in_chunks(fitted.exact, nodes).reshape(GRID, GRID),
    }


@torch.no_grad()
def _boundary_arrays(mixture: GaussianMixture, fitted: Fitted, objective: Objective, z: Tensor) -> Arrays:
    """B(z), none rejected, and both densities there."""
    points = to_numpy(objective.generator(z).double())
    return {
        "boundary": points,
        "boundary_log_p_x": mixture.log_prob(points),
        "boundary_log_p_g": log_prob_in_chunks(fitted.exact, points),
    }


def _level_arrays(objective: Objective, z: Tensor) -> Arrays:
    """B(z, ε) itself, with the z of the boundary's points, where it was trained for every ε."""
    if not isinstance(objective.generator, LevelGenerator):
        return {}
    exported = {PREFIX + name: array for name, array in objective.generator.export().items()}
    return {"boundary_latent": to_numpy(z), **exported}


def _snapshot_arrays(latent: Tensor, snapshots: list[BoundarySnapshot]) -> Arrays:
    forces = [snapshot.forces for snapshot in snapshots if snapshot.forces is not None]
    return {
        "latent": to_numpy(latent),
        "snapshot_forces": np.stack(forces),
        "snapshot_steps": np.array([snapshot.step for snapshot in snapshots], np.int64),
        "snapshot_terms": np.array([[snapshot.terms[name] for name in TERMS] for snapshot in snapshots]),
        "snapshot_points": np.stack([snapshot.points for snapshot in snapshots]),
    }


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
