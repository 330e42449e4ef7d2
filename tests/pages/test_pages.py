"""Every page runs, in Streamlit's own test harness, with real workers behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bdsg.app.components import demo_run
from bdsg.app.pages import boundary_page, density_page
from bdsg.app.visit import session
from bdsg.app.widgets import steering
from bdsg.config import BoundaryConfig, ExperimentConfig
from bdsg.runs.tensor_file import unpack
from bdsg.serving.job import Run
from tests.visits import visit_of

ROOT = Path(__file__).parents[2]
DEFAULT_LAMBDA1 = BoundaryConfig().lambda1
PAGES = ("learn", "play", "density", "boundary", "evaluate", "history", "compare", "tour", "rivals", "tune", "images")


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store and a queue of its own for each test, and app.py in the current directory."""
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    session.queue.clear()
    yield
    session.queue().close()
    session.queue.clear()
    st.cache_resource.clear()


def opened(page: str, **parameters: str) -> AppTest:
    """The app with one page open."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    return app if page == "learn" else app.switch_page(f"pages/{page}.py").run()


def payload(app: AppTest, number: int = 0) -> dict[str, object]:
    """The JSON part of a component's payload."""
    return unpack(app.get("bidi_component")[number].proto.bytes)[1]


@pytest.mark.parametrize("page", PAGES)
def test_opens_without_an_exception(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1


def test_learn_plays_a_prepared_run() -> None:
    meta = payload(opened("learn"))
    assert meta["autoplay"] is True
    assert "Boundary recall" in demo_run.caption()


def test_choosing_a_distribution_changes_the_config() -> None:
    app = opened("density")
    app.selectbox[0].select("ring").run()
    assert visit_of(app).choices["data"] == {"preset": "ring"}
    assert "leaves out 12.5 % of the data, 8 pieces" in app.caption[0].value
    assert "mode collapse" in app.caption[1].value


def test_a_paper_preset_brings_its_settings() -> None:
    app = opened("boundary")
    app.selectbox[0].select("paper_d").run()
    number = {widget.label: widget.value for widget in app.number_input}
    assert number["Dispersion weight λ2"] == 0.25
    assert number["Batch N (points)"] == 256


def test_settings_survive_a_page_switch() -> None:
    app = opened("boundary")
    next(widget for widget in app.number_input if widget.label == "Distance weight λ1").set_value(0.7).run()
    app.switch_page("pages/density.py").run()
    app.switch_page("pages/boundary.py").run()
    assert next(widget.value for widget in app.number_input if widget.label == "Distance weight λ1") == 0.7


def test_wrong_layers_are_a_sentence() -> None:
    app = opened("boundary")
    app.text_input[0].set_value("8, x").run()
    assert "must be whole numbers" in app.warning[0].value
    assert not app.exception


def test_train_then_evaluate() -> None:
    app = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "60"})
    app.button(key="train").click().run()
    run = session.current_run_of(visit_of(app).choices)
    assert run is not None
    assert session.queue().wait(run, 120)
    app.run()
    assert run.state == "finished", run.error
    names = [metric.label for metric in app.metric]
    assert names.index("Boundary recall") == names.index("BP1") + 1
    app.switch_page("pages/evaluate.py").run()
    assert not app.exception
    assert payload(app)["epsilon"] == pytest.approx(0.01)
    assert not app.table  # the fold is closed: nothing in it is computed
    app.session_state["further"] = True
    app.run()
    assert not app.exception
    assert "AUROC" in app.table[0].value["Score"].to_list()
    assert [element.type for element in app.get("plotly_chart")] == ["plotly_chart", "plotly_chart"]


@pytest.mark.parametrize("name", ["boundary", "density"])
def test_a_run_that_ends_while_its_page_is_drawn_is_drawn_as_ended(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button is drawn before the picture: the end may come in between, and no later look would tell of it."""
    view = {"boundary": boundary_page, "density": density_page}[name]
    show, pressed = view.show, list[Run]()

    def ends_first(run: Run | None, config: ExperimentConfig) -> None:
        if run is not None and run.active:
            pressed.append(run)
            session.queue().stop(run)
            assert session.queue().wait(run, 60)
        show(run, config)

    monkeypatch.setattr(view, "show", ends_first)
    app = opened(name, **{"data.preset": "ring", "boundary.steps": "50000", "seed": "77"})
    app.button(key="train").click().run()
    assert [run.state for run in pressed] == ["stopped"]
    assert app.button(key="train").label == "Train"
    assert not app.exception


def test_the_same_config_is_not_started_twice() -> None:
    first = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "50000"})
    first.button(key="train").click().run()
    second = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "50000"})
    assert [button.label for button in second.button] == ["Stop"]
    second.button(key="train").click().run()
    run = session.current_run_of(visit_of(first).choices)
    assert run is not None
    assert session.queue().wait(run, 60)
    assert run.state == "stopped"


def trained(page: AppTest) -> None:
    """Press Train and wait for the end."""
    page.button(key="train").click().run()
    run = session.current_run_of(visit_of(page).choices)
    assert run is not None
    assert session.queue().wait(run, 120)
    page.run()


def test_history_lists_renames_compares_reopens_and_removes() -> None:
    app = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "30"})
    trained(app)
    next(widget for widget in app.number_input if widget.label == "Distance weight λ1").set_value(0.5).run()
    trained(app)
    app.switch_page("pages/history.py").run()
    assert not app.exception
    assert [widget.value for widget in app.text_input] == ["Run 2", "Run 1"]
    assert "Distance weight λ1: 0.5" in app.caption[0].value
    assert f"Distance weight λ1: {DEFAULT_LAMBDA1:g}" in app.caption[1].value
    lines = [block.value for block in app.markdown if block.value.startswith("BP1")]
    assert len(lines) == 2
    assert all("Boundary recall" in line for line in lines)

    app.text_input[0].set_value("Half the distance").run()
    for _ in range(2):
        next(box for box in app.checkbox if not box.value).check().run()
    assert len(visit_of(app).picked) == 2
    settings, scores = app.table
    assert settings.value.iloc[0].tolist()[0] == "Distance weight λ1"
    assert set(settings.value.iloc[0].tolist()[1:]) == {"0.5", f"{DEFAULT_LAMBDA1:g}"}
    assert "Half the distance" in scores.value.columns

    app.button(key=f"remove:{visit_of(app).history[0].key}").click().run()
    assert [widget.value for widget in app.text_input] == ["Run 1"]
    assert len(visit_of(app).picked) < 2
    app.button(key=f"open:{visit_of(app).history[0].key}").click().run()
    assert app.title[0].value == "Boundary"
    assert session.ExperimentConfig.from_dict(visit_of(app).choices).boundary.lambda1 == DEFAULT_LAMBDA1


def test_an_empty_history_says_what_to_do() -> None:
    assert "train a run" in opened("history").info[0].value


def slider(app: AppTest, label: str) -> Any:
    return next(widget for widget in app.select_slider if widget.label == label)


def test_sliders_set_how_the_next_run_starts() -> None:
    app = opened("boundary", **{"data.preset": "unimodal"})
    assert slider(app, "Dispersion weight λ2").value == 0.1
    slider(app, "Dispersion weight λ2").set_value(0.0).run()
    assert visit_of(app).choices["boundary"] == {"lambda2": 0.0}
    assert slider(app, "Dispersion weight λ2").value == 0.0
    number = {widget.label: widget.value for widget in app.number_input}
    assert number["Dispersion weight λ2"] == 0.0
    next(widget for widget in app.number_input if widget.label == "Distance weight λ1").set_value(7.77).run()
    assert slider(app, "Distance weight λ1").value == 7.77


def test_a_steered_run_becomes_the_choice_and_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steering, "PACES", {0.0: "At once", 4.0: "Soon"})
    app = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "200"})
    visit_of(app).pace = 4.0
    app.run()
    next(button for button in app.button if button.label == "Train").click().run()
    run = visit_of(app).own_run[1]
    while len(run.boundary_snapshots) < 2:
        session.queue().wait(run, 0.05)
    slider(app, "Dispersion weight λ2").set_value(0.0).run()
    assert slider(app, "Dispersion weight λ2").value == 0.0
    assert "changes" not in visit_of(app).choices["boundary"]  # until it has ended
    assert session.queue().wait(run, 60)
    app.run()
    (change,) = visit_of(app).choices["boundary"]["changes"]
    assert change["lambda2"] == 0.0
    assert payload(app)["changes"] == [change]
    assert payload(app)["live"] is False
    (entry,) = visit_of(app).history
    assert entry.key == run.config.key()
    next(button for button in app.button if button.label == "Undo steering").click().run()
    assert "changes" not in visit_of(app).choices["boundary"]
    assert not app.exception


def test_compare_takes_a_run_of_the_list_and_can_be_stopped() -> None:
    app = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "30"})
    trained(app)
    next(widget for widget in app.number_input if widget.label == "Distance weight λ1").set_value(0.5).run()
    app.switch_page("pages/compare.py").run()
    choice = app.segmented_control[0]
    assert "A run of yours" in choice.options
    choice.select("listed").run()
    assert app.selectbox(key="listed_run").options[0].startswith("Run 1: One mode · Closed form · Ours")
    assert [block.value for block in app.markdown if block.value.startswith(("**A", "**B"))] == [
        "**A**: not trained yet",
        "**B**: trained",
    ]
    long = opened("compare", **{"data.preset": "unimodal", "boundary.objective": "paper", "boundary.steps": "50000"})
    long.button(key="train_missing").click().run()
    long.button(key="stop_compared").click().run()
    config = ExperimentConfig.from_dict(visit_of(long).choices)
    run = session.queue().find(config)
    assert run is not None
    assert session.queue().wait(run, 30)
    assert run.state == "stopped"
    long.run()
    assert any(button.key == "train_missing" for button in long.button)
