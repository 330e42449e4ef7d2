"""What Play opens with, and what becomes of what was played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bdsg.app.components import payload_shapes
from bdsg.app.visit import session
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.runs.tensor_file import unpack
from bdsg.standalone import instrument
from tests.visits import visit_of

ROOT = Path(__file__).parents[2]
PLAYED: dict[str, Any] = {
    "data": {"preset": "unimodal", "samples": 64},
    "density": {"kind": "closed_form"},
    "epsilon": 0.01,
    "seed": 3,
    "boundary": {"objective": "paper", **instrument.EQ_4, "hidden": [8, 8, 8], "steps": 5, "lambda2": 0.0},
}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store and a queue of its own for each test, and app.py in the current directory."""
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    session.queue.clear()
    yield
    session.queue().close()
    session.queue.clear()
    st.cache_resource.clear()


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run().switch_page("pages/play.py").run()
    assert not app.exception
    return app


def meta(app: AppTest) -> dict[str, Any]:
    told: dict[str, Any] = unpack(app.get("bidi_component")[0].proto.bytes)[1]
    return told


def test_opens_on_eq_4_and_two_separate_modes() -> None:
    app = opened()
    assert [title.value for title in app.title] == ["Play"]
    start = meta(app)["start"]
    assert (start["preset"], start["objective"], start["seed"]) == ("bimodal_separate", "paper", 1)
    assert [(mode["x"], mode["long"]) for mode in start["modes"]] == [(-4, 1), (4, 1)]


def test_the_payload_holds_what_its_type_says() -> None:
    told = instrument.meta(ExperimentConfig.from_dict(instrument.START))
    assert told.keys() == get_type_hints(payload_shapes.PlayMeta).keys()
    assert told["start"].keys() == get_type_hints(payload_shapes.PlayStart).keys()
    for preset in told["presets"]:
        assert preset.keys() == get_type_hints(payload_shapes.PlayPreset).keys()
    for objective in told["objectives"].values():
        assert objective.keys() == get_type_hints(payload_shapes.PlayObjective).keys()


def test_opens_on_what_the_visit_has_chosen() -> None:
    start = meta(opened(**{"data.preset": "ring", "boundary.lambda1": "7"}))["start"]
    assert (start["preset"], start["objective"], start["lambda1"]) == ("ring", "ours", 7.0)


def test_a_preset_of_the_papers_figures_opens_as_its_gaussians() -> None:
    start = meta(opened(**{"data.preset": "paper_b"}))["start"]
    assert start["preset"] is None
    assert [mode["long"] for mode in start["modes"]] == [0.12, 0.12]


def test_more_gaussians_than_the_plane_holds_are_not_played() -> None:
    mixture = GaussianMixture([1 / 30] * 30, [[float(k), 0.0] for k in range(30)], [[[1.0, 0.0], [0.0, 1.0]]] * 30)
    assert meta(opened(**{"data.mixture": mixture.to_json()}))["start"]["preset"] == "bimodal_separate"


def sent(app: AppTest, choices: object) -> AppTest:
    """The page after the browser asked for a recorded run of these choices."""
    app.session_state["sent"] = choices
    visit_of(app)
    return app


RECORD = """
import streamlit as st
from bdsg.app.pages import play_page
st.session_state[play_page.KEY] = {"record": st.session_state["sent"]}
play_page._record()
"""


def test_what_was_played_is_trained_and_in_the_history() -> None:
    app = sent(AppTest.from_string(RECORD, default_timeout=60), PLAYED).run()
    assert not app.exception
    assert visit_of(app).choices == PLAYED
    run = session.queue().find(ExperimentConfig.from_dict(PLAYED))
    assert run is not None
    session.queue().wait(run)
    assert run.result is not None, run.error
    assert len(visit_of(app).history) == 1


@pytest.mark.parametrize("choices", ["x", None, [1], {"data": {"preset": "nowhere"}}, {**PLAYED, "more": 1}])
def test_what_a_browser_makes_up_is_not_trained(choices: object) -> None:
    app = sent(AppTest.from_string(RECORD, default_timeout=60), choices).run()
    assert not app.exception
    assert visit_of(app).choices == {"data": {"preset": "bimodal"}}
    assert not visit_of(app).history


def test_every_preset_of_play_is_one_of_the_package() -> None:
    assert set(instrument.PRESET_NAMES) == {name for name in PRESETS if not name.startswith("paper_")}
