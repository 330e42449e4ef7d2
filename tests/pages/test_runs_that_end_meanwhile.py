"""A run that ends while a page is being drawn: the page must not go on saying that it is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st

from bdsg.app.pages.baselines import baseline_training
from bdsg.app.pages.baselines.baseline_animation import contest_config
from bdsg.app.visit import session
from bdsg.config import ExperimentConfig
from bdsg.serving.run_queue import Run
from tests.pages.test_pages import fresh, opened
from tests.pages.test_rivals import OWN, methods_of
from tests.visits import visit_of

__all__ = ["fresh"]  # a fixture

SHORT = {"data.preset": "unimodal", "boundary.steps": "20", "seed": "71"}


@pytest.fixture
def hold() -> Iterator[Callable[[], None]]:
    """Keeps all workers busy, so that what is submitted waits; called, it lets them go."""
    raw: dict[str, Any] = {"data": {"preset": "ring"}, "boundary": {"steps": 50_000}}
    busy = [session.submit(ExperimentConfig.from_dict({**raw, "seed": seed})) for seed in (72, 73)]

    def let_go() -> None:
        for run in busy:
            session.queue().stop(run)

    yield let_go
    let_go()


def ended_before(original: Callable[..., Any], runs: list[Run], let_go: Callable[[], None]) -> Callable[..., Any]:
    """A part of the drawing that does not return until these runs have ended."""

    def slowly(*arguments: Any) -> Any:
        let_go()
        assert all(session.queue().wait(run, 120) for run in runs)
        return original(*arguments)

    return slowly


def test_a_method_that_ends_while_another_is_drawn_is_shown(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    app = opened("rivals", **{"data.mixture": OWN, "methods": "neighbours,mixture", "seed": "74"})
    config = contest_config(ExperimentConfig.from_dict(visit_of(app).choices))
    assert session.queue().wait(session.contest(config, ["mixture"])[0], 120)
    let_go = request.getfixturevalue("hold")
    other = session.queue().contest(config, "neighbours", "x")
    monkeypatch.setattr(baseline_training, "_outcome", ended_before(baseline_training._outcome, [other], let_go))
    app.run()
    assert methods_of(app) == ["neighbours", "mixture"]
    assert app.button(key="train_rivals").label == "Trained here"


def test_a_compared_run_that_ends_meanwhile_is_trained(
    monkeypatch: pytest.MonkeyPatch, hold: Callable[[], None]
) -> None:
    app = opened("compare", **SHORT)
    run = session.submit(ExperimentConfig.from_dict(visit_of(app).choices))
    slowly = ended_before(st.markdown, [run], hold)
    words = st.markdown
    monkeypatch.setattr(
        st, "markdown", lambda text, **options: slowly(text) if text.endswith("training") else words(text, **options)
    )
    app.run()
    said = [block.value for block in app.markdown]
    assert any(words.endswith("Ours**: trained") for words in said), said
