"""The list of this visit's runs, and two of them side by side."""

from __future__ import annotations

import streamlit as st

from bdsg import number_text
from bdsg.app.components import run_payloads
from bdsg.app.labels import setting_label
from bdsg.app.pages import comparison
from bdsg.app.visit import history, refresh, session
from bdsg.app.visit.history import Entry
from bdsg.app.visit.state import visit
from bdsg.app.widgets import thumbnail
from bdsg.config import ExperimentConfig
from bdsg.runs.result import Result
from bdsg.serving.job import Run

SCORES = ("bp1", "boundary_recall", "bf1", "distance_mean", "bp2", "f1", "accuracy", "auroc", number_text.COVERED)
"""Of two runs beside each other."""

REFRESH_SECONDS = 1.0
STATES = {"queued": "Waiting for a worker", "running": "Training", "stopped": "Stopped", "failed": "Failed"}


def show() -> None:
    """Comparison first, if two are chosen; then one card a run."""
    listed = visit().history
    if not listed:
        st.info("Nothing yet: train a run, and it will be listed here.", icon=":material/info:")
        st.page_link("pages/boundary.py", label="Train a first run", icon=":material/arrow_forward:")
        return
    runs = {entry.key: session.current_run_of(entry.choices) for entry in listed}
    known = [run for run in runs.values() if run is not None]
    refresh.note(known)
    _comparison(listed, runs)
    names = history.differing([ExperimentConfig.from_dict(entry.choices) for entry in listed])
    for entry in listed:
        _card(entry, runs[entry.key], names)
    session.repeat(lambda: None, runs=known, least=REFRESH_SECONDS, shows=lambda run: run.state)


def _card(entry: Entry, run: Run | None, names: list[str]) -> None:
    """One run: thumbnail, name, what sets it apart, scores, and what can be done with it."""
    result = run.result if run else None
    config = ExperimentConfig.from_dict(entry.choices)
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        if result is not None:
            st.image(_thumbnail(run_payloads.cache_name(result), result), width=thumbnail.SIZE)
        with st.container(width="stretch"):
            _name(entry)
            there = [name for name in names if history.has(config, name)]
            words = [f"{setting_label(name)}: {history.shown(config, name)}" for name in there]
            st.caption(" · ".join(words) or "The only run so far.")
            st.markdown(_line(run))
        with st.container(width=170):
            chosen = entry.key in visit().picked
            st.checkbox(
                "Compare", chosen, key=f"compare:{entry.key}:{chosen}", on_change=history.choose, args=(entry.key,)
            )
            if st.button("Open", key=f"open:{entry.key}", icon=":material/open_in_full:", width="stretch"):
                session.adopt(entry.choices)
                st.switch_page("pages/boundary.py")
            st.button(
                "Remove",
                key=f"remove:{entry.key}",
                icon=":material/close:",
                on_click=history.remove,
                args=(entry.key,),
                help="Takes it off this list. Trained again, it is there at once: results are kept.",
                width="stretch",
            )


def _name(entry: Entry) -> None:
    key = f"name:{entry.key}"
    st.text_input(
        "Name",
        entry.name,
        max_chars=history.LONGEST_NAME,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: history.rename(entry.key, st.session_state[key]),
    )


@st.cache_data(max_entries=100, show_spinner=False)
def _thumbnail(name: str, _result: Result) -> str:
    return thumbnail.svg(_result)


def _line(run: Run | None) -> str:
    """The scores in a line, BP1 never without recall; or what the run is at."""
    if run is None:
        return "No longer kept: open it and train again."
    if run.result is None:
        return STATES.get(run.state, "No result")
    scores = run.result.summary["scores"]
    words = number_text.score_words(scores, ("bp1", "boundary_recall", "bf1"), mark="**")
    return f"{words} · not kept on disk" if run.unkept else words


def _comparison(listed: list[Entry], runs: dict[str, Run | None]) -> None:
    """Settings that differ, and scores, of the two runs that were chosen."""
    by_key = {entry.key: entry for entry in listed}
    pair = [by_key[key] for key in visit().picked if key in by_key]
    if len(pair) < 2:
        return
    results = [run.result if (run := runs[entry.key]) else None for entry in pair]
    configs = [ExperimentConfig.from_dict(entry.choices) for entry in pair]
    titles = [entry.name if pair[0].name != pair[1].name else f"{entry.name} ({k})" for k, entry in enumerate(pair, 1)]
    scores = [result.summary["scores"] if result else None for result in results]
    tables = {
        "Settings that differ": comparison.table("Setting", titles, comparison.differences(*configs)),
        "Scores": comparison.table("Score", titles, comparison.score_rows(*scores, names=SCORES)),
    }
    st.page_link("pages/compare.py", label="Watch the two side by side", icon=":material/compare:")
    for column, (title, rows) in zip(st.columns(2), tables.items(), strict=True):
        with column:
            st.markdown(f"##### {title}")
            st.table(rows)
