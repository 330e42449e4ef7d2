"""Every public way into the library that computes, made ready on small inputs: for a test and for a bench."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bdsg import BDSGDetector, __version__
from bdsg.__main__ import main
from bdsg.boundary.objectives import make_objective
from bdsg.config import ExperimentConfig
from bdsg.config.image_config import QUICK, image_config
from bdsg.data.mixture_fit import fit_mixture
from bdsg.density import ClosedForm
from bdsg.experiments.batch import Run, train_together
from bdsg.experiments.compare import contest
from bdsg.experiments.run_experiment import density_from_parameters, never, run
from bdsg.experiments.score import plane_mixture
from bdsg.image_experiments.jobs import Setting, run_unit
from bdsg.runs.result import Progress, Result
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import parse_dimension
from bdsg.tuning.task import run_batch
from bdsg.tuning.trial_result import Task

Calls = dict[str, Callable[[], Any]]
ROWS = np.random.default_rng(0).normal(size=(60, 3))
FLOW = {"kind": "iresnet", "steps": 5, "blocks": 2, "hidden": [8], "batch_size": 64}
RAW = {"data": {"preset": "bimodal", "samples": 100}, "boundary": {"steps": 10, "batch_size": 32, "hidden": [8]}}
CONFIG = ExperimentConfig.from_dict(RAW)


def entry_points(folder: Path) -> Calls:
    """The calls by name; none has computed anything before, and each may be made once."""
    return {**_detector(), **_library(folder), **_command_line(folder)}


def _detector(rows: np.ndarray = ROWS) -> Calls:
    fitted = BDSGDetector(random_state=0).fit(rows)
    return {
        "BDSGDetector.fit": lambda: BDSGDetector(random_state=0).fit(rows),
        "BDSGDetector.score_samples": lambda: fitted.score_samples(rows),
        "BDSGDetector.decision_function": lambda: fitted.decision_function(rows),
        "BDSGDetector.predict": lambda: fitted.predict(rows),
        "BDSGDetector.boundary_samples": lambda: fitted.boundary_samples(20, 0),
        "fit_mixture": lambda: fit_mixture(rows[:, :2]),
    }


def _library(folder: Path) -> Calls:
    *_, result = run(CONFIG)
    assert isinstance(result, Result)
    plan = Plan(CONFIG, (parse_dimension(CONFIG, "lambda1"),))
    task = Task(__version__, ((0, CONFIG.to_json()), (1, CONFIG.to_json())), plan.box())
    images = Setting("digits", image_config("digits", **QUICK, train=100, test=50), 0, folder / "images")
    rival = ExperimentConfig.from_dict({**RAW, "density": FLOW})
    return {
        "run": lambda: deque(run(CONFIG), 0),
        "density_from_parameters": lambda: density_from_parameters(CONFIG, result.parameters)(ROWS[:, :2]),
        "contest": lambda: deque(contest(rival, ["bdsg", "mixture"], snapshots=2), 0),
        "train_together": partial(train_together, _runs(), never, threads=2),
        "run_batch": lambda: run_batch(task, threads=2),
        "run_unit": lambda: run_unit(images, 0, "mixture", _silent),
    }


def _runs() -> list[Run]:
    model, random = ClosedForm(plane_mixture(CONFIG)), torch.Generator().manual_seed(0)
    samples = model.sample(200, random).float()
    config = CONFIG.boundary
    objectives = [make_objective(config, model, samples, samples, 0.01, 0.001, random) for _ in range(2)]
    return [Run(one, config, samples[:20], torch.Generator().manual_seed(k)) for k, one in enumerate(objectives)]


def _silent(progress: Progress) -> None:
    """No report."""


def _command_line(folder: Path) -> Calls:
    config, table, points = folder / "c.json", folder / "t.csv", folder / "p.csv"
    config.write_text(json.dumps(RAW))
    np.savetxt(table, ROWS, "%.9f", ",", header="a,b,c", comments="")
    np.savetxt(points, ROWS[:, :2], "%.9f", ",", header="x,y", comments="")
    main(["run", str(config), "--out", str(folder / "run"), "--quiet"])
    few = ["--quick", "--quiet", "--left-out", 0, "--methods", "mixture", "--train", 100]
    lines = {
        "run": [config, "--out", folder / "again", "--quiet"],
        "score": [folder / "run", points],
        "fit": [table, "--out", folder / "detector"],
        "rivals": [config, "--methods", "mixture", "--quiet"],
        "images": ["digits", *few, "--out", folder / "command"],
    }
    return {f"bdsg {name}": partial(_command, [name, *map(str, line)]) for name, line in lines.items()}


def _command(arguments: list[str]) -> None:
    assert main(arguments) == 0
