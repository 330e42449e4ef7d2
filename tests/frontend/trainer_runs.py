"""Trainings of B(z) by the browser's own code, in Node.js, from a config."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.config.constants import BOUNDARY_POINTS
from bdsg.density import DensityModel, TabulatedDensity
from bdsg.experiments.problem import Problem
from tests import needs

DRIVER = needs.ROOT / "bdsg" / "frontend" / "tests" / "trainer" / "driver.ts"


class BrowserRun(NamedTuple):
    """B(z) at the end, (10000, 2), the pace in steps a second, and the seconds before the first step."""

    points: np.ndarray
    rate: float
    making: float


def settings(config: ExperimentConfig, density: DensityModel | None = None) -> dict[str, Any]:
    """A config as the trainer takes it; ``density`` is a table, or the closed form where there is none."""
    boundary, problem = config.boundary, Problem(config)
    mixture = json.loads(problem.mixture.to_json())
    names = ("objective", "hidden", "steps", "lambda1", "lambda2", "levels")
    return {
        "seed": config.seed,
        "density": table(density) if isinstance(density, TabulatedDensity) else mixture,
        "data": problem.data.ravel().tolist(),
        "samples": config.data.samples,
        "batch": boundary.batch_size,
        "learningRate": boundary.learning_rate,
        "epsilon": config.epsilon,
        "delta": config.delta,
        **{name: getattr(boundary, name) for name in names},
    }


def table(density: TabulatedDensity) -> dict[str, Any]:
    """The values at the nodes of a table."""
    cells = density.cells  # the lower corner of each cell has its constant; the last row and column end their cells
    values = np.empty(density.shape)
    values[:-1, :-1] = cells[..., 0, 0].numpy()
    values[-1, :-1] = cells[-1, :, :, 0].sum(1).numpy()
    values[:-1, -1] = cells[:, -1, 0].sum(1).numpy()
    values[-1, -1] = cells[-1, -1].sum().item()
    corners = {"low": density.low.tolist(), "high": density.high.tolist()}
    return {**corners, "shape": density.shape, "values": values.ravel().tolist()}


def train(jobs: Sequence[dict[str, Any]], folder: Path) -> list[BrowserRun]:
    """One training after another for each settings."""
    outs = [folder / f"points_{k}" for k in range(len(jobs))]
    asked = [{"settings": job, "points": BOUNDARY_POINTS, "out": str(out)} for job, out in zip(jobs, outs, strict=True)]
    (folder / "jobs.json").write_text(json.dumps(asked))
    command = [needs.node(), str(DRIVER), str(folder / "jobs.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [
        BrowserRun(np.fromfile(out, np.float32).reshape(-1, 2).astype(float), told["rate"], told["making"])
        for out, told in zip(outs, json.loads(done.stdout), strict=True)
    ]
