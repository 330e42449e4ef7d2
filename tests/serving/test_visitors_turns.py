"""Two visits to one queue, each with a name of its own, through the pages' own functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from bdsg.app.visit import session
from bdsg.config import ExperimentConfig
from bdsg.serving.fair_queue import MOST_OF_ONE
from bdsg.serving.run_queue import Run, RunQueue
from bdsg.serving.worker_handle import WorkerProcess


@pytest.fixture
def shared(idle: RunQueue) -> Iterator[RunQueue]:
    """The queue that pages use, with no worker to serve it; and nobody else looks at runs."""
    session.queue.clear()
    session.pacing.clear()
    session.queue._made.append(idle)
    yield idle
    session.queue.clear()
    session.pacing.clear()


def page() -> None:
    """Asks for runs of the seeds that the test chose."""
    import streamlit as st

    from bdsg.app.visit import session
    from bdsg.config import ExperimentConfig

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


def looking(run: Run) -> float:
    """What a page that looks at a run is told to wait."""

    def page() -> None:
        import streamlit as st

        from bdsg.app.visit import session

        st.session_state.told = session.look_seconds(st.session_state.run, 0.15)

    visit = AppTest.from_function(page)
    visit.session_state.run = run
    told: float = visit.run().session_state["told"]
    return told


def test_a_page_looks_seldom_only_while_no_worker_is_free(shared: RunQueue) -> None:
    waiting = shared.submit(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}}))
    assert looking(waiting) == session.WAITING_SECONDS
    shared._workers.append(WorkerProcess())  # never started, and so never at a run
    assert looking(waiting) == 0.15
