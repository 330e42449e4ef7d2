"""A study in its folder and its storage, run in this very process."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest

from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError, ConfigError, StoreError
from bdsg.tuning import report
from bdsg.tuning.driver import drive
from bdsg.tuning.folder import CLOUD, CLOUDS, StudyFolder, found
from bdsg.tuning.plan import CLOUD_POINTS, Plan
from bdsg.tuning.space import applied, grid, parse_dimension
from bdsg.tuning.study import Study, best, importances
from bdsg.tuning.trial_result import Outcome
from tests.tuning.in_process import InProcess

RAW = {"data": {"preset": "bimodal"}, "boundary": {"objective": "paper", "steps": 80, "hidden": [8, 8]}}
CONFIG = ExperimentConfig.from_dict(RAW)
VARIED = ("lambda1", "learning_rate")


def plan(**settings: object) -> Plan:
    dimensions = tuple(parse_dimension(CONFIG, text) for text in VARIED)
    return Plan(CONFIG, dimensions, **{"trials": 12, "batch": 4, "seeds": 2, **settings})  # type: ignore[arg-type]


def made(root: Path, wanted: Plan, name: str = "one") -> StudyFolder:
    folder = StudyFolder.named(name, root)
    folder.create(wanted, None)
    return folder


@pytest.mark.parametrize(
    "settings",
    [{"sampler": "tpe"}, {"sampler": "cmaes"}, {"sampler": "random", "goals": ("bf1", "seconds")}, {"sampler": "grid"}],
    ids=str,
)
def test_a_study_runs_to_its_end_and_tells_of_it(tmp_path: Path, settings: dict[str, object]) -> None:
    folder = made(tmp_path, plan(**settings))
    last = list(drive(folder, InProcess))[-1]
    study = Study(folder)
    trials = study.trials()
    assert last.stage == "seeds"
    assert [trial.number for trial in trials] == list(range(study.target))
    assert all(trial.state.name == "COMPLETE" for trial in trials)
    assert len({tuple(trial.params.items()) for trial in trials}) == study.target
    if settings["sampler"] == "grid":
        assert study.target == 9
        points = grid(folder.plan().dimensions, 12)
        assert sorted(map(str, points)) == sorted(str(trial.params) for trial in trials)
    assert sorted(folder.clouds()["number"].tolist()) == list(range(study.target))
    leaders = best(trials, folder.plan().goals, 5)
    assert leaders[0].values[0] == max(trial.values[0] for trial in trials)
    bands = folder.bands()
    assert {(row["trial"], row["seed"]) for row in bands} == {(one.number, s) for one in leaders for s in (1, 2)}
    told = report.facts(folder)
    text = report.text(told)
    assert told["counts"] == {"complete": study.target}
    assert text.index("BP1") < text.index("Boundary recall")
    assert json.loads(json.dumps(told)) == told
    before = os.stat(folder.path / CLOUDS).st_mtime_ns
    assert list(drive(folder, InProcess)) == []  # there is nothing left to do
    assert os.stat(folder.path / CLOUDS).st_mtime_ns == before


def test_what_is_told_stays_as_it_is(tmp_path: Path) -> None:
    study = Study(made(tmp_path, plan()), create=True)
    (number, _), (other, _) = study.ask(2)
    assert study.tell(Outcome(number, "complete", {"bf1": 0.5}))
    assert not study.tell(Outcome(number, "complete", {"bf1": 0.9}))
    assert study.tell(Outcome(other, "failed", error="It diverged."))
    assert [trial.values for trial in study.trials()] == [[0.5], None]
    assert study.finished() == 2


def test_a_resumed_study_asks_for_something_new(tmp_path: Path) -> None:
    folder = made(tmp_path, plan(sampler="random"))
    first = Study(folder, create=True).ask(3)
    again = Study(folder, create=True)
    assert again.unfinished() == first
    assert not {str(values) for _, values in again.ask(3)} & {str(values) for _, values in first}


def test_importance_is_found_where_it_was_put(tmp_path: Path) -> None:
    study = Study(made(tmp_path, plan(sampler="random", trials=60)), create=True)
    for number, values in study.ask(60):
        share = study.plan.dimensions[0].share(values["boundary.lambda1"])
        study.tell(Outcome(number, "complete", {"bf1": 1 - (share - 0.3) ** 2}))
    shares = importances(study.optuna)
    assert shares["boundary.lambda1"] > 0.8
    assert sum(shares.values()) == pytest.approx(1)
    assert importances(Study(made(tmp_path, plan(), "two"), create=True).optuna) == {}


def test_a_study_is_run_by_one_at_a_time(tmp_path: Path) -> None:
    folder = made(tmp_path, plan())
    with folder.driven():
        assert folder.driver()["pid"] == os.getpid()
        with pytest.raises(BDSGError, match=f"is run by process {os.getpid()} on .* since"), folder.driven():
            pass
    assert folder.driver() == {}
    (folder.path / "driver.json").write_text('{"pid": 1, "since": 0}')  # what a killed one leaves
    assert folder.driver() == {}


def test_a_record_that_was_cut_short_is_written_over(tmp_path: Path) -> None:
    folder = made(tmp_path, plan())
    points = np.arange(2 * CLOUD_POINTS, dtype=np.int16).reshape(CLOUD_POINTS, 2)
    folder.add_clouds({3: points})
    with open(folder.path / CLOUDS, "ab") as file:
        file.write(b"torn")
    assert folder.clouds()["number"].tolist() == [3]
    folder.add_clouds({4: points + 1})
    assert folder.clouds()["number"].tolist() == [3, 4]
    np.testing.assert_array_equal(folder.clouds()["points"][1], points + 1)
    assert os.stat(folder.path / CLOUDS).st_size == 2 * CLOUD.itemsize
    folder.add_bands([{"trial": 1, "seed": 2, "scores": {}}])
    with open(folder.path / "bands.jsonl", "a") as file:
        file.write('{"trial": 1, "se')
    assert folder.bands() == [{"trial": 1, "seed": 2, "scores": {}}]


def test_studies_are_listed_and_unknown_ones_are_a_sentence(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    made(tmp_path, plan())
    assert [folder.name for folder in found(tmp_path)] == ["one"]
    with pytest.raises(StoreError, match="There is no study 'none'"):
        Study(StudyFolder.named("none", tmp_path))
    with pytest.raises(StoreError, match="cannot be called"):
        StudyFolder.named("../one", tmp_path)
    with pytest.raises(StoreError, match="has no study 'one' yet"):
        Study(StudyFolder.named("one", tmp_path))


def test_a_storage_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    folder = StudyFolder.named("far", tmp_path)
    folder.create(plan(), f"sqlite:///{tmp_path}/nowhere/study.db")
    with pytest.raises(StoreError, match="The storage cannot be opened"):
        Study(folder, create=True)
    assert (folder.path / "plan.json").stat().st_mode & 0o077 == 0


def test_a_study_of_other_goals_is_not_mixed_up(tmp_path: Path) -> None:
    folder = made(tmp_path, plan())
    Study(folder, create=True)
    folder.create(plan(goals=("seconds",)), None)
    with pytest.raises(ConfigError, match="holds another study of this name"):
        Study(folder, create=True)


def test_pruning_saves_the_rest_of_a_trial(tmp_path: Path) -> None:
    wanted = dataclasses.replace(plan(), trials=30, pruner="median", seeds=0)
    folder = made(tmp_path, wanted)
    list(drive(folder, InProcess))
    trials = Study(folder).trials()
    states = {trial.state.name for trial in trials}
    assert len(trials) == 30
    assert states == {"COMPLETE", "PRUNED"}
    assert applied(wanted.config, trials[0].params).boundary.steps == 80
