"""Whole trainings of B(z): one alone, many together, and what the kernels cost when a process starts."""

from __future__ import annotations

import dataclasses
import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np
import torch

from bdsg.boundary.objectives import make_objective
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.experiments.batch import Run, Start, make_objectives, train_together
from bdsg.experiments.run_experiment import run
from bdsg.experiments.train import train_boundary
from bdsg.runs.result import Result
from tests.bench.reports import Row

LATENT = torch.randn(1500, 2, generator=torch.Generator().manual_seed(1))


def never() -> bool:
    """The stop function of a run that nobody stops."""
    return False


class Sweep:
    """Trainings on one density: as the app has one (progress, 120 snapshots), and many with no more than their end."""

    def __init__(self, preset: str, objective: str) -> None:
        raw = {"data": {"preset": preset}, "boundary": {"objective": objective}}
        self.config = ExperimentConfig.from_dict(raw)
        self.density = ClosedForm(GaussianMixture(**PRESETS[preset].mixture))
        self.samples = self.density.sample(4096, torch.Generator().manual_seed(0)).float()

    def alone(self) -> None:
        """Make the objective and train B."""
        config, random = self.config, torch.Generator().manual_seed(0)
        data, levels = self.samples[: config.data.samples], (config.epsilon, config.delta)
        made = make_objective(config.boundary, self.density, data, self.samples, *levels, random)
        list(train_boundary(made, config.boundary, LATENT, random, never))

    def many(self, count: int, threads: int) -> None:
        """The same for runs that differ in λ1, learning rate, seed and M."""
        starts = []
        for k in range(count):
            changed = {"lambda1": self.config.boundary.lambda1 * (1 + k / count), "learning_rate": 0.002 + 1e-4 * k}
            boundary = dataclasses.replace(self.config.boundary, snapshots=2, **changed)
            starts.append(Start(boundary, self.samples[: 512 + 16 * k], torch.Generator().manual_seed(k)))
        levels = (self.config.epsilon, self.config.delta)
        made = make_objectives(starts, self.density, self.samples, *levels)
        runs = [Run(one, start.config, LATENT, start.random) for one, start in zip(made, starts, strict=True)]
        train_together(runs, never, threads=threads)


def together(count: int, rounds: int) -> list[Row]:
    """Wall and processor time a run, by the median of interleaved rounds."""
    return [row for objective in ("paper", "ours") for row in _together(Sweep("ring", objective), count, rounds)]


def _together(sweep: Sweep, count: int, rounds: int) -> list[Row]:
    calls: dict[str, tuple[Callable[[], None], int]] = {"one alone": (sweep.alone, 1)}
    calls |= {f"{count} together, threads: {n}": (functools.partial(sweep.many, count, n), count) for n in (1, 2)}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    sweep.many(2, 2)  # loads code
    for _ in range(rounds):
        for name, (call, runs) in calls.items():
            begun, worked = time.perf_counter(), time.process_time()
            call()
            times[name].append(((time.perf_counter() - begun) / runs, (time.process_time() - worked) / runs))
    middle = {name: np.median(found, axis=0) for name, found in times.items()}
    wall, worked = middle["one alone"]
    objective = sweep.config.boundary.objective
    return [
        {
            "runs": f"{objective}, {name}",
            "ms a run": 1e3 * a,
            "share": a / wall,
            "processor's ms": 1e3 * b,
            "its share": b / worked,
        }
        for name, (a, b) in middle.items()
    ]


def whole(rounds: int) -> list[Row]:
    """Closed-form runs of ours from the config to the trained B, by the median of some, and the score of B."""
    rows = []
    for preset in ("unimodal", "bimodal", "bimodal_separate", "three_modes", "ring", "grid"):
        times, worked, score = [], [], 0.0
        for seed in range(rounds):
            config = ExperimentConfig.from_dict({"data": {"preset": preset}, "seed": seed})
            begun, work, snapshot = time.perf_counter(), time.process_time(), (0.0, 0.0)
            for event in run(config):
                if isinstance(event, Result):
                    score = min(score or 1.0, event.summary["scores"]["bf1"])
                elif getattr(event, "stage", "") != "scores":
                    snapshot = time.perf_counter() - begun, time.process_time() - work
            times.append(snapshot[0])
            worked.append(snapshot[1])
        seconds, processor = statistics.median(times), statistics.median(worked)
        rows.append({"preset": preset, "seconds": seconds, "processor's": processor, f"least BF1 of {rounds}": score})
    return rows


def start() -> list[Row]:
    """Processor seconds until the kernels are ready, compiled and then from the cache."""
    code = (
        "import time, bdsg.experiments.run_experiment\nfrom bdsg.boundary.training.warming import warm_up\n"
        "begun = time.process_time()\nwarm_up()\nprint(time.process_time() - begun)"
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        for name in ("compiled", "from the cache"):
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            rows.append({"kernels": name, "seconds": float(done.stdout)})
    return rows
