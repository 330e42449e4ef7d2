"""What a page shows is in its address, and an address opened anew, as after a reload, shows it again."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bdsg.app.pages.tour import tour_panel
from bdsg.app.pages.tour.lessons import STEPS
from bdsg.app.visit import session
from bdsg.config import ExperimentConfig
from tests.pages.test_pages import fresh, opened, slider, trained
from tests.visits import visit_of

__all__ = ["fresh"]

SHORT = {"data.preset": "unimodal", "boundary.steps": "30"}


def address(app: AppTest) -> dict[str, str]:
    found = {name: app.query_params[name] for name in app.query_params}
    return {name: text if isinstance(text, str) else text[0] for name, text in found.items()}


def differences(app: AppTest) -> list[list[Any]]:
    """The rows of Compare's table of settings."""
    rows: list[list[Any]] = app.table[1].value.to_numpy().tolist()
    return rows


def test_the_link_of_compare_holds_both_runs() -> None:
    app = opened("boundary", **SHORT)
    trained(app)
    slider(app, "Distance weight λ1").set_value(2.0).run()
    trained(app)
    app.switch_page("pages/compare.py").run()
    assert address(app) == {**SHORT, "boundary.lambda1": "2.0", "against": "objective"}
    app.segmented_control[0].select("listed").run()
    link = address(app)
    assert link == {**SHORT, "boundary.lambda1": "2.0", **{f"b.{name}": text for name, text in SHORT.items()}}
    assert differences(app) == [["Distance weight λ1", "2", "50"]]

    fresh_visit = opened("compare", **link)
    assert fresh_visit.segmented_control[0].value == "linked"
    assert differences(fresh_visit) == differences(app)
    assert address(fresh_visit) == link


def test_two_picked_runs_are_in_the_link_whatever_is_chosen() -> None:
    app = opened("boundary", **SHORT)
    for weight in (2.0, 4.0):
        slider(app, "Distance weight λ1").set_value(weight).run()
        trained(app)
    slider(app, "Distance weight λ1").set_value(8.0).run()
    app.switch_page("pages/history.py").run()
    for _ in range(2):
        next(box for box in app.checkbox if not box.value).check().run()
    app.switch_page("pages/compare.py").run()
    link = address(app)
    assert {float(link["boundary.lambda1"]), float(link["b.boundary.lambda1"])} == {2.0, 4.0}
    assert differences(opened("compare", **link)) == differences(app)


def test_an_untrained_second_run_of_a_link_can_be_trained_there() -> None:
    app = opened("compare", **SHORT, **{"b.data.preset": "unimodal", "b.boundary.steps": "40"})
    assert [block.value for block in app.markdown if block.value.startswith("**B")] == ["**B**: not trained yet"]
    app.button(key="train_missing").click().run()
    runs = [session.queue().find(ExperimentConfig.from_dict({"data": {"preset": "unimodal"}, "boundary": {"steps": n}}))
            for n in (30, 40)]  # fmt: skip
    for run in runs:
        assert run is not None
        assert session.queue().wait(run, 120)
    app.run()
    assert differences(app) == [["Steps", "30", "40"]]


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [("b.boundary.lambda1", "1e9", "between 0"), ("b.data.preset", "nothing", "nothing")],
)
def test_a_second_run_that_cannot_be_is_refused_with_a_sentence(parameter: str, value: str, said: str) -> None:
    app = opened("compare", **SHORT, **{parameter: value})
    (warning,) = app.warning
    assert warning.value.startswith("The link's second run was not understood, so another is shown.")
    assert said in warning.value
    assert app.segmented_control[0].value == "objective"
    assert "The link's run" not in app.segmented_control[0].options
    assert not app.exception


def test_a_reload_keeps_the_tours_step_and_answer() -> None:
    app = opened("tour")
    app.button(key="tour_start").click().run()
    assert address(app)["tour"] == "1"
    asked = opened("boundary", **address(app))
    assert any(STEPS[0].question in block.value for block in asked.markdown)
    app.button(key="guess:0:2").click().run()
    assert address(app)["tour"] == "1-3"
    app.button(key="tour_next").click().run()
    assert address(app)["tour"] == "2"
    app.button(key="guess:1:2").click().run()
    again = opened("evaluate", **address(app))
    assert any(STEPS[1].question in block.value for block in again.markdown)
    run = session.queue().find(ExperimentConfig.from_dict(STEPS[1].choices))
    assert run is not None
    assert session.queue().wait(run, 120)
    again.run()
    assert again.info[0].value.startswith("You said: Where it is. It is: Further in.")
    again.button(key="tour_leave").click().run()
    assert "tour" not in address(again)


@pytest.mark.parametrize("text", ["", "0", "8", "4-9", "4-", "x", "44", "-1"])
def test_a_step_that_is_none_is_no_tour(text: str) -> None:
    assert tour_panel.read(text) in ((None, None), (3, None))
    assert tour_panel.read("4-3") == (3, 2)


def test_after_steering_everything_shows_what_the_run_was_steered_to() -> None:
    changes = '[{"step":10,"lambda2":0.5},{"step":20,"lambda1":3}]'
    app = opened("boundary", **SHORT, **{"boundary.changes": changes})
    trained(app)
    assert (slider(app, "Distance weight λ1").value, slider(app, "Dispersion weight λ2").value) == (3.0, 0.5)
    number = {widget.label: widget.value for widget in app.number_input}
    assert (number["Distance weight λ1"], number["Dispersion weight λ2"]) == (3.0, 0.5)
    assert any("Ours, steered" in caption.value for caption in app.caption)
    assert app.button(key="train").label == "Trained"
    visit_of(app).pace = 20.0
    app.run()
    assert app.button(key="train").label == "Train again"
    slider(app, "Dispersion weight λ2").set_value(0.2).run()
    assert visit_of(app).choices["boundary"] == {
        "steps": 30, "lambda1": 3.0, "lambda2": 0.2, "learning_rate": 0.01
    }  # fmt: skip
    assert not any("steered" in caption.value for caption in app.caption)


def test_a_trained_run_is_said_to_be_there_and_another_seed_is_offered() -> None:
    app = opened("boundary", **SHORT)
    assert any("**train** it" in block.value for block in app.markdown)
    trained(app)
    assert any("it is trained" in block.value for block in app.markdown)
    app.button(key="another").click().run()
    assert visit_of(app).choices["seed"] == 1
    run = session.current_run_of(visit_of(app).choices)
    assert run is not None
    assert session.queue().wait(run, 120)


def test_evaluate_trains_what_is_not_trained() -> None:
    app = opened("evaluate", **SHORT)
    assert "train it here" in app.info[0].value
    trained(app)
    assert app.get("bidi_component")
    assert not app.info
