"""The density stage of a run: fit p_g or fetch it, and check what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.level_sets.latent_rays import directions_in_plane, walk_rays
from bdsg.config import DensityConfig, ExperimentConfig
from bdsg.config.constants import RAYS, TABLE_MARGIN, TABLE_NODES
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.density import ClosedForm, DensityModel, ResidualFlow, TabulatedDensity
from bdsg.density.diagnostics import Arrays, Model, check_density, log_prob_in_chunks
from bdsg.density.quasi_random import QuasiRandomSamples
from bdsg.experiments.problem import PREVIEW
from bdsg.experiments.train import Stop, train_density
from bdsg.numerics.device import device_of, to_numpy, torch_device
from bdsg.numerics.threads import limited_threads
from bdsg.runs.cache import Store
from bdsg.runs.result import DensitySnapshot, Event, Progress, Scene

TIMINGS = ("seconds", "tabulation_seconds")


class Fitted(NamedTuple):
    """A density ready for use.

    Attributes:
        training: in single precision, to train B with; in the plane, a learned one is tabulated.
        exact: in double precision, to evaluate with.
        parameters: its weights by name.
        curves: ``density_steps``, ``density_held_out``, ``density_frames`` of the fit; of a flow of the plane,
            also :func:`ray_arrays`.
        report: kind, steps, seconds and the checks.
    """

    training: DensityModel
    exact: Model
    parameters: Arrays
    curves: Arrays
    report: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """The report without what depends on how it was made."""
        return {name: value for name, value in self.report.items() if name not in ("steps", *TIMINGS)}

    @property
    def seconds(self) -> float:
        """What fitting and tabulating took."""
        return sum(float(self.report.get(name, 0.0)) for name in TIMINGS)


def fit(
    config: ExperimentConfig,
    mixture: GaussianMixture,
    scene: Scene,
    random: torch.Generator,
    stop: Stop,
    store: Store | None,
) -> Generator[Event, None, Fitted | None]:
    """Yield the fit's progress and snapshots; return the density, or None after a stop.

    Beyond the plane the snapshots' frames show a single point, the window's centre; there is no table and
    no integral.

    Raises:
        DivergenceError, LipschitzError, InverseError: the fit failed a check.
    """
    closed = ClosedForm(mixture).to(torch_device(config.device))
    if config.density.kind == "closed_form":
        weights = {name: to_numpy(tensor) for name, tensor in closed.state_dict().items()}
        return Fitted(closed, closed, weights, _curves([]), {"kind": "closed_form", "steps": 0, "seconds": 0.0})
    stored = store.get_density(config) if store is not None else None
    if stored is not None:
        parameters, curves = _split(stored[0])
        yield from _snapshots(curves)
        return _fitted(config, parameters, curves, stored[1], scene)
    trained = yield from _train(config, mixture, scene, random, stop)
    if trained is None:
        return None
    if store is not None:
        store.put_density(config, _join(trained.parameters, trained.curves), trained.report)
    return trained


def restore(config: ExperimentConfig, parameters: Arrays) -> Model:
    """The density model of a run from its stored weights, in double precision and on the CPU."""
    if config.density.kind == "closed_form":
        return ClosedForm(GaussianMixture(parameters["weights"], parameters["means"], parameters["covariances"]))
    return restore_flow(config.density, parameters).double()


def density_from_parameters(config: ExperimentConfig, parameters: Arrays) -> Callable[[np.ndarray], np.ndarray]:
    """log p_g of a finished run as a function of NumPy points, (n, 2) -> (n,)."""
    with limited_threads():
        model = restore(config, parameters)
    return limited_threads()(lambda points: log_prob_in_chunks(model, points))


def _train(
    config: ExperimentConfig, mixture: GaussianMixture, scene: Scene, random: torch.Generator, stop: Stop
) -> Generator[Event, None, Fitted | None]:
    begun, device = time.monotonic(), torch_device(config.device)
    closed, flow = ClosedForm(mixture).to(device), _new_flow(config.density, mixture.dim, random)
    flow, preview = flow.to(device), torch.from_numpy(_preview(scene)).float().to(device)

    samples = QuasiRandomSamples(closed, random)

    def draw(count: int) -> Tensor:
        return samples(count).float()

    def control(held_out: Tensor) -> float:
        # The samples' own luck moves the likelihood by more than a good fit is away from the entropy.
        return mixture.entropy() + float(closed.log_prob(held_out.double()).mean())

    snapshots: list[DensitySnapshot] = []
    steps, complete = 0, False
    for event in train_density(flow, config.density, draw, preview, random, stop, control=control):
        if isinstance(event, DensitySnapshot):
            snapshots.append(event)
        else:
            steps, complete = event.step, event.step == event.steps
        yield event
    if not complete:  # stopped: asking again might get another answer
        return None
    yield Progress("checks", 0, 1, 0.0)
    bounds = flow.settle()
    parameters = {name: to_numpy(tensor).copy() for name, tensor in flow.state_dict().items()}
    report = {"kind": config.density.kind, "steps": steps, "lipschitz_bounds": bounds}
    exact = restore(config, parameters).to(device)
    report |= check_density(exact, closed, random)
    curves = _curves(snapshots) | (ray_arrays(exact) if exact.dim == 2 else {})
    report["seconds"] = time.monotonic() - begun
    return _fitted(config, parameters, curves, report, scene)


def _preview(scene: Scene) -> np.ndarray:
    """The points (P·P, d) of the snapshots' frames: a grid in the plane, one point beyond it."""
    if len(scene.low) != 2:
        return np.array([0.5 * (scene.low + scene.high)])
    return Window(scene.low, scene.high).grid(PREVIEW).nodes


def ray_arrays(model: Model) -> Arrays:
    """What shows {p_g = ε} through G alone, for every ε: points G(r u) along rays, and log p_g there.

    Returns:
        ``ray_index`` (n,) int32, ascending, ``ray_points`` (n, 2) and ``ray_log_p_g`` (n,), by ascending r on each ray.
    """
    walk = walk_rays(model, directions_in_plane(RAYS).to(device_of(model)))
    arrays = {"ray_index": walk.rays.int(), "ray_points": walk.points.float(), "ray_log_p_g": walk.log_density.float()}
    return {name: to_numpy(tensor) for name, tensor in arrays.items()}


def tabulate(model: Model, scene: Scene) -> tuple[TabulatedDensity, dict[str, float]]:
    """A table of a flow of the plane in single precision, and what to report of it.

    Args:
        model: in double precision; it is the table's from now on, and becomes single too.

    Returns:
        The table, and ``tabulation_error``, the largest in log p_g (nats), ``tabulation_gradient_error``, the
        largest in its gradient (nats per data unit), and ``tabulation_seconds``.
    """
    begun = time.monotonic()
    window = Window(scene.low, scene.high).widened(TABLE_MARGIN)
    corners = [torch.from_numpy(corner).to(device_of(model)) for corner in (window.low, window.high)]
    table = TabulatedDensity(model, corners[0], corners[1], (TABLE_NODES, TABLE_NODES))
    error = table.largest_error
    return table.float(), {
        "tabulation_error": error.value,
        "tabulation_gradient_error": error.gradient,
        "tabulation_seconds": time.monotonic() - begun,
    }


def _fitted(
    config: ExperimentConfig, parameters: Arrays, curves: Arrays, report: dict[str, Any], scene: Scene
) -> Fitted:
    """The density from its weights; a stored report keeps its own seconds, so that a replay says the same."""
    device = torch_device(config.device)
    exact = restore(config, parameters).to(device)
    if exact.dim != 2:
        return Fitted(restore_flow(config.density, parameters).to(device), exact, parameters, curves, report)
    table, facts = tabulate(restore(config, parameters).to(device), scene)
    timings = {name: report[name] for name in TIMINGS if name in report}
    return Fitted(table, exact, parameters, curves, report | facts | timings)


def restore_flow(config: DensityConfig, parameters: Arrays) -> ResidualFlow:
    """A flow from its stored weights, in single precision; no gradient reaches them."""
    flow = _new_flow(config, parameters["shift"].shape[1], torch.Generator())
    flow.load_state_dict({name: torch.from_numpy(array) for name, array in parameters.items()})
    return flow.requires_grad_(False)


def _new_flow(config: DensityConfig, dim: int, random: torch.Generator) -> ResidualFlow:
    return ResidualFlow(dim, config.blocks, config.hidden, config.coefficient, config.activation, random)


def _curves(snapshots: list[DensitySnapshot]) -> Arrays:
    frames = [snapshot.log_density for snapshot in snapshots]
    return {
        "density_steps": np.array([snapshot.step for snapshot in snapshots], np.int64),
        "density_held_out": np.array([snapshot.held_out for snapshot in snapshots], np.float64),
        "density_frames": np.stack(frames).astype(np.float32)
        if frames
        else np.empty((0, PREVIEW, PREVIEW), np.float32),
    }


def _snapshots(curves: Arrays) -> Iterator[DensitySnapshot]:
    for step, held_out, frame in zip(
        *(curves[f"density_{name}"] for name in ("steps", "held_out", "frames")), strict=True
    ):
        yield DensitySnapshot(int(step), float(held_out), frame)


def _join(parameters: Arrays, curves: Arrays) -> Arrays:
    return {**{f"weight/{name}": array for name, array in parameters.items()}, **curves}


def _split(arrays: Arrays) -> tuple[Arrays, Arrays]:
    weights = {name.removeprefix("weight/"): array for name, array in arrays.items() if name.startswith("weight/")}
    return weights, {name: array for name, array in arrays.items() if not name.startswith("weight/")}
