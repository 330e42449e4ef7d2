"""The comparison page: two runs, side by side at the same share of their way."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bdsg.config import ExperimentConfig
from bdsg.formats import setting
from bdsg.ui import comparison, history, progress, session, stage, views
from bdsg.ui.names import run_words
from bdsg.ui.runs import Run

REFRESH_SECONDS = 0.5
AGAINST = {
    "objective": "The other objective",
    "density": "Closed form ↔ IResNet",
    "listed": "A run of yours",
    "chosen": "Two runs you picked",
}

Configs = tuple[ExperimentConfig, ExperimentConfig]


def show() -> None:
    """Choose the second run, start what is missing on demand, and show both."""
    configs = _configs()
    if configs is None:
        return
    runs = [session.queue().find(config) for config in configs]
    ready = [run for run in runs if run is not None and run.result is not None]
    if len(ready) == 2:
        _both(ready[0], ready[1])
    else:
        _missing(configs, runs)


def _configs() -> Configs | None:
    pair = history.compared()
    picked = (pair[0], pair[1]) if len(pair) == 2 else None
    others = [entry for entry in history.entries() if entry.key != session.config().key()]
    there = {"chosen": bool(picked), "listed": bool(others)}
    options = [name for name in AGAINST if there.get(name, True)]
    against = st.segmented_control(
        "Compare this run with",
        options,
        default="chosen" if picked else "objective",
        required=True,
        format_func=lambda name: AGAINST[name],
        key=f"against:{picked}:{bool(others)}",
        help="The same data, ε and seed. The other objective, or model, comes with its own default settings: what "
        "differs is listed below.",
    )
    if against == "chosen" and picked:
        return _picked(picked)
    choices = session.choices()
    if against == "listed":
        entry = st.selectbox("Run", others, format_func=_named, key="listed_run")
        return session.config(), ExperimentConfig.from_dict(entry.choices)
    other = comparison.other_density(choices) if against == "density" else comparison.other_objective(choices)
    return session.config(), ExperimentConfig.from_dict(other)


def _named(entry: history.Entry) -> str:
    return f"{entry.name}: {run_words(ExperimentConfig.from_dict(entry.choices))}"


def _picked(keys: tuple[str, str]) -> Configs | None:
    first, second = (session.queue().of_key(key) for key in keys)
    if first is None or second is None:
        st.info("One of these runs is no longer kept: train it again.", icon=":material/info:")
        return None
    return first.config, second.config


def _missing(configs: Configs, runs: list[Run | None]) -> None:
    """Which of the two is not there yet, and a button that starts it."""
    idle = [config for config, run in zip(configs, runs, strict=True) if run is None or not (run.active or run.result)]
    for letter, config, run in zip(comparison.titles(*configs), configs, runs, strict=True):
        state = "not trained yet" if config in idle else "trained" if run and run.result else "training"
        st.markdown(f"**{letter}**: {state}")
    if idle:
        text = "Train both" if len(idle) == 2 else "Train the missing run"
        if st.button(text, key="train_missing", type="primary", icon=":material/play_arrow:"):
            for config in idle:
                session.submit(config)
                history.note(config.to_dict())
            st.rerun()
    active = [run for run in runs if run is not None and run.active]
    session.note_drawn(active)
    if active:
        st.button("Stop", key="stop_compared", icon=":material/stop:", on_click=_stop, args=(active,))
    st.fragment(_waiting, run_every=session.look_seconds(active[0], REFRESH_SECONDS) if active else None)(
        [run for run in runs if run is not None]
    )


def _stop(runs: list[Run]) -> None:
    for run in runs:
        session.queue().stop(run)


def _waiting(runs: list[Run]) -> None:
    with session.guarded():
        for run in runs:
            if run.result is None:
                progress.progress_line(run)
        awaited = st.session_state.get("awaited", False)
        st.session_state.awaited = any(run.active for run in runs)
        if awaited and not st.session_state.awaited:
            st.rerun()


def _both(first: Run, second: Run) -> None:
    """Same axes, same ε: that of the first."""
    configs = first.config, second.config
    epsilon = configs[0].epsilon
    titles = comparison.titles(*configs)
    payloads = [
        views.player_payload(run.config, run, epsilon=epsilon, probed=False, forces=None, autoplay=True)
        for run in (first, second)
    ]
    stage.side_by_side(payloads, titles, key=f"beside:{configs[0].key()}:{configs[1].key()}")
    scores = [_scores(run.config.key(), run, epsilon, configs[0].delta) for run in (first, second)]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"##### Scores of both at ε = {setting(epsilon)}")
        st.table(_table(comparison.score_rows(*scores), "Score", titles))
        if configs[0].epsilon != configs[1].epsilon:
            st.caption(f"B was trained for ε = {setting(configs[1].epsilon)}, so at A's ε it is out of place.")
        st.caption("BP1 alone says little: all points on one spot of the boundary reach 100 %. Read it with recall.")
    with right:
        st.markdown("##### What differs in the settings")
        rows = comparison.differences(*configs)
        if rows:
            st.table(_table(rows, "Setting", titles))
        else:
            st.caption("Nothing: these are equal runs.")


def _table(rows: list[tuple[str, str, str]], head: str, titles: tuple[str, str]) -> dict[str, list[str]]:
    return {name: [row[k] for row in rows] for k, name in enumerate((head, *titles))}


@st.cache_data(max_entries=64, show_spinner=False)
def _scores(key: str, _run: Run, epsilon: float, delta: float) -> dict[str, Any]:
    assert _run.result is not None
    return views.scores_at(_run.result, epsilon, delta)
