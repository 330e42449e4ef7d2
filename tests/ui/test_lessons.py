"""What the tour and the failures say comes true, in real runs."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg import formats
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.experiment import run
from bdsg.result import Result
from bdsg.scoring import score_result
from bdsg.ui import links, views
from bdsg.ui.lessons import FAILURES, STEPS
from bdsg.ui.links import Choices
from tests.ui.test_stage_scripts import SCORING, node


def result_of(choices: Choices) -> Result:
    return _result(json.dumps(choices))


@functools.cache
def _result(text: str) -> Result:
    *_, last = run(ExperimentConfig.from_dict(json.loads(text)))
    assert isinstance(last, Result)
    return last


def scores_of(choices: Choices) -> dict[str, Any]:
    scores: dict[str, Any] = result_of(choices).summary["scores"]
    return scores


def with_boundary(choices: Choices, **changes: Any) -> Choices:
    return {**choices, "boundary": {**choices["boundary"], **changes}}


def spread(choices: Choices) -> float:
    """Largest distance of any B(z) from their middle, in data units."""
    points = result_of(choices).arrays["boundary"]
    return float(np.linalg.norm(points - np.median(points, axis=0), axis=1).max())


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_a_link_to_its_own_settings(name: str) -> None:
    choices = FAILURES[name].choices
    assert links.from_parameters(links.to_parameters(choices)) == choices


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_every_step_can_be_asked_and_is_short(step: Any) -> None:
    config = ExperimentConfig.from_dict(step.choices)
    assert step.answer in range(len(step.options))
    assert len(set(step.options)) == 3
    assert config.boundary.steps <= 600
    assert config.density.kind == "closed_form"
    assert step.page in ("boundary", "evaluate")


def test_without_dispersion_points_collapse_and_with_it_they_do_not() -> None:
    choices = FAILURES["no_dispersion"].choices
    assert spread(choices) < 0.3
    assert spread(with_boundary(choices, lambda2=0.025)) > 3


def test_few_samples_cost_half_of_the_recall_and_more() -> None:
    few = FAILURES["few_samples"].choices
    many = {**few, "data": {**few["data"], "samples": 1024}}
    assert scores_of(few)["boundary_recall"] < 0.5 * scores_of(many)["boundary_recall"]
    assert scores_of(few)["bp1"] < scores_of(many)["bp1"]


def test_one_curve_covers_none_of_eight_modes_and_bridges_them() -> None:
    result = result_of(FAILURES["eight_modes"].choices)
    assert result.summary["scores"]["components_covered"] == 0
    assert (result.arrays["boundary_log_p_x"] > np.log(result.config.epsilon)).mean() > 0.2


def test_precision_can_be_gamed() -> None:
    scores = scores_of(FAILURES["gamed_precision"].choices)
    assert scores["bp1"] > 0.99
    assert scores["boundary_recall"] < 0.05
    assert scores["components_covered"] == 0


def test_the_level_set_steps_tell_the_truth() -> None:
    level, threshold, waist = STEPS[0], STEPS[1], STEPS[2]
    scores = scores_of(level.choices)
    assert min(scores["bp1"], scores["boundary_recall"]) > 0.95
    result = result_of(level.choices)
    assert (result.arrays["boundary_log_p_x"] < np.log(result.config.epsilon)).mean() > 0.95
    assert threshold.choices == level.choices  # its run is there already
    raised = score_result(result, threshold.epsilon)
    assert raised.bp1 < 0.5 * scores["bp1"]
    assert (raised.boundary_recall or 0.0) < 0.5 * scores["boundary_recall"]
    assert scores_of(waist.choices)["components"] == scores_of(waist.choices)["components_covered"] == 1


def test_one_curve_bridges_two_modes_and_a_curve_for_each_covers_eight() -> None:
    two = result_of(STEPS[4].choices)
    between = np.abs(two.arrays["boundary"][:, 0]) < 1
    assert 0.02 < between.mean() < 0.5  # some of it lies in the gap
    assert {bool(side) for side in two.arrays["boundary"][:, 0] > 0} == {True, False}
    assert scores_of(STEPS[6].choices)["components_covered"] == 8


def test_a_run_has_the_same_scores_on_the_evaluate_page_as_on_all_others(tmp_path: Path) -> None:
    runs = [result_of(one.choices) for one in (*FAILURES.values(), *STEPS)]
    paths = [tmp_path / str(k) for k in range(len(runs))]
    for path, result in zip(paths, runs, strict=True):
        path.write_bytes(views.evaluation_payload(result, result.config.epsilon, None))
    driver = """
    const shares = { bp1: percent, boundary_recall: percent, bf1: percent, bp2: percent };
    const written = { ...shares, distance_mean: measured, auroc: area };
    print(payloads.map((bytes) => {
      const { arrays, meta } = readTensors(bytes), prepared = prepareEvaluation(arrays, meta.trained);
      const scores = evaluateAt(prepared, meta.epsilon, meta.delta_ratio);
      const texts = Object.entries(written).map(([name, write]) => [name, write(scores[name])]);
      return { ...Object.fromEntries(texts), covered: `${scores.components_covered} of ${scores.components}` };
    }));
    """
    for shown, result in zip(node(SCORING, driver, *paths, folder=tmp_path), runs, strict=True):
        scores = result.summary["scores"]
        expected = {name: formats.score(scores, name) for name in shown if name != "covered"}
        assert shown == {**expected, "covered": formats.covered(scores)}, result.config.to_json()


def test_a_run_has_one_score_at_each_epsilon() -> None:
    result = result_of(STEPS[4].choices)
    config = result.config
    assert views.scores_at(result, config.epsilon) is result.summary["scores"]
    ratio = config.delta / config.epsilon
    low = views.epsilon_range(config)[0]
    moved = views.scoring_field(config, 2 * config.epsilon, 2 * config.epsilon * ratio)
    own = views.scoring_field(config, config.epsilon, config.delta)
    assert moved is views.true_field(GaussianMixture.from_config(config.data).to_json(), low * ratio)
    assert own is not moved
