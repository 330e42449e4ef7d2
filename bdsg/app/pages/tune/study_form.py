"""What to vary, over which range, and for what: the form of a new study, made from the config's own fields."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

import streamlit as st

from bdsg.app.labels import brief_label, name_of, plain, setting_label
from bdsg.app.pages.tune import study_process
from bdsg.app.visit import budget, session, studies
from bdsg.app.visit.state import visit
from bdsg.app.widgets import controls
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.number_text import FIELD, setting
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.goals import GOALS
from bdsg.tuning.plan import PRUNERS, SAMPLERS, SEEDS, Plan
from bdsg.tuning.space import Dimension, field_of, suggested, varied

FIRST = ("boundary.lambda1", "boundary.lambda2", "data.samples", "boundary.learning_rate")
OBJECTIVE = "Paper: eq. 4 to the letter. Ours: aimed at a level just below ε."
NAMES = {
    "tpe": "TPE: learns where it is good",
    "cmaes": "CMA-ES: one goal, numbers only",
    "random": "Random",
    "grid": "Grid",
    "none": "Never",
    "median": "Below the median",
    "halving": "Successive halving",
}
BUSY = "A study is under way here, and one runs at a time: wait until it has ended, or stop it if it is yours."


def form() -> None:
    """The form, and its button, which starts the study in the background."""
    config = session.config()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=300):
            controls.distribution_control()
        controls.variant_control("boundary", "objective", OBJECTIVE)
    names = st.multiselect(
        "What varies",
        [name for name in varied() if config.density.kind != "closed_form" or not name.startswith("density.")],
        list(FIRST),
        format_func=setting_label,
        key="tune_vary",
        help="All else stays as on the other pages.",
    )
    dimensions = [_range(config, name) for name in names]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=330):
            goals = st.multiselect(
                "Aim for",
                list(GOALS),
                ["bf1" if config.boundary.objective == "paper" else "level_error"],
                format_func=lambda name: GOALS[name].title,
                key=f"tune_goals:{config.boundary.objective}",
                help="The first one orders the trials. Level error, mean |log p_x(B(z)) − log √(δε)|, still tells good "
                "from better where BF1 is 100 %. BP1 needs boundary recall beside it.",
            )
        with st.container(width=150):
            trials = st.number_input("Trials", 4, 100_000, 200, 50, key="tune_trials", help="About 5 to 20 a second.")
        more = _more()
        with st.container(width=180):
            busy = study_process.under_way() is not None
            st.button(
                "Start",
                key="tune_start",
                type="primary",
                icon=":material/play_arrow:",
                disabled=busy or not names or not goals,
                help=BUSY if busy else "Runs in the background, on all cores.",
                on_click=_start,
                args=(config, dimensions, goals, int(trials), more),
                width="stretch",
            )


def _range(config: ExperimentConfig, name: str) -> Dimension | None:
    """One row: from, to and scale, or the choices."""
    found, entry = suggested(config, name), field_of(name)
    key = f"tune:{name}:{config.boundary.objective}:{config.data.preset}"
    title = setting_label(name)
    if found.choices:
        options = [str(choice) for choice in found.choices]
        chosen = st.multiselect(title, options, options[:3], format_func=name_of, key=key, help=entry.metadata["help"])
        return _made(name, choices=tuple(chosen))
    assert found.low is not None
    assert found.high is not None
    unit = f" ({entry.metadata['unit']})" if entry.metadata["unit"] else ""
    least, most = (setting(entry.metadata[end]) for end in ("low", "high"))
    limits = f"{entry.metadata['help']} {least} to {most}{unit}."
    kind: Any = int if found.whole else float
    ends = {"min_value": kind(entry.metadata["low"]), "max_value": kind(entry.metadata["high"])}
    common: dict[str, Any] = {**ends, "format": "%d" if found.whole else FIELD, "help": limits}
    brief = brief_label(name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=180):
            low = st.number_input(f"{title}, from", value=kind(found.low), key=f"{key}:low", **common)
        with st.container(width=140):
            high = st.number_input(f"{brief}: to", value=kind(found.high), key=f"{key}:high", **common)
        log = st.toggle(f"{brief}: logarithmic", found.log, key=f"{key}:log", help="Even in the logarithm: 1, 10, 100.")
    return _made(name, low=float(low), high=float(high), log=log)


def _made(name: str, **settings: Any) -> Dimension | None:
    """The dimension, or None after a sentence that says what is wrong."""
    try:
        return Dimension(name, **settings)
    except BDSGError as error:
        st.warning(plain(error), icon=":material/info:")
        return None


def _more() -> dict[str, Any]:
    with st.popover("More"):
        sampler = st.selectbox("Sampler", SAMPLERS, format_func=lambda name: NAMES[name], key="tune_sampler")
        pruner = st.selectbox(
            "End hopeless trials",
            PRUNERS,
            format_func=lambda name: NAMES[name],
            key="tune_pruner",
            help="By BF1 after a fifth and after half of the steps.",
        )
        seeds = st.number_input("Seeds for the best five", 0, 100, SEEDS, key="tune_seeds")
    return {"sampler": sampler, "pruner": pruner, "seeds": int(seeds)}


def _start(
    config: ExperimentConfig, dimensions: list[Dimension | None], goals: list[str], trials: int, more: dict[str, Any]
) -> None:
    """Called before the page runs again, which then shows the study."""
    try:
        chosen = tuple(one for one in dimensions if one is not None)
        if len(chosen) < len(dimensions):
            return  # what is wrong stands beside it
        plan = Plan(config, chosen, tuple(goals), trials, **more)
        budget.check_study(plan)
        key = _known(plan)
        if key:
            visit().notice = "You have a study of just this: it is shown below, and can be resumed."
        else:
            key = _begin(plan)
        visit().study, visit().study_form_open = key, False
    except BDSGError as error:
        visit().notice = str(error)


def _known(plan: Plan) -> str | None:
    """The key of this visit's study of just this, if there is one; what others study is none of it."""
    for key, folder in studies.listed().items():
        with contextlib.suppress(BDSGError):  # of another version
            if folder.plan().name() == plan.name():
                return key
    return None


def _begin(plan: Plan) -> str:
    """Make a study of this visit's own and start it; returns its key."""
    folder = StudyFolder.named(f"{plan.name()}-{secrets.token_hex(4)}")
    folder.create(plan, None)
    studies.note(folder.identity())
    study_process.start(folder)
    return folder.identity()
