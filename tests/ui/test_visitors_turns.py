"""Two visits to one queue, each with a name of its own, through the pages' own functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from bdsg.ui import session
from bdsg.ui.runs import RunQueue
from bdsg.ui.turns import MOST_OF_ONE


@pytest.fixture
def shared(idle: RunQueue) -> Iterator[RunQueue]:
    """The queue that pages use, with no worker to serve it."""
    session.queue.clear()
    session.queue._made.append(idle)
    yield idle
    session.queue.clear()


def page() -> None:
    """Asks for runs of the seeds that the test chose."""
    import streamlit as st

    from bdsg.config import ExperimentConfig
    from bdsg.ui import session

    with session.guarded():
        for seed in st.session_state.seeds:
            session.submit(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "seed": seed}))


def visit(*seeds: int) -> AppTest:
    visit = AppTest.from_function(page)
    visit.session_state.seeds = seeds
    return visit.run()


def test_turns_alternate_between_visits_and_too_many_are_refused(shared: RunQueue) -> None:
    visit(1, 2, 3)
    visit(4)
    order = [run.config.seed for run in shared._waiting.order()]
    assert order == [1, 4, 2, 3]
    refused = visit(*range(10, 11 + MOST_OF_ONE))
    assert f"{MOST_OF_ONE} runs of yours are waiting" in refused.error[0].value
    assert not refused.exception
