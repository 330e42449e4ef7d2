"""The picture of the boundary page: the data, then B(z) while it trains and when it is done."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from bdsg import number_text
from bdsg.app.components import browser_components, run_payloads
from bdsg.app.components.payloads import Playback
from bdsg.app.pages.tour import tour_panel
from bdsg.app.visit import history, session
from bdsg.app.visit.state import visit
from bdsg.app.widgets import controls, downloads, progress, steering
from bdsg.config import ExperimentConfig
from bdsg.serving.run_queue import Run

REFRESH_SECONDS = 0.15
HELP = {
    "bp1": "Share of B(z) in the band between δ and ε.",
    "boundary_recall": "Share of the contour near a B(z).",
    "bf1": "Harmonic mean of BP1 and boundary recall.",
}


def show(run: Run | None, config: ExperimentConfig) -> None:
    """The player, live or finished, with the progress above and the scores below."""
    visit().sent = None  # a full rerun mounts the player anew: send everything once
    session.repeat(_live, run, config, runs=[run], least=REFRESH_SECONDS)
    if run is not None and run.result is not None:
        history.note(visit().choices)
        tour_panel.failure_line(run)
        _scores(run)
        progress.kept_line(run)
        downloads.show(run)


def _live(run: Run | None, config: ExperimentConfig) -> None:
    with session.guarded():
        with st.container(height=progress.STATE_HEIGHT, border=False, key="state"):
            _state(run)
        with session.guarded(said=run.error if run else None):
            browser_components.player(_payload(run, config), key="player")


def _state(run: Run | None) -> None:
    """The run in a line: how far it is, or which it is, and how it was steered."""
    if run is not None and run.state != "finished":
        progress.progress_line(run, terms=False)
    elif not session.teaching():  # there it stands in the head
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            controls.run_caption()
            if run is not None and tour_panel.current() is None:
                progress.another_button()
            steering.changes_line()


class Sent(NamedTuple):
    """What the page's player holds.

    Attributes:
        known: what was known of the run by then.
        counts: of snapshots, after each update that had any.
        payload: the last update.
    """

    known: run_payloads.Known
    counts: list[int]
    payload: bytes


def _payload(run: Run | None, config: ExperimentConfig) -> bytes:
    """Everything at first, then only what is new, and once more everything at the end."""
    known, count = run_payloads.known_of(run), len(run.boundary_snapshots) if run else 0
    sent = visit().sent
    if sent is not None and sent.known == known:
        return sent.payload
    counts = sent.counts if sent else []
    if run is None or not run.active or not counts or _repeats_all(len(counts)):
        payload = _whole(run, config)
    else:
        payload = run_payloads.delta_payload(run, counts[-_overlap(len(counts))])
    visit().sent = Sent(known, [*counts, count] if count else [], payload)
    return payload


def _whole(run: Run | None, config: ExperimentConfig) -> bytes:
    lines = not tour_panel.hides_line(config)
    return run_payloads.player_payload(
        config, run, Playback(autoplay=True, addressed=True, cue=tour_panel.cue()), lines=lines
    )


def _repeats_all(sent: int) -> bool:
    """Whether the update after so many holds everything: after 4, 8, 16, ...

    A browser that was too busy for the first one would show nothing until the end.
    """
    return sent >= 4 and sent & (sent - 1) == 0


def _overlap(sent: int) -> int:
    """How many updates back the next one begins.

    A busy browser skips some, and then lacks snapshots: most updates repeat the one before, every second
    those three before, every fourth ..., so that a gap closes in about the time that it took.
    """
    return min(sent, 2 * (sent & -sent))


def _scores(run: Run) -> None:
    """The scores in one row: BP1 never without recall."""
    assert run.result is not None
    scores = run.result.summary["scores"]
    row = st.container(horizontal=True)
    for name, help in HELP.items():
        row.metric(number_text.SCORES[name].title, number_text.score(scores, name), help=help, width=150)
    help = "Parts of the support with a boundary recall of 90 % or more."
    row.metric(number_text.COVERED, number_text.covered(scores), help=help, width=180)
    st.page_link("pages/evaluate.py", label="See what each score counts", icon=":material/arrow_forward:")
    st.page_link("pages/compare.py", label="Compare with another run", icon=":material/compare:")
