"""What the tour and the failures say comes true, in real runs."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg import number_text
from bdsg.app.components import run_payloads
from bdsg.app.pages.tour import findings
from bdsg.app.pages.tour.lessons import FAILURES, STEPS, failure_of
from bdsg.app.visit import links
from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.experiments.run_experiment import run
from bdsg.experiments.score import score_result
from bdsg.runs.result import Result
from tests.frontend.scripts import SCORING, node
from tests.targets import environment


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


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_a_link_to_its_own_settings(name: str) -> None:
    choices = FAILURES[name].choices
    assert links.from_parameters(links.to_parameters(choices)) == choices


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_every_step_can_be_asked_and_is_short(step: Any) -> None:
    config = ExperimentConfig.from_dict(step.choices)
    assert step.answer in range(len(step.options))
    assert len(set(step.options)) == 3
    assert config.boundary.steps <= 3000
    assert config.density.kind == "closed_form"
    assert step.page in ("boundary", "evaluate")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_every_step_comes_true(step: Any) -> None:
    finding = step.finding(result_of(step.choices))
    assert finding.holds, finding.words


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_comes_true_and_is_known_by_its_settings(name: str) -> None:
    failure = FAILURES[name]
    result = result_of(failure.choices)
    finding = failure.finding(result)
    assert finding.holds, finding.words
    assert failure_of(result.config) is failure
    assert failure_of(dataclasses.replace(result.config, seed=1)) is None


def test_lessons_come_true_in_code_for_another_processor(tmp_path: Path) -> None:
    """Those of the paper's loss, which are the ones that follow other paths when they are rounded otherwise."""
    code = (
        "import json; from bdsg.config import ExperimentConfig; from bdsg.experiments.run_experiment import run\n"
        "from bdsg.app.pages.tour.lessons import FAILURES\n"
        "for name, one in FAILURES.items():\n"
        "    *_, result = run(ExperimentConfig.from_dict(one.choices))\n"
        "    print(json.dumps([name, bool(one.finding(result).holds), float(result.arrays.boundary.sum())]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment("generic", tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {name: holds for name, holds, _ in found} == dict.fromkeys(FAILURES, True)
    sums = {name: float(result_of(FAILURES[name].choices).arrays.boundary.sum()) for name in FAILURES}
    differs = any(total != sums[name] for name, _, total in found)
    assert differs or os.environ.get("NUMBA_CPU_NAME") == "generic"  # else it was the same code


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        ("no_dispersion", {"boundary": {"objective": "paper"}}),
        ("few_samples", {"data": {"preset": "unimodal", "samples": 1024}}),
        ("eight_modes", {"boundary": {"steps": 300}}),
        ("gamed_precision", {"boundary": {"steps": 300}}),
    ],
)
def test_a_failure_is_gone_when_its_reason_is(name: str, mended: Choices) -> None:
    failure = FAILURES[name]
    finding = failure.finding(result_of({**failure.choices, **mended}))
    assert not finding.holds, finding.words


def test_half_of_the_points_need_half_of_the_border_when_they_lie_evenly() -> None:
    result = result_of(STEPS[0].choices)
    even = findings.crowded(result)
    assert 0.3 < even.number <= 0.5
    one = dataclasses.replace(result, arrays=dataclasses.replace(result.arrays, boundary=np.tile([2.4, 0.0], (100, 1))))
    assert findings.crowded(one).number < 0.01


def test_dispersion_keeps_the_points_apart() -> None:
    choices = FAILURES["no_dispersion"].choices
    apart = findings.crowded(result_of({**choices, "boundary": {"objective": "paper"}})).number
    assert apart > 20 * findings.crowded(result_of(choices)).number


def test_few_samples_cost_a_quarter_of_the_recall_and_precision() -> None:
    few = FAILURES["few_samples"].choices
    many = {**few, "data": {**few["data"], "samples": 1024}}
    for name in ("bp1", "boundary_recall"):
        assert scores_of(few)[name] < 0.75 * scores_of(many)[name]


def test_one_curve_covers_none_of_eight_modes_and_bridges_them() -> None:
    result = result_of(FAILURES["eight_modes"].choices)
    assert result.summary["scores"]["components_covered"] == 0
    assert (result.arrays.boundary_log_p_x > np.log(result.config.epsilon)).mean() > 0.2


def test_precision_can_be_gamed() -> None:
    scores = scores_of(FAILURES["gamed_precision"].choices)
    assert scores["bp1"] > 0.95
    assert scores["boundary_recall"] < 0.25


def test_the_level_set_steps_tell_the_truth() -> None:
    level, threshold, waist = STEPS[0], STEPS[1], STEPS[2]
    scores = scores_of(level.choices)
    assert min(scores["bp1"], scores["boundary_recall"]) > 0.95
    result = result_of(level.choices)
    assert (result.arrays.boundary_log_p_x < np.log(result.config.epsilon)).mean() > 0.95
    assert threshold.choices == level.choices  # its run is there already
    raised = score_result(result, threshold.epsilon)
    assert raised.bp1 < 0.5 * scores["bp1"]
    assert (raised.boundary_recall or 0.0) < 0.5 * scores["boundary_recall"]
    assert scores_of(waist.choices)["components"] == scores_of(waist.choices)["components_covered"] == 1


def test_one_curve_bridges_two_modes_and_a_curve_for_each_covers_eight() -> None:
    two = result_of(STEPS[4].choices)
    between = np.abs(two.arrays.boundary[:, 0]) < 1
    assert 0.02 < between.mean() < 0.5  # some of it lies in the gap
    assert {bool(side) for side in two.arrays.boundary[:, 0] > 0} == {True, False}
    assert scores_of(STEPS[6].choices)["components_covered"] == 8


def test_a_run_has_the_same_scores_on_the_evaluate_page_as_on_all_others(tmp_path: Path) -> None:
    runs = [result_of(one.choices) for one in (*FAILURES.values(), *STEPS)]
    paths = [tmp_path / str(k) for k in range(len(runs))]
    for path, result in zip(paths, runs, strict=True):
        path.write_bytes(run_payloads.evaluation_payload(result, result.config.epsilon, None))
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
    for shown, result in zip(node((*SCORING, "core/format"), driver, *paths, folder=tmp_path), runs, strict=True):
        scores = result.summary["scores"]
        expected = {name: number_text.score(scores, name) for name in shown if name != "covered"}
        assert shown == {**expected, "covered": number_text.covered(scores)}, result.config.to_json()


def test_a_run_has_one_score_at_each_epsilon() -> None:
    result = result_of(STEPS[4].choices)
    config = result.config
    assert run_payloads.scores_at(result, config.epsilon) is result.summary["scores"]
    ratio = config.delta / config.epsilon
    low = run_payloads.epsilon_range(config)[0]
    moved = run_payloads.scoring_field(config, 2 * config.epsilon, 2 * config.epsilon * ratio)
    own = run_payloads.scoring_field(config, config.epsilon, config.delta)
    assert moved is run_payloads.true_field(GaussianMixture.from_config(config.data).to_json(), low * ratio)
    assert own is not moved
