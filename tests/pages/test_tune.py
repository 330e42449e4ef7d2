"""The tune page in Streamlit's own test harness, with real studies behind it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bdsg.codec import unpack
from bdsg.config import ExperimentConfig
from bdsg.sweep.folder import StudyFolder, found
from bdsg.sweep.space import applied
from bdsg.sweep.study import Study, best
from bdsg.ui import session, tune_process
from tests.pages.test_pages import fresh, opened
from tests.sweep.studies import made_study

__all__ = ["fresh"]  # a fixture


def button(app: AppTest, key: str) -> object:
    return next((one for one in app.button if one.key == key), None)


def test_without_a_study_there_is_the_form() -> None:
    app = opened("tune")
    assert not app.exception
    assert "No study yet" in app.info[0].value
    labels = [widget.label for widget in app.number_input]
    assert "Distance weight λ1, from" in labels
    named = [*labels, *(widget.label for widget in app.toggle)]
    assert {"λ1: to", "λ1: logarithmic"} <= set(named)
    assert len(set(named)) == len(named)  # no two fields have the same name
    assert app.multiselect(key="tune_vary").value[0] == "boundary.lambda1"


def test_a_study_is_shown_with_its_best_trial_first(tmp_path: Path) -> None:
    folder = made_study(tmp_path)
    app = opened("tune", study="small")
    assert not app.exception
    assert not app.error
    assert app.query_params["study"] == "small"
    arrays, meta = unpack(app.get("bidi_component")[0].proto.bytes)
    (first,) = best(Study(folder).trials(), ["bf1"], 1)
    assert meta["chosen"] == first.number
    assert meta["trials"] == 12
    assert arrays["points"].shape[0] == 12
    assert sorted(arrays["number"].tolist()) == list(range(12))
    assert arrays["rank"].argmin() == arrays["number"].tolist().index(first.number)
    assert all("boundary recall" in words for words in meta["words"])
    assert (arrays["share"] >= 0).all()
    assert (arrays["share"] <= 1).all()
    for kind in ("Importance", "Seeds", "Parallel", "Slices", "Contours"):
        app.button_group(key="tune_chart").set_value([kind]).run()
        assert not app.exception
        assert not app.error
        assert len(app.get("plotly_chart")) == 1


def test_a_trial_is_watched_with_its_very_config(tmp_path: Path) -> None:
    folder = made_study(tmp_path)
    plan = folder.plan()
    trial = best(Study(folder).trials(), ["bf1"], 3)[2]
    app = opened("tune", study="small")
    listed = next(widget for widget in app.selectbox if widget.label == "Trial, the best first")
    listed.set_value(trial.number).run()
    app.button(key="tune_use").click().run()
    assert f"settings of trial {trial.number}" in app.warning[0].value
    expected = applied(plan.config, trial.params)
    assert ExperimentConfig.from_dict(app.session_state["choices"]) == expected
    app.button(key="tune_open").click().run()
    assert app.title[0].value == "Boundary"
    run = session.current_run_of(app.session_state["choices"])
    assert run is not None
    assert session.queue().wait(run, 120)
    assert run.result is not None
    assert run.result.summary["scores"]["bf1"] == trial.values[0]
    assert [entry.key for entry in app.session_state["history"]] == [expected.key()]


def test_a_study_starts_in_the_background_stops_and_goes_on(tmp_path: Path) -> None:
    app = opened("tune", **{"data.preset": "unimodal", "boundary.objective": "paper", "boundary.steps": "60"})
    app.number_input(key="tune_trials").set_value(5000).run()
    app.button(key="tune_start").click().run()
    assert not app.error
    (folder,) = found()
    assert folder.plan().trials == 5000
    assert tune_process.active(folder)
    end = time.monotonic() + 90
    while not folder.clouds().size:
        assert time.monotonic() < end, tune_process.complaint(folder)
        time.sleep(0.2)
    app.run()
    assert button(app, "tune_resume") is None
    app.button(key="tune_stop").click().run()
    while tune_process.active(folder):
        assert time.monotonic() < end
        time.sleep(0.1)
    app.run()
    assert not app.error
    assert app.button(key="tune_resume").label == "Resume"
    assert Study(folder).finished() > 0
    assert app.get("bidi_component")


def test_an_unknown_study_and_impossible_wishes_are_sentences(tmp_path: Path) -> None:
    made_study(tmp_path, seeds=0)
    app = opened("tune", study="gone")
    assert "There is no study 'gone' here" in app.warning[0].value
    assert app.query_params["study"] == "small"
    app.button(key="tune_new").click().run()
    app.multiselect(key="tune_goals:ours").set_value(["bp1"]).run()
    app.button(key="tune_start").click().run()
    assert "add boundary_recall" in app.warning[0].value
    assert len(found()) == 1
    app.number_input(key="tune:boundary.lambda1:ours:bimodal:low").set_value(99.0).run()
    app.number_input(key="tune:boundary.lambda1:ours:bimodal:high").set_value(9.0).run()
    assert any("must rise" in warning.value for warning in app.warning)


def test_one_study_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made_study(tmp_path, trials=4, seeds=0)
    monkeypatch.setattr(tune_process, "under_way", lambda: folder)
    app = opened("tune")
    app.button(key="tune_new").click().run()
    assert app.button(key="tune_start").disabled
    assert isinstance(folder, StudyFolder)
