"""The browser's trainer reaches what Python's does, and its golden numbers are Python's present ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bdsg.config import ExperimentConfig
from bdsg.density import ClosedForm, TabulatedDensity
from bdsg.experiments.problem import Problem
from bdsg.metrics import Band, BoundaryScores, boundary_scores, truth_field
from bdsg.metrics.boundary import probe_contour
from tests.frontend import trainer_golden
from tests.frontend.trainer_runs import BrowserRun, settings, train

RUNS: dict[str, dict[str, Any]] = {
    "three_modes, ours": {"preset": "three_modes", "boundary": {"objective": "ours", "hidden": [32, 32]}},
    "bimodal_separate, every level": {
        "preset": "bimodal_separate",
        "boundary": {"hidden": [32, 32], "levels": 5, "steps": 1500},
    },
    "bimodal, paper": {"preset": "bimodal", "boundary": {"objective": "paper"}},
    "bimodal, ours, table": {"preset": "bimodal", "boundary": {"objective": "ours", "hidden": [32, 32]}},
}


def config_of(name: str) -> ExperimentConfig:
    """The run of that name."""
    raw = {"data": {"preset": RUNS[name]["preset"]}, "density": {"kind": "closed_form"}}
    return ExperimentConfig.from_dict({**raw, "boundary": RUNS[name]["boundary"]})


def tabulated(config: ExperimentConfig) -> TabulatedDensity:
    """A table of the closed form, as a flow's is made."""
    problem = Problem(config)
    window = problem.window.widened(0.2)
    low, high = (torch.from_numpy(np.asarray(corner, float)) for corner in (window.low, window.high))
    return TabulatedDensity(ClosedForm(problem.mixture), low, high, (96, 96))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BrowserRun]:
    """All of the runs, by one process."""
    configs = {name: config_of(name) for name in RUNS}
    jobs = [settings(config, tabulated(config) if name.endswith("table") else None) for name, config in configs.items()]
    return dict(zip(RUNS, train(jobs, tmp_path_factory.mktemp("trainer")), strict=True))


def scores_of(name: str, run: BrowserRun) -> BoundaryScores:
    """Python's scores of the browser's points."""
    config = config_of(name)
    mixture, band = Problem(config).mixture, Band(config.epsilon, config.delta)
    contour = probe_contour(truth_field(mixture, config.delta), band)
    return boundary_scores(contour, band, run.points, mixture.log_prob(run.points))


@pytest.mark.parametrize("name", [name for name in RUNS if "paper" not in name])
def test_ours_finds_the_whole_boundary(trained: dict[str, BrowserRun], name: str) -> None:
    scores = scores_of(name, trained[name])
    assert scores.bf1 is not None
    assert scores.bf1 >= 0.99
    assert scores.components_covered == scores.components > 0


def test_eq_4_goes_round_two_modes(trained: dict[str, BrowserRun]) -> None:
    scores = scores_of("bimodal, paper", trained["bimodal, paper"])
    assert scores.bf1 is not None
    assert scores.bf1 > 0.8
    assert scores.components_covered == 1


def test_a_table_comes_to_the_browser_with_its_values(trained: dict[str, BrowserRun]) -> None:
    config = config_of("bimodal, ours, table")
    density = tabulated(config)
    numbers = settings(config, density)["density"]
    axes = [
        torch.linspace(float(a), float(b), 96, dtype=torch.float64)
        for a, b in zip(density.low, density.high, strict=True)
    ]
    values = density.model.log_prob(torch.cartesian_prod(*axes))
    assert numbers["shape"] == (96, 96)
    assert numbers["values"] == pytest.approx(values.tolist(), rel=1e-9)


def flat(numbers: Any) -> list[float]:
    """All numbers of a JSON value in order."""
    if isinstance(numbers, dict | list):
        parts = numbers.values() if isinstance(numbers, dict) else numbers
        return [number for part in parts for number in flat(part)]
    return [] if isinstance(numbers, str) else [float(numbers)]


@pytest.mark.parametrize(("part", "close"), [("cases", 1e-7), ("spline", 1e-9), ("traced", 1e-3)])
def test_the_golden_numbers_are_those_of_today(part: str, close: float) -> None:
    """If not: ``python -m tests.frontend.trainer_golden``, and mend the trainer until its own tests pass again."""
    assert Path(trainer_golden.PATH).stat().st_size < 300_000
    kept = json.loads(trainer_golden.PATH.read_text(encoding="utf-8"))[part]
    today = json.loads(json.dumps(trainer_golden.PARTS[part]()))
    assert kept.keys() == today.keys()
    assert flat(kept) == pytest.approx(flat(today), rel=1e-4, abs=close)
