"""The rivals page: methods side by side, their curves, and the table of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from bdsg import figures
from bdsg.app.components import browser_components, run_payloads
from bdsg.app.components.payloads import BaselinePayload, Plane, Playback
from bdsg.app.labels import plain
from bdsg.app.pages.baselines import baseline_training, baseline_words, prepared_baselines
from bdsg.app.pages.baselines.baseline_animation import Outcome, contest_config, in_data_units
from bdsg.app.visit import own_points, session
from bdsg.app.visit.links import LEAST_METHODS as LEAST
from bdsg.app.visit.links import MOST_METHODS as MOST
from bdsg.app.visit.state import visit
from bdsg.app.widgets import charts, controls
from bdsg.baselines.registry import METHODS, title_of
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data.window import Window
from bdsg.experiments.problem import Problem
from bdsg.number_text import setting

FIRST = ("bdsg", "fence_gan", "neighbours")
WORDS = {
    "heat": ("rank of the score", "Share of the nodes that are more anomalous: the deeper the purple, the more normal"),
    "boundary": ("generated points", "What the method generates: blue diamonds; some generate nothing"),
    "contour": ("own threshold", "Once trained: calls as many nodes normal as the truth does; dashed line"),
}
RANKS = (
    "Colour: methods score in different units, so each node of the grid shows its rank, the share of the nodes that "
    "the method finds more anomalous; the deeper the purple, the more normal."
)
SCORES = (
    "★ best of the column. AUROC and AUPRC (normal positive) are of all the grid's nodes and of those with p_x within "
    "a factor 10 of ε; BP1, boundary recall and BF1 of 10,000 generated points. Every method has its defaults; BDSG "
    "learns its density, too. Seconds are of the processor."
)


def show() -> None:
    """Everything below the title."""
    config = contest_config(session.config())
    here, outcomes = visit(), _outcomes(config)
    chosen = FIRST if here.methods is None else here.methods
    if not session.teaching():
        _controls(config, chosen, outcomes)
    elif not set(chosen) <= outcomes.keys():
        baseline_training.button(config, chosen, again=False)
    baseline_training.state(config, chosen, _what(config))
    picked = {name: outcomes[name] for name in chosen if name in outcomes}
    if len(chosen) < LEAST:
        st.info(f"Choose {LEAST} or {MOST} methods to see them side by side.", icon=":material/info:")
    else:
        _pictures(config, chosen, picked)
    with st.expander("What are these methods?"):
        for name in chosen or METHODS:
            st.markdown(baseline_words.meaning(name))
    if picked:
        _curves(picked)
    if outcomes:
        st.markdown(f"##### Scores at ε = {setting(config.epsilon)}, δ = {setting(config.delta)}")
        st.table(baseline_words.table([outcome.row for outcome in outcomes.values()], chosen))
        st.caption(SCORES)


def _controls(config: ExperimentConfig, chosen: Sequence[str], outcomes: Mapping[str, Outcome]) -> None:
    key = f"rivals_control:{visit().adopted}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=300):
            controls.distribution_control()
        with st.container(width=480):
            st.multiselect(
                "Methods",
                METHODS,
                list(chosen),
                format_func=title_of,
                max_selections=MOST,
                key=key,
                on_change=lambda: _choose(tuple(st.session_state[key])),
                help=f"{LEAST} or {MOST} of the {len(METHODS)}, BDSG's own two among them.",
            )
        with st.container(width=120):
            controls.setting_controls("", "seed")
        baseline_training.button(config, chosen, again=set(chosen) <= outcomes.keys())


def _choose(names: tuple[str, ...]) -> None:
    visit().methods = None if names == FIRST else names


def _what(config: ExperimentConfig) -> str:
    """Data, ε and seed in a line, and where the trained methods come from."""
    title = PRESETS[config.data.preset].title if config.data.preset else "Your own mixture"
    prepared = " · trained beforehand" if prepared_baselines.outcomes_for(config) else ""
    return f"{title} · ε = {setting(config.epsilon)} · seed {config.seed} · every method with its defaults{prepared}"


def _outcomes(config: ExperimentConfig) -> dict[str, Outcome]:
    """All that is known of any method on these data: trained here, or else beforehand."""
    found = {**prepared_baselines.outcomes_for(config), **baseline_training.outcomes(config)}
    return {name: found[name] for name in METHODS if name in found}


def _pictures(config: ExperimentConfig, chosen: Sequence[str], picked: Mapping[str, Outcome]) -> None:
    awaited = picked.keys() | baseline_training.under_way(config, chosen)
    if missing := [title_of(name) for name in chosen if name not in awaited]:
        st.info(f"Not trained on these data yet: {', '.join(missing)}.", icon=":material/info:")
    for outcome in picked.values():
        if outcome.row.error:
            st.warning(f"{outcome.row.title}: {plain(outcome.row.error)}", icon=":material/warning:")
    shown = {name: outcome for name, outcome in picked.items() if len(outcome.maps)}
    if not shown:
        return
    payloads = [_payload(config, name, outcome) for name, outcome in shown.items()]
    browser_components.side_by_side(
        payloads, [title_of(name) for name in shown], key=f"rivals:{config.key()}", words=WORDS
    )
    st.caption(RANKS)


def _payload(config: ExperimentConfig, name: str, outcome: Outcome) -> bytes:
    problem = Problem(config)
    mixture, scene = problem.mixture, problem.scene
    plane = Plane(
        run=f"{config.key()}-{name}",
        window=Window(scene.low, scene.high),
        data=scene.data,
        epsilon=config.epsilon,
        truth_lines=run_payloads.true_contour(mixture.to_json(), config.delta, config.epsilon),
        model_lines=[in_data_units(line, scene) for line in outcome.lines],
        units=run_payloads.units_of(config),
    )
    steps, stands_in = int(outcome.steps[-1]), own_points.stand_in(config)
    return BaselinePayload(
        plane=plane,
        frames=outcome.frames,
        steps=outcome.steps,
        appears=outcome.appears,
        maps=outcome.maps,
        map_frames=outcome.map_frames,
        playback=Playback(autoplay=True, loop=True, total_steps=steps, stands_in=stands_in),
    ).pack()


def _curves(picked: Mapping[str, Outcome]) -> None:
    near = st.segmented_control(
        "Nodes ranked",
        ("All", "Near the boundary"),
        default="All",
        required=True,
        key="rivals_nodes",
        help="All the grid's nodes, or those whose density is within a factor 10 of ε: these are hard to tell apart.",
    )
    prefix = "" if near == "All" else "near_"
    share = next(iter(picked.values())).normal_share[bool(prefix)]
    kinds: tuple[Literal["roc", "pr"], ...] = ("roc", "pr")
    for column, kind in zip(st.columns(2), kinds, strict=True):
        curves = {o.row.title: o.curves[prefix + kind] for o in picked.values() if prefix + kind in o.curves}
        with column:
            words = "ROC" if kind == "roc" else "Precision-recall"
            names = ", ".join(curves)
            charts.show(
                figures.curves_figure(kind, curves, share), key=f"rivals_{kind}", alt=f"{words} curves: {names}"
            )
