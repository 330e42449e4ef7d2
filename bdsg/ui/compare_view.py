"""The comparison page: two runs, side by side at the same share of their way."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bdsg.config import ExperimentConfig
from bdsg.formats import setting
from bdsg.result import Result
from bdsg.ui import comparison, history, looking, progress, session, stage, views
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
    runs = [session.queue().find(config) for config in configs]
    ready = [run for run in runs if run is not None and run.result is not None]
    if len(ready) == 2:
        _both(ready[0], ready[1])
    else:
        _missing(configs, runs)


def _configs() -> Configs:
    pair = history.compared()
    picked = (pair[0], pair[1]) if len(pair) == 2 else None
    others = [entry for entry in history.entries() if entry.key != history.key_of(session.config())]
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


def _picked(keys: tuple[str, str]) -> Configs:
    """Two runs of the list, which are compared only while they are on it."""
    listed = {entry.key: ExperimentConfig.from_dict(entry.choices) for entry in history.entries()}
    return listed[keys[0]], listed[keys[1]]


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
    looking.note(active)
    if active:
        st.button("Stop", key="stop_compared", icon=":material/stop:", on_click=_stop, args=(active,))
    known = [run for run in runs if run is not None]
    looking.repeat(_waiting, known, every=lambda: _look_seconds(known), shows=lambda: tuple(r.state for r in known))


def _stop(runs: list[Run]) -> None:
    for run in runs:
        session.queue().stop(run)


def _waiting(runs: list[Run]) -> None:
    with session.guarded():
        for run in runs:
            if run.result is None:
                progress.progress_line(run)


def _look_seconds(runs: list[Run]) -> float | None:
    """Until the next look at those that go on."""
    return next((session.look_seconds(run, REFRESH_SECONDS) for run in runs if run.active), None)


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
    results = [run.result for run in (first, second) if run.result is not None]
    scores = [_scores(views.cache_name(result), result, epsilon, configs[0].delta) for result in results]
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
def _scores(name: str, _result: Result, epsilon: float, delta: float) -> dict[str, Any]:
    return views.scores_at(_result, epsilon, delta)
