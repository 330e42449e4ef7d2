"""Rivals trained on demand: the button, how far they are, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bdsg.app.labels import plain
from bdsg.app.pages.baselines.baseline_animation import Outcome, make_outcome
from bdsg.app.visit import refresh, session
from bdsg.app.widgets import progress
from bdsg.baselines.registry import METHODS, OURS, title_of
from bdsg.config import ExperimentConfig
from bdsg.number_text import grouped
from bdsg.serving.run_queue import BaselineRun

REFRESH_SECONDS = 0.5
BUTTON = "train_rivals"
STATE_HEIGHT = 80
"""Pixels kept for the state of the training, whatever it is."""


def button(config: ExperimentConfig, chosen: Sequence[str], *, again: bool) -> None:
    """Train the chosen methods here, or stop them; ``again``: they were trained beforehand."""
    runs = _runs(config, chosen)
    active = [run for run in runs if run.active]
    done = bool(chosen) and sum(run.complete for run in runs) == len(chosen)
    with st.container(width=170):
        if active:
            st.button("Stop", key=BUTTON, icon=":material/stop:", on_click=_stop, args=(active,), width="stretch")
            return
        st.button(
            "Trained here" if done else "Train again here" if again else "Train them",
            key=BUTTON,
            type="secondary" if again else "primary",
            icon=":material/check:" if done else ":material/play_arrow:",
            disabled=done or not chosen,
            help="Trains the chosen methods on these data with this seed, in the background.",
            on_click=_start,
            args=(config, tuple(chosen)),
            width="stretch",
        )


def state(config: ExperimentConfig, chosen: Sequence[str], idle: str) -> None:
    """How far the chosen methods are, or ``idle`` where none is under way; the page below never moves for it."""
    runs = _runs(config, chosen)
    active = [run for run in runs if run.active]
    with st.container(height=STATE_HEIGHT, border=False, key="rivals_state"):
        if active:
            session.repeat(_watch, runs, runs=runs, least=REFRESH_SECONDS)
        else:
            stopped = [title_of(run.method) for run in runs if run.state == "stopped"]
            st.caption(f"{idle} · stopped: {', '.join(stopped)}" if stopped else idle)
    for run in runs:
        if run.state == "failed":
            st.error(f"{title_of(run.method)}: {plain(run.error)}", icon=":material/error:")


def under_way(config: ExperimentConfig, chosen: Sequence[str]) -> set[str]:
    """Those that wait or train."""
    return {run.method for run in _runs(config, chosen) if run.active}


def outcomes(config: ExperimentConfig) -> dict[str, Outcome]:
    """What came of the methods that were trained here."""
    runs = _runs(config, METHODS)
    refresh.note(runs)  # before anything is read of them: the page is drawn once more if one ends meanwhile
    return {run.method: _outcome(run.number, run) for run in runs if run.complete}


@st.cache_resource(max_entries=60, show_spinner=False)
def _outcome(number: int, _run: BaselineRun) -> Outcome:
    assert _run.row is not None
    return make_outcome(_run.config, _run.baseline_snapshots, _run.ranks, _run.row)


def _runs(config: ExperimentConfig, methods: Sequence[str]) -> list[BaselineRun]:
    found = (session.queue().baseline(config, method) for method in methods)
    return [run for run in found if run is not None]


def _start(config: ExperimentConfig, chosen: Sequence[str]) -> None:
    """Called before the page runs again."""
    with session.guarded():
        session.contest(config, chosen)


def _stop(runs: Sequence[BaselineRun]) -> None:
    """Called before the page runs again; those that wait go first, so that none begins."""
    for run in sorted(runs, key=lambda run: run.state != "queued"):
        session.queue().stop(run)


def _watch(runs: Sequence[BaselineRun]) -> None:
    """One line for all."""
    with session.guarded():
        active = [run for run in runs if run.active]
        ended = len(runs) - len(active)
        st.progress((ended + sum(map(_share, active))) / len(runs), " · ".join(map(_words, active)))


def _share(run: BaselineRun) -> float:
    """How far a method is, about: BDSG fits its density first."""
    now = run.progress
    if now is None:
        return 0.0
    within = min(1.0, now.step / now.steps)
    if run.method not in OURS:
        return within
    return 0.8 * within if now.stage.endswith("density") else 0.8 + 0.2 * within


def _words(run: BaselineRun) -> str:
    title, now = title_of(run.method), run.progress
    if run.state == "queued":
        return f"{title}: number {run.place} in the queue"
    if now is None:
        return f"{title}: starting"
    _, _, stage = now.stage.partition(" ")
    doing = f"{progress.STAGES[stage].lower()}, " if stage in progress.STAGES else ""
    return f"{title}: {doing}step {grouped(now.step)} of {grouped(now.steps)}"
