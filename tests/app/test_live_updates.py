"""What a page sends while a run is under way, when the browser is too busy to take every update."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bdsg.app.pages import boundary_page
from bdsg.config import ExperimentConfig
from bdsg.runs.result import TERMS, BoundarySnapshot, Scene
from bdsg.serving.job import Run


def received(updates: int, skipped: set[int]) -> list[int]:
    """How many snapshots the browser has after each update: one a step comes, and some updates are skipped."""
    had, seen, sent = 0, [], list[int]()
    for number in range(1, updates + 1):
        whole = not sent or boundary_page._repeats_all(len(sent))
        first = 0 if whole else sent[-boundary_page._overlap(len(sent))]
        if number not in skipped and (whole or 0 < first <= had):
            had = number
        sent.append(number)
        seen.append(had)
    return seen


def test_every_update_arrives_at_an_idle_browser() -> None:
    assert received(40, set()) == list(range(1, 41))


@pytest.mark.parametrize("lost", [1, 2, 5, 11])
def test_a_browser_that_missed_the_beginning_shows_the_run_before_its_end(lost: int) -> None:
    seen = received(40, set(range(1, lost + 1)))
    assert seen[lost - 1] == 0
    caught_up = next(number for number, had in enumerate(seen, 1) if had)
    assert caught_up <= max(5, 2 * lost + 1)
    assert seen[caught_up - 1 :] == list(range(caught_up, 41))


def test_a_gap_closes_in_about_the_time_that_it_took() -> None:
    seen = received(64, set(range(20, 27)))
    assert seen[26:34].count(19) <= 7
    assert seen[40:] == list(range(41, 65))


def look() -> None:
    """What a page sends when it looks at the run."""
    import streamlit as st

    from bdsg.app.pages import boundary_page

    run = st.session_state.run
    st.session_state.setdefault("sent", None)
    st.session_state.setdefault("payloads", []).append(boundary_page._payload(run, run.config))


def test_a_page_that_finds_nothing_new_is_given_what_it_has() -> None:
    """The very bytes: nothing is computed for those who wait, and nothing that a browser has travels again."""
    run = Run(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}}), number=1)
    page = AppTest.from_function(look)
    page.session_state.run = run
    for _ in range(3):
        page.run()
    run.scene = Scene(np.zeros((4, 2)), np.array([-1.0, -1.0]), np.array([1.0, 1.0]))
    terms = dict.fromkeys(TERMS, 0.0)
    for step in (0, 0, 1):
        run.boundary_snapshots[step:] = [BoundarySnapshot(step, terms, np.zeros((3, 2)))]
        page.run()
    first, second, third, began, same, moved = page.session_state.payloads
    assert first is second is third
    assert began is same
    assert len({first, began, moved}) == 3
