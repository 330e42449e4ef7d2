"""A batch of trials has the numbers of runs by themselves."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.data.window import Window
from bdsg.errors import BDSGError
from bdsg.experiments.run_experiment import run
from bdsg.runs.result import Result
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import applied, parse_dimension
from bdsg.tuning.task import run_batch
from bdsg.tuning.trial_result import Task

OURS = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "boundary": {"steps": 40, "hidden": [16]}})
PAPER = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "boundary": {"objective": "paper", "steps": 60}})
BOX = Plan(OURS, (parse_dimension(OURS, "lambda1"),)).box()


def task(configs: list[ExperimentConfig], **settings: object) -> Task:
    trials = tuple((10 + k, config.to_json()) for k, config in enumerate(configs))
    return Task(__version__, trials, BOX, **settings)  # type: ignore[arg-type]


def alone(config: ExperimentConfig) -> Result:
    *_, result = run(config)
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize("threads", [1, 2])
def test_trials_together_have_the_scores_of_runs_alone(threads: int) -> None:
    configs = [
        applied(OURS, {"boundary.lambda1": 5.0, "data.samples": 100}),
        applied(PAPER, {"boundary.learning_rate": 0.02, "data.samples": 5000}),
        applied(OURS, {"boundary.hidden": "8-8", "data.samples": 5000}),
        dataclasses.replace(OURS, seed=3),
        applied(PAPER, {"boundary.lambda2": 0.5}),
    ]
    outcomes = {outcome.number: outcome for outcome in run_batch(task(configs), threads)}
    for number, config in enumerate(configs, start=10):
        result, outcome = alone(config), outcomes[number]
        scores = result.summary["scores"]
        assert outcome.state == "complete"
        for mine, name in {"bf1": "bf1", "bp1": "bp1", "boundary_recall": "boundary_recall", "grid_f1": "f1"}.items():
            assert outcome.scores[mine] == scores[name]
        assert outcome.scores["components_covered"] == scores["components_covered"]
        middle = 0.5 * np.log(config.epsilon * config.delta)
        expected = np.abs(result.arrays.boundary_log_p_x - middle).mean()
        assert outcome.scores["level_error"] == pytest.approx(expected, rel=1e-12)
        assert outcome.cloud is not None
        step = (BOX[1] - BOX[0]) / 65_535
        apart = np.abs(Window(*BOX).points_of(outcome.cloud) - np.clip(result.arrays.boundary[:300], *BOX))
        assert (apart <= 0.51 * step).all()


def test_a_failed_trial_is_alone_in_it() -> None:
    broken = ExperimentConfig.from_dict(PAPER.to_dict())
    object.__setattr__(broken.boundary, "learning_rate", 1e38)
    outcomes = run_batch(Task(__version__, ((0, broken.to_json()), (1, PAPER.to_json())), BOX))
    by_number = {outcome.number: outcome for outcome in outcomes}
    assert by_number[0].state == "failed"
    assert "learning_rate" in by_number[0].error
    assert by_number[1].state == "complete"


def test_a_pruned_trial_stops_on_the_way() -> None:
    hopeless = applied(PAPER, {"boundary.lambda1": 100.0, "boundary.steps": 4000})
    history = tuple({1: 0.9, 2: 0.95, 3: 0.97} for _ in range(12))
    outcome, other = run_batch(task([hopeless, OURS], pruner="median", history=history))
    assert outcome.state == "pruned"
    assert list(outcome.legs) == [1]
    assert outcome.legs[1] < 0.9
    (whole,) = run_batch(task([hopeless]))
    assert whole.scores["seconds"] > 2 * outcome.scores["seconds"]  # type: ignore[operator]
    assert other.number == 11


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BDSGError, match=r"the study is run by 0\.0\.1: install the same"):
        run_batch(dataclasses.replace(task([OURS]), version="0.0.1"))
