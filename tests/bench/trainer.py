"""B(z) trained by the browser's code, in Node.js, beside Python's.

``python -m tests.bench.trainer [--preset NAME ...]``: both train every preset with the same settings, densities and
data, for some seeds; 10,000 points of B(z) each, none rejected, scored by the same code.  With eq. 4 a score depends
much on the draws: what the means may differ by chance, their standard error, stands beside what they do differ by.

``--speed`` prints steps a second beside plain autograd's and the compiled kernels', in turn in one run.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bdsg.boundary.objectives import Objective, make_objective
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.experiments.fit_density import Fitted, fit
from bdsg.experiments.problem import Problem
from bdsg.experiments.train import train_boundary, train_by_autograd
from bdsg.metrics import Band, boundary_scores, truth_field
from bdsg.metrics.boundary import probe_contour
from bdsg.runs.result import BoundarySnapshot
from tests.bench.reports import Row, machine, table, write
from tests.frontend.trainer_runs import settings, train

OBJECTIVES = ("paper", "ours")
SCORES = ("bp1", "boundary_recall", "bf1")
ALLOWED = 0.01
"""Difference of the mean BF1 that counts as the same."""

SPEED: dict[str, dict[str, Any]] = {
    "eq. 4, 8-8-8": {"objective": "paper", "hidden": [8, 8, 8], "steps": 1500},
    "eq. 4, 32-32": {"objective": "paper", "hidden": [32, 32], "steps": 1500},
    "eq. 4, 128-64": {"objective": "paper", "hidden": [128, 64], "steps": 800},
    "ours, 128-64": {"objective": "ours", "steps": 800},
    "every level, 128-64": {"objective": "ours", "levels": 16, "steps": 800},
}
"""What is timed, on two separate modes, N 256, M 1024."""


def config_of(preset: str, objective: str, seed: int, kind: str, **boundary: Any) -> ExperimentConfig:
    """A preset's run."""
    raw = {
        "data": {"preset": preset},
        "density": {"kind": kind},
        "boundary": {"objective": objective, "snapshots": 2, **boundary},
        "seed": seed,
    }
    return ExperimentConfig.from_dict(raw)


def fitted(config: ExperimentConfig) -> Fitted:
    """The closed form, or a flow that is fitted now."""
    problem = Problem(config)
    events = fit(config, problem.mixture, problem.scene, problem.density_random(), lambda: False, None)
    while True:
        try:
            next(events)
        except StopIteration as end:
            found: Fitted = end.value
            return found


def by_python(config: ExperimentConfig, density: Fitted) -> np.ndarray:
    """Python's 10,000 points of B(z)."""
    objective, random = made(config, density)
    events = train_boundary(objective, config.boundary, Problem(config).fresh, random, lambda: False, progress=False)
    *_, last = events
    assert isinstance(last, BoundarySnapshot)
    return np.asarray(last.points, float)


def made(config: ExperimentConfig, density: Fitted) -> tuple[Objective, torch.Generator]:
    """The objective of a config, and the generator of the draws that follow."""
    problem = Problem(config)
    samples = problem.level_samples(density.exact)
    random = samples.random()
    parts = (problem.training_data, samples.first, config.epsilon, config.delta)
    return make_objective(config.boundary, density.training, *parts, random), random


def scores(config: ExperimentConfig, points: np.ndarray) -> dict[str, float]:
    """BP1, boundary recall and BF1."""
    mixture, band = Problem(config).mixture, Band(config.epsilon, config.delta)
    contour = probe_contour(truth_field(mixture, config.delta), band)
    found = boundary_scores(contour, band, points, mixture.log_prob(points))
    return {name: float(getattr(found, name)) for name in SCORES}


def compared(preset: str, objective: str, kind: str, seeds: int) -> Row:
    """Mean scores of both over the seeds."""
    configs = [config_of(preset, objective, seed, kind) for seed in range(seeds)]
    densities = [fitted(config) for config in configs]
    with tempfile.TemporaryDirectory() as folder:
        jobs = [settings(config, density.training) for config, density in zip(configs, densities, strict=True)]
        theirs = [run.points for run in train(jobs, Path(folder))]
    ours = [by_python(config, density) for config, density in zip(configs, densities, strict=True)]
    row: Row = {"preset": preset, "objective": objective, "density": kind}
    row["seeds"] = seeds
    for who, found in (("Python", ours), ("browser", theirs)):
        rows = [scores(config, points) for config, points in zip(configs, found, strict=True)]
        row |= {f"{name} {who}": statistics.mean(one[name] for one in rows) for name in SCORES}
        row[f"spread {who}"] = statistics.pstdev(one["bf1"] for one in rows)
    apart = row["bf1 browser"] - row["bf1 Python"]
    error = math.hypot(row["spread browser"], row["spread Python"]) / math.sqrt(max(1, seeds - 1))
    return {**row, "apart": apart, "error": error, "the same": "yes" if abs(apart) <= max(ALLOWED, 2 * error) else "no"}


def speeds(rounds: int) -> Iterator[Row]:
    """Steps a second, the best of some rounds in turn, and how many times autograd's the browser takes."""
    for name, boundary in SPEED.items():
        config = config_of("bimodal_separate", kind="closed_form", seed=0, **boundary)
        found: dict[str, list[float]] = {"autograd": [], "kernels": [], "browser": []}
        for _ in range(rounds):
            found["autograd"].append(rate(config, train_by_autograd, 200))
            found["kernels"].append(rate(config, train_boundary, config.boundary.steps))
            with tempfile.TemporaryDirectory() as folder:
                found["browser"].append(train([settings(config)], Path(folder))[0].rate)
        best = {who: max(rates) for who, rates in found.items()}
        times = {
            "times autograd": best["browser"] / best["autograd"],
            "of the kernels": best["browser"] / best["kernels"],
        }
        yield {"training": name, **{f"{who}, steps/s": value for who, value in best.items()}, **times}


def rate(config: ExperimentConfig, training: Any, steps: int) -> float:
    """Steps a second of one of Python's trainings, without what comes before the first step."""
    boundary = config_of("bimodal_separate", kind="closed_form", seed=0, **_written(config, steps)).boundary
    objective, random = made(config, fitted(config))
    events = training(objective, boundary, Problem(config).latent[:1], random, lambda: False)
    next(events)
    begun = time.perf_counter()
    for _ in events:
        pass
    return steps / (time.perf_counter() - begun)


def _written(config: ExperimentConfig, steps: int) -> dict[str, Any]:
    names = ("objective", "hidden", "levels")
    return {**{name: getattr(config.boundary, name) for name in names}, "steps": steps}


def main() -> None:
    """Run what was asked for, printing each row as it comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", nargs="*", default=list(PRESETS), choices=list(PRESETS))
    parser.add_argument("--objective", nargs="*", default=list(OBJECTIVES), choices=OBJECTIVES)
    parser.add_argument("--kind", default="closed_form", choices=("closed_form", "iresnet", "resflow"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, help="of the speeds")
    parser.add_argument("--name", default="trainer", help="of the report's two files")
    parser.add_argument("--out", type=Path, default=Path("build/trainer"))
    chosen = parser.parse_args()
    rows: list[Row] = []
    asked = product(chosen.preset, chosen.objective)
    found = speeds(chosen.rounds) if chosen.speed else (compared(*one, chosen.kind, chosen.seeds) for one in asked)
    for row in found:
        rows.append(row)
        print(table(rows if len(rows) == 1 else rows[-1:]).split("\n", 2 if len(rows) > 1 else 0)[-1], flush=True)
    write(chosen.out, chosen.name, {"Steps a second" if chosen.speed else "Scores": rows}, machine())


if __name__ == "__main__":
    main()
