"""BDSG and its baselines on one configuration: the same data, the same grid, the same scores."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from bdsg.baselines.contract import NEAR, BaselineRanks, BaselineScores, BaselineSnapshot, Watch
from bdsg.baselines.registry import BASELINES, OURS, known, title_of
from bdsg.boundary.training import warming as boundary_warming
from bdsg.config import DensityConfig, ExperimentConfig
from bdsg.config.constants import BOUNDARY_POINTS
from bdsg.density.flows import warming as density_warming
from bdsg.errors import DivergenceError
from bdsg.experiments.problem import Problem
from bdsg.experiments.run_experiment import never, run
from bdsg.experiments.score import TRIPLE
from bdsg.experiments.train import Stop, snapshot_steps
from bdsg.metrics import anomaly_ranks, auprc, auroc
from bdsg.numerics.threads import limited_threads
from bdsg.runs.cache import Store
from bdsg.runs.result import BoundarySnapshot, DensityFitted, DensitySnapshot, Progress, Result, Scene

Item = Scene | Progress | BaselineSnapshot | BaselineRanks | BaselineScores


class Trained(NamedTuple):
    """A method when its training has ended: its scores on the grid's nodes, what it generates, processor seconds."""

    scores: np.ndarray
    points: np.ndarray | None
    seconds: float


def contest(
    config: ExperimentConfig,
    methods: Sequence[str] = (),
    *,
    stop: Stop = never,
    snapshots: int = 12,
    settings: Mapping[str, Any] | None = None,
    store: Store | None = None,
) -> Iterator[Item]:
    """Train and score some methods in turn; yield a ``Scene``, then each one's progress, snapshots, ranks and scores.

    Baselines that take batches get fresh draws from the config's mixture, as BDSG's flow does; the others one sample.
    Baselines run on the CPU, whatever the config's device.
    BDSG's own rows never use the closed form: where the config has it, an IResNet with the defaults takes its place.
    A method whose training diverges has a row that says so; a stop ends the contest without a row for the one
    under way.

    Args:
        methods: names of the registry; none stands for all.
        snapshots: how many each method shows.
        settings: a baseline's settings by its name, where they are not the defaults.
        store: where BDSG's runs and densities are looked up and kept.  A run that it has shows no snapshots again,
            and the time of a density from an earlier contest is not counted.

    Raises:
        ConfigError: there is no such method, or the config cannot work.
    """
    names = known(methods)
    with limited_threads():
        asked = _Asked(Problem(config), stop, snapshots, settings or {}, store, {})
        yield asked.problem.scene
        for name in names:
            row = yield from _row(name, asked)
            if row is None:
                return
            yield row


class _Asked(NamedTuple):
    """What ``contest`` was asked, and the processor seconds that a density took, by its key: two rows may share it."""

    problem: Problem
    stop: Stop
    snapshots: int
    settings: Mapping[str, Any]
    store: Store | None
    spent: dict[str, float]


def _row(name: str, asked: _Asked) -> Generator[Item, None, BaselineScores | None]:
    begun, problem = time.process_time(), asked.problem
    try:
        trained = yield from (_train_bdsg if name in OURS else _train_baseline)(name, asked)
    except DivergenceError as error:
        return BaselineScores(name, title_of(name), time.process_time() - begun, error=str(error))
    if trained is None:
        return None
    yield BaselineRanks(name, anomaly_ranks(trained.scores).reshape(problem.grid.shape).astype(np.float32))
    return score_trained(name, problem, trained)


def _train_baseline(name: str, asked: _Asked) -> Generator[Item, None, Trained | None]:
    problem, entry = asked.problem, BASELINES[name]
    train_seed, sample_seed, numpy_seed = _seeds(problem.config.seed, name)
    baseline = entry.load()(2, torch.Generator().manual_seed(train_seed), asked.settings.get(name))
    numbers = np.random.default_rng(numpy_seed)
    watch = Watch(set(snapshot_steps(getattr(baseline.settings, "steps", 1), asked.snapshots)), problem.preview.nodes)
    stopped = False

    def stop() -> bool:
        nonlocal stopped
        stopped = stopped or asked.stop()
        return stopped

    clock = Clock()
    for event in clock.timed(baseline.train(lambda count: problem.mixture.sample(count, numbers), watch, stop)):
        named = {"stage": name} if isinstance(event, Progress) else {"method": name}
        yield dataclasses.replace(event, **named)
    if stopped:
        return None
    random = torch.Generator().manual_seed(sample_seed)
    points = baseline.sample(BOUNDARY_POINTS, random) if entry.generates else None
    return Trained(baseline.score_samples(problem.grid.nodes), points, clock.seconds)


def _seeds(seed: int, name: str) -> list[int]:
    """Seeds of a method's own streams, which depend on its name and not on who else takes part."""
    sequence = np.random.SeedSequence(seed, spawn_key=tuple(name.encode()))
    return [int(state >> 1) for state in sequence.generate_state(3, np.uint64)]


def _train_bdsg(name: str, asked: _Asked) -> Generator[Item, None, Trained | None]:
    density_warming.warm_up()  # compiling kernels, the first time ever, is no part of the training
    boundary_warming.warm_up()
    config = bdsg_config(asked.problem.config, name, asked.snapshots)
    key, spent = config.density_key(), asked.spent
    result, frame, clock, fitted = None, np.empty(0, np.float32), Clock(), False
    for event in clock.timed(run(config, stop=asked.stop, store=asked.store)):
        if isinstance(event, Result):
            result = event
        elif isinstance(event, DensitySnapshot):
            frame = (-event.log_density).astype(np.float32).ravel()
            yield BaselineSnapshot(name, event.step, {"held-out": event.held_out}, np.empty((0, 2), np.float32), frame)
        elif isinstance(event, BoundarySnapshot):
            yield BaselineSnapshot(name, event.step, event.terms, event.points, frame)
        elif isinstance(event, DensityFitted) and fitted:
            spent[key] = clock.seconds
        elif isinstance(event, DensityFitted):  # fetched from the store
            clock.seconds += spent.get(key, 0.0)
        elif isinstance(event, Progress):
            fitted = fitted or event.stage == "density"
            yield dataclasses.replace(event, stage=f"{name} {event.stage}")
    if result is None or result.summary["stopped"]:
        return None
    return Trained(-result.arrays.log_p_g.ravel(), result.arrays.boundary, clock.seconds)


class Clock:
    """Processor seconds that an iterator takes; on a busy machine they say more than those of the wall."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, events: Iterator[Any]) -> Iterator[Any]:
        """The same items; what is shown or scored is no part of the training."""
        while True:
            begun = time.process_time()
            event = next(events, None)
            if not isinstance(event, BaselineSnapshot | Result) and getattr(event, "stage", "") != "scores":
                self.seconds += time.process_time() - begun
            if event is None:
                return
            yield event


def bdsg_config(config: ExperimentConfig, name: str, snapshots: int) -> ExperimentConfig:
    """The run behind a row of BDSG: a learned density, and the objective that the row is of."""
    objective = "paper" if name == "bdsg_paper" else "ours"
    density = DensityConfig(kind="iresnet") if config.density.kind == "closed_form" else config.density
    raw = config.to_dict() | {"density": dataclasses.asdict(density)}
    if config.boundary.objective != objective or config.boundary.levels != 1:
        raw["boundary"] = {"objective": objective}
    raw["boundary"] = raw["boundary"] | {"snapshots": max(2, snapshots)}
    return ExperimentConfig.from_dict(raw)


def contest_key(config: ExperimentConfig, name: str, snapshots: int) -> str:
    """Content key, 16 hex digits, of all settings that a method's part in a contest depends on."""
    if name in OURS:
        parts: Any = bdsg_config(config, name, snapshots).key()
    else:
        parts = [config.key(), dataclasses.asdict(BASELINES[name].load().Settings()), snapshots]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def score_trained(name: str, problem: Problem, trained: Trained) -> BaselineScores:
    """Rank the grid's nodes, all and those near the boundary, and judge the generated points."""
    log_epsilon = problem.band.log_epsilon
    normal, likeness = problem.log_p_x >= log_epsilon, -trained.scores
    near = np.abs(problem.log_p_x - log_epsilon) <= np.log(NEAR)
    row = BaselineScores(name, title_of(name), trained.seconds, **_ranking("", normal, likeness))
    if near.any():
        row = dataclasses.replace(row, **_ranking("near_", normal[near], likeness[near]))
    if trained.points is None:
        return row
    scores = problem.boundary_scores(trained.points)
    triple = {name: getattr(scores, name) for name in TRIPLE}
    return dataclasses.replace(row, **triple, components=scores.component_recalls, covered=scores.components_covered)


def _ranking(prefix: str, normal: np.ndarray, likeness: np.ndarray) -> dict[str, Any]:
    return {
        f"{prefix}auroc": auroc(normal, likeness),
        f"{prefix}auprc_anomalous": auprc(normal, likeness, "anomalous"),
        f"{prefix}auprc_normal": auprc(normal, likeness, "normal"),
    }
