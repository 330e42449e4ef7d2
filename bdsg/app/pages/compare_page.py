"""The comparison page: two runs, side by side at the same share of their way."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bdsg.app.components import browser_components, run_payloads
from bdsg.app.components.payloads import Playback
from bdsg.app.labels import run_words
from bdsg.app.pages import comparison
from bdsg.app.visit import history, refresh, session
from bdsg.app.visit.links import NAMED, Choices
from bdsg.app.visit.state import visit
from bdsg.app.widgets import progress
from bdsg.config import ExperimentConfig
from bdsg.number_text import setting
from bdsg.runs.result import Result
from bdsg.serving.run_queue import Run

REFRESH_SECONDS = 0.5
AGAINST = {
    "objective": "The other objective",
    "density": "Closed form ↔ IResNet",
    "linked": "The link's run",
    "listed": "A run of yours",
    "chosen": "Two runs you picked",
}

OTHERS = dict(zip(NAMED, (comparison.other_objective, comparison.other_density), strict=True))

Configs = tuple[ExperimentConfig, ExperimentConfig]


def show() -> None:
    """Choose the second run, start what is missing on demand, and show both."""
    configs = _configs()
    runs = [session.queue().find(config) for config in configs]
    refresh.note(run for run in runs if run is not None)  # before anything is read of them
    ready = [run for run in runs if run is not None and run.result is not None]
    if len(ready) == 2:
        _both(ready[0], ready[1])
    else:
        _missing(configs, runs)


def _configs() -> Configs:
    """The two configs; the address is to hold both."""
    here = visit()
    if "second" in here.arrived:
        here.linked = here.second
        here.against = "linked" if here.linked else here.against
    here.shown, against, second = _chosen()
    here.against, here.second = against, None if against in OTHERS else second
    return ExperimentConfig.from_dict(here.shown), ExperimentConfig.from_dict(second)


def _chosen() -> tuple[Choices, str, Choices]:
    """The first run, by what the second was chosen, and the second run."""
    choices = visit().choices
    picked = [entry for key in visit().picked for entry in visit().history if entry.key == key]
    others = [entry for entry in visit().history if entry.key != history.key_of(session.config())]
    linked = visit().linked
    against = _against({"linked": linked is not None, "listed": bool(others), "chosen": len(picked) == 2})
    if against == "chosen":
        return picked[0].choices, against, picked[1].choices
    if against == "listed":
        entry = st.selectbox("Run", others, format_func=_named, key="listed_run")
        return choices, against, entry.choices
    return choices, against, linked if against == "linked" and linked else OTHERS[against](choices)


def _against(there: dict[str, bool]) -> str:
    """Which other run: as chosen before, as the link says, or the two that were picked since."""
    options = [name for name in AGAINST if there.get(name, True)]
    moment = (visit().picked, visit().adopted)
    here = visit()
    if (here.against_at or moment)[0] != moment[0]:
        here.against = "chosen"
    here.against_at, known = moment, here.against
    key = f"against:{moment}:{options}"
    chosen: str = st.segmented_control(
        "Compare this run with",
        options,
        default=known if known in options else "chosen" if there["chosen"] else "objective",
        required=True,
        format_func=lambda name: AGAINST[name],
        key=key,
        on_change=lambda: setattr(here, "against", st.session_state[key]),
        help="The same data, ε and seed. The other objective, or model, comes with its own default settings: what "
        "differs is listed below.",
    )
    return chosen


def _named(entry: history.Entry) -> str:
    return f"{entry.name}: {run_words(ExperimentConfig.from_dict(entry.choices))}"


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
    if active:
        st.button("Stop", key="stop_compared", icon=":material/stop:", on_click=_stop, args=(active,))
    session.repeat(_waiting, [run for run in runs if run is not None], runs=runs, least=REFRESH_SECONDS)


def _stop(runs: list[Run]) -> None:
    for run in runs:
        session.queue().stop(run)


def _waiting(runs: list[Run]) -> None:
    with session.guarded():
        for run in runs:
            if run.result is None:
                progress.progress_line(run)


def _both(first: Run, second: Run) -> None:
    """Same axes, same ε: that of the first."""
    configs = first.config, second.config
    epsilon = configs[0].epsilon
    titles = comparison.titles(*configs)
    payloads = [
        run_payloads.player_payload(
            run.config, run, Playback(autoplay=True), epsilon=epsilon, probed=False, arrows=False
        )
        for run in (first, second)
    ]
    browser_components.side_by_side(payloads, titles, key=f"beside:{configs[0].key()}:{configs[1].key()}")
    results = [run.result for run in (first, second) if run.result is not None]
    scores = [_scores(run_payloads.cache_name(result), result, epsilon, configs[0].delta) for result in results]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"##### Scores of both at ε = {setting(epsilon)}")
        st.table(comparison.table("Score", titles, comparison.score_rows(*scores)))
        if configs[0].epsilon != configs[1].epsilon:
            st.caption(f"B was trained for ε = {setting(configs[1].epsilon)}, so at A's ε it is out of place.")
        st.caption("BP1 alone says little: all points on one spot of the boundary reach 100 %. Read it with recall.")
    with right:
        st.markdown("##### What differs in the settings")
        rows = comparison.differences(*configs)
        if rows:
            st.table(comparison.table("Setting", titles, rows))
        else:
            st.caption("Nothing: these are equal runs.")


@st.cache_data(max_entries=64, show_spinner=False)
def _scores(name: str, _result: Result, epsilon: float, delta: float) -> dict[str, Any]:
    return run_payloads.scores_at(_result, epsilon, delta)
