"""The tune page in Streamlit's own test harness, with real studies behind it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bdsg.app.pages.tune import study_process
from bdsg.app.visit import session, studies
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.runs.tensor_file import unpack
from bdsg.tuning.folder import StudyFolder, found
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import applied, parse_dimension
from bdsg.tuning.study import Study, best
from tests.pages.test_pages import fresh, opened
from tests.tuning.studies import made_study
from tests.visits import visit_of

__all__ = ["fresh"]  # a fixture

MIXTURE = {"weights": [1.0], "means": [[0.0, 0.0]], "covariances": [[[1.0, 0.0], [0.0, 1.0]]]}


def button(app: AppTest, key: str) -> object:
    return next((one for one in app.button if one.key == key), None)


def test_without_a_study_there_is_the_form() -> None:
    app = opened("tune")
    assert not app.exception
    assert "No study of yours yet" in app.info[0].value
    labels = [widget.label for widget in app.number_input]
    assert "Distance weight λ1, from" in labels
    named = [*labels, *(widget.label for widget in app.toggle)]
    assert {"λ1: to", "λ1: logarithmic"} <= set(named)
    assert len(set(named)) == len(named)  # no two fields have the same name
    assert app.multiselect(key="tune_vary").value[0] == "boundary.lambda1"


def test_a_study_is_shown_with_its_best_trial_first(tmp_path: Path) -> None:
    folder = made_study(tmp_path)
    app = opened("tune", study=folder.identity())
    assert not app.exception
    assert not app.error
    assert app.query_params["study"] == folder.identity()
    assert app.selectbox[0].options == [studies.title(folder)]
    assert re.fullmatch(r"One mode · Paper, eq. 4 · 12 trials · \d\d:\d\d", studies.title(folder))
    arrays, meta = unpack(app.get("bidi_component")[0].proto.bytes)
    (first,) = best(Study(folder).trials(), ["bf1"], 1)
    assert meta["chosen"] == first.number
    assert meta["trials"] == 12
    assert arrays["points"].shape[0] == 12
    assert sorted(arrays["number"].tolist()) == list(range(12))
    assert arrays["rank"].argmin() == arrays["number"].tolist().index(first.number)
    assert all("Boundary recall" in words for words in meta["words"])
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
    app = opened("tune", study=folder.identity())
    listed = next(widget for widget in app.selectbox if widget.label == "Trial, the best first")
    listed.set_value(trial.number).run()
    app.button(key="tune_use").click().run()
    assert f"settings of trial {trial.number}" in app.warning[0].value
    expected = applied(plan.config, trial.params)
    assert ExperimentConfig.from_dict(visit_of(app).choices) == expected
    app.button(key="tune_open").click().run()
    assert app.title[0].value == "Boundary"
    run = session.current_run_of(visit_of(app).choices)
    assert run is not None
    assert session.queue().wait(run, 120)
    assert run.result is not None
    assert run.result.summary["scores"]["bf1"] == trial.values[0]
    assert [entry.key for entry in visit_of(app).history] == [expected.key()]


def test_a_study_starts_in_the_background_stops_and_goes_on(tmp_path: Path) -> None:
    app = opened("tune", **{"data.preset": "unimodal", "boundary.objective": "paper", "boundary.steps": "60"})
    app.number_input(key="tune_trials").set_value(5000).run()
    app.button(key="tune_start").click().run()
    assert not app.error
    (folder,) = found()
    assert folder.plan().trials == 5000
    assert study_process.active(folder)
    end = time.monotonic() + 90
    while not folder.clouds().size:
        assert time.monotonic() < end, study_process.complaint(folder)
        time.sleep(0.2)
    app.run()
    assert button(app, "tune_resume") is None
    app.button(key="tune_stop").click().run()
    while study_process.active(folder):
        assert time.monotonic() < end
        time.sleep(0.1)
    app.run()
    assert not app.error
    assert app.button(key="tune_resume").label == "Resume"
    assert Study(folder).finished() > 0
    assert app.get("bidi_component")


def test_an_unknown_study_and_impossible_wishes_are_sentences(tmp_path: Path) -> None:
    folder = made_study(tmp_path, seeds=0)
    app = opened("tune", study=folder.identity())
    app.query_params["study"] = "gone"
    visit_of(app).arrivals = frozenset()  # a visit that begins with this link, and whose browser keeps a study
    app.run()
    assert "The link's study is not here" in app.warning[0].value
    assert app.query_params["study"] == folder.identity()
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
    monkeypatch.setattr(study_process, "under_way", lambda: folder)
    app = opened("tune")
    assert app.button(key="tune_start").disabled
    assert "one runs at a time" in app.button(key="tune_start").help
    assert folder.name not in app.button(key="tune_start").help
    with pytest.raises(BDSGError) as refused:
        study_process.start(folder)
    assert folder.name not in str(refused.value)


def own_study(tmp_path: Path, name: str) -> StudyFolder:
    """A study of someone's own columns, before its first trial."""
    data = {"mixture": MIXTURE, "units": {"names": ["petal_length", "petal_width"], "shift": [0, 0], "scale": [2, 3]}}
    config = ExperimentConfig.from_dict({"data": data})
    plan = Plan(config, (parse_dimension(config, "lambda1"),), trials=30)
    folder = StudyFolder.named(plan.name() if name == "plan" else name, tmp_path / "studies")
    folder.create(plan, None)
    return folder


def sent(app: AppTest) -> bytes:
    """All that the page sent to the browser."""
    protos = [proto for node in app._tree if (proto := getattr(node, "proto", None)) is not None]
    return b"".join(proto.SerializeToString() for proto in protos)


@pytest.mark.parametrize("name", ["plan", "mine"])
def test_anothers_study_is_found_by_its_link_alone(tmp_path: Path, name: str) -> None:
    """Neither its name, which may be made of what it is, nor nothing at all opens it."""
    folder = own_study(tmp_path, name)
    for parameters in ({}, {"study": folder.name}, {"study": ""}, {"study": folder.plan().config.key()}):
        app = opened("tune", **parameters)
        assert not app.exception
        assert not [one for one in app.selectbox if one.label.startswith("Study")]
        assert b"petal" not in sent(app)
        assert folder.name not in str(app.query_params)
        assert app.button(key="tune_start").label == "Start"
    guest = opened("tune", study=folder.identity())
    (listed,) = (one for one in guest.selectbox if one.label.startswith("Study"))
    assert listed.options[0].startswith("petal_length × petal_width · Ours · 30 trials · ")
    guest.switch_page("pages/learn.py").run()
    guest.switch_page("pages/tune.py").run()
    assert b"petal_length" in sent(guest)  # of this visit from now on


def test_two_visitors_begin_a_study_each_of_just_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[StudyFolder] = []
    monkeypatch.setattr(study_process, "start", started.append)
    visits = [opened("tune", **{"data.preset": "ring"}) for _ in range(2)]
    for app in visits:
        app.button(key="tune_start").click().run()
        assert not app.error
    first, second = started
    assert first.plan() == second.plan()
    assert first.name != second.name
    for app, folder in zip(visits, started, strict=True):
        assert visit_of(app).studies == [folder.identity()]
        assert app.query_params["study"] == folder.identity()
    visits[0].button(key="tune_new").click().run()
    visits[0].button(key="tune_start").click().run()
    assert "You have a study of just this" in visits[0].warning[0].value
    assert len(started) == 2


def test_studies_that_a_browser_kept_are_listed_again(tmp_path: Path) -> None:
    folders = [made_study(tmp_path, name, trials=4, seeds=0) for name in ("one", "two")]
    wrong: list[object] = [None, "", [], 5, {"key": 3}, {"key": ""}, {"key": "../one"}, {"key": "0" * 32}]

    def page() -> None:
        import streamlit as st

        from bdsg.app.visit import studies

        studies.recall(st.session_state.sent)
        st.session_state.found = studies.titles(studies.listed())

    for sent_, expected in (
        ([*wrong, {"key": folders[0].identity()}], [folders[0].identity()]),
        ([{"key": folder.identity()} for folder in folders] * 40, [folders[1].identity(), folders[0].identity()]),
        ({"key": folders[0].identity()}, []),
    ):
        app = AppTest.from_function(page)
        app.session_state["sent"] = sent_
        app.run()
        assert not app.exception
        assert list(app.session_state["found"]) == expected
        assert len(set(app.session_state["found"].values())) == len(expected)
        assert len(visit_of(app).studies) <= studies.MOST_STUDIES
