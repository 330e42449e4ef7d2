"""The state of a run in a line, with its buttons: train, stop, and how long it will take."""

from __future__ import annotations

import time

import streamlit as st

from bdsg.app.labels import plain
from bdsg.app.visit import history, session
from bdsg.app.visit.state import visit
from bdsg.app.widgets import controls
from bdsg.number_text import duration, grouped, measured
from bdsg.serving.run_queue import Run

BUTTON = "train"
"""Train and Stop are one element: two would stand one above the other for a moment, and a click be lost."""

STOP_SECONDS = 0.25
"""How long a page waits for a stopped run's scores before it says that the run is stopping."""

BEGUN_SECONDS = 0.15
"""How long it waits for a new run's first B(z): it comes within that from a worker that is free."""

STAGES = {
    "density": "Fitting the density",
    "checks": "Checking the density",
    "boundary": "Training B(z)",
    "scores": "Scoring",
}
STARTING, AGAIN = "Starting… ", "Its process died and the run was begun again. "
STATE_HEIGHT = 56
"""Pixels that a page keeps for the state of the run, whatever it is, so that the picture below never moves."""

SLOW_START = 3.0
"""Seconds after which a start is said to take its time."""
TERM_NAMES = {"loss": "loss", "l0": "L0", "l1": "L1", "l2": "L2"}


def train_button(run: Run | None, *, veiled: bool = False, seconds: float = 0.0) -> None:
    """Start the run of the present choices, or stop it; it is never started twice, except to be watched.

    ``veiled``: not yet.  ``seconds``: what it is to take, where it is to be watched.
    """
    if run is not None and run.active:
        st.button(
            "Stopping…" if run.stopping else "Stop",
            key=BUTTON,
            icon=":material/stop:",
            disabled=run.stopping,
            on_click=_stop,
            args=(run,),
            width="stretch",
        )
        return
    ended = run is not None and run.state == "finished"
    done = ended and not seconds
    help = "Change a setting to train again." if done else "Fits the density, then trains B(z), in the background."
    st.button(
        "Trained" if done else "Train again" if ended else "Train",
        key=BUTTON,
        type="primary",
        icon=":material/check:" if done else ":material/play_arrow:",
        disabled=done or veiled,
        help="Answer the tour's question first." if veiled else help,
        on_click=start,
        args=(seconds,),
        width="stretch",
    )


def another_button() -> None:
    """One more run of settings that are trained already."""
    st.button(
        "Another seed",
        key="another",
        type="tertiary",
        icon=":material/casino:",
        on_click=_start_another,
        help="These settings are trained. Press to train them with the next seed: other data, another B(z).",
    )


def _start_another() -> None:
    """Called before the page runs again."""
    session.change("", "seed", (session.config().seed + 1) % 2**31)
    start()


def teaching_head(run: Run | None, *, veiled: bool = False) -> None:
    """What is left where a link hides the controls: the run in a line, and the button while there is no result."""
    controls.run_caption()
    if run is None or run.result is None:
        with st.container(width=160):
            train_button(run, veiled=veiled)


def start(seconds: float = 0.0) -> None:
    """Called before the page runs again, which then shows the run at once."""
    with session.guarded():
        if seconds:  # it may become another on its way: it is noted when it has ended
            session.keep(session.watch(session.config(), seconds))
            return
        session.queue().wait_begun(session.submit(session.config()), BEGUN_SECONDS)
        history.note(visit().choices)


def _stop(run: Run) -> None:
    """Called before the page runs again, which then most often shows the end already."""
    session.queue().stop(run)
    session.queue().wait(run, STOP_SECONDS)


def progress_line(run: Run | None, *, terms: bool = True) -> None:
    """What the run is at, its loss terms and the time left.

    In a container, as what comes after it is: a browser that is late cannot put the one in the place of the other.
    """
    if run is not None:
        with st.container():
            _line(run, terms)


def _line(run: Run, terms: bool) -> None:
    if run.state == "failed":
        st.error(plain(run.error or "The run failed: start it again."), icon=":material/error:")
    elif run.state == "stopped":
        st.info("Stopped. Press Train to start again.", icon=":material/stop_circle:")
    elif run.state == "queued":
        st.progress(0.0, f"Waiting for a free worker: number {run.place} in the queue.")
    elif run.active:
        _running(run, terms)


def kept_line(run: Run) -> None:
    """Say of a finished run that it is in memory alone."""
    if run.unkept:
        st.caption(
            f":material/warning: **Not kept on disk** ({run.unkept}): it stays here while the app runs, and is kept as "
            "soon as a later run finds room. *Take away* saves its files on your own machine."
        )


def _running(run: Run, terms: bool) -> None:
    now = run.progress
    if now is None:
        waited = time.monotonic() - run.started if run.started else 0.0
        still = f"{duration(waited)} so far; the first run after a start compiles, for up to a minute."
        st.progress(0.0, (AGAIN if run.attempts > 1 else "") + STARTING + (still if waited > SLOW_START else ""))
        return
    words = [STAGES[now.stage] + (f": step {grouped(now.step)} of {grouped(now.steps)}" if now.steps > 1 else "…")]
    if terms:
        words += [f"{TERM_NAMES.get(name, name)} {measured(value)}" for name, value in now.terms.items()]
    if run.attempts > 1:
        words.append("begun again, as its process died")
    if run.hurried:
        words.append("hurrying, as others wait")
    if run.seconds_left is not None:
        words.append(f"{duration(run.seconds_left)} left" + (" in this stage" if terms else ""))
    st.progress(min(1.0, now.step / now.steps), " · ".join(words))
