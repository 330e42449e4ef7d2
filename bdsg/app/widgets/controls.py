"""Controls made from the config's own fields: limits, units, help and defaults come from there."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from bdsg.app.components import run_payloads
from bdsg.app.labels import field_of, label, name_of, plain, run_words, setting_label
from bdsg.app.visit import session
from bdsg.app.visit.state import visit
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import STEERED
from bdsg.number_text import FIELD, setting

OWN = "own"

EVERY_LEVEL = 16
"""Levels that B(z, ε) learns where a visitor asks for it."""


def heard(key: str, shown: Any, take: Callable[[Any], None]) -> Callable[[], None]:
    """An ``on_change`` that gives ``take`` the control's value, unless it is what was ``shown`` or was heard last.

    A browser that has not got the new page yet sends what the old one's controls showed, and Streamlit, which has
    forgotten their values but not their ``on_change``, calls it: that would undo what was chosen meanwhile.
    """
    last = [shown]

    def told() -> None:
        value = st.session_state[key]
        if value != last[0]:
            last[0] = value
            take(value)

    return told


def run_caption(*, trained: bool = False) -> None:
    """The run in one line: what the page's picture and numbers belong to, and what its threshold does.

    ``trained``: the page has a threshold of its own, so the line is of the one that B(z) was trained for.
    """
    config = session.config()
    words = plain(run_words(config))
    st.caption(f"Trained: {words}" if trained else f"{words} · {run_payloads.threshold_words(config)}")


def teaching_footer() -> None:
    """The way back from a link that hides the controls."""
    if session.teaching():
        st.button(
            "Show the controls", key="controls", type="tertiary", on_click=setattr, args=(visit(), "teaching", None)
        )


def setting_controls(section: str, *names: str) -> None:
    """One control for each named field of a section of the config; of the config itself for an empty name."""
    config = session.config()
    variant = variant_of(config)
    for name in names:
        dotted, steered = f"{section}.{name}".lstrip("."), section == "boundary" and name in STEERED
        part = config.boundary.last_weights if steered else getattr(config, section) if section else config
        value = getattr(part, name)
        elsewhere = f":{value}" if name in STEERED else ""  # a slider may have moved it
        _control(section, name, value, f"{dotted}:{variant}{elsewhere}:{visit().adopted}")


def _control(section: str, name: str, value: Any, key: str) -> None:
    """A widget whose change goes into the choices; its key holds the variant, so that a new one starts afresh."""
    dotted = f"{section}.{name}".lstrip(".")
    meta, title = field_of(dotted).metadata, label(dotted)
    common: dict[str, Any] = {"key": key}

    def take(told: Any) -> None:
        _changed(section, name, told)

    if meta["choices"]:
        options = list(meta["choices"])
        st.selectbox(
            title,
            options,
            options.index(value),
            format_func=name_of,
            help=meta["help"],
            on_change=heard(key, value, take),
            **common,
        )
    elif isinstance(value, tuple):
        text = ", ".join(map(str, value))
        words = f"{meta['help']} Whole numbers, by commas."
        st.text_input(title, text, help=words, on_change=heard(key, text, take), **common)
    else:
        number: type = type(value)
        limits = f"{meta['help']} From {setting(meta['low'])} to {setting(meta['high'])}."
        common |= {"format": "%d" if number is int else FIELD, "help": limits, "on_change": heard(key, value, take)}
        st.number_input(title, number(meta["low"]), number(meta["high"]), value, _step(value), **common)


def _step(value: float) -> float:
    """A tenth of the value's size, or 1 for small whole numbers."""
    size = 10.0 ** math.floor(math.log10(abs(value))) if value else 0.1
    return max(1, int(size / 2)) if isinstance(value, int) else size / 2


def _changed(section: str, name: str, value: Any) -> None:
    if name == "hidden":
        try:
            value = [int(part) for part in str(value).split(",")]
        except ValueError:
            visit().notice = f"Hidden layers are {value!r}, but must be whole numbers by commas: 64, 64."
            return
    if value is not None:
        session.change(section, name, value)


def _distribution(config: ExperimentConfig) -> str:
    return config.data.preset or OWN


def variant_of(config: ExperimentConfig) -> str:
    """Of what a control of a setting is: its key names it, so that each variant has a control of its own."""
    return f"{_distribution(config)}:{config.density.kind}:{config.boundary.objective}"


def distribution_control() -> None:
    """Choose a preset or an own mixture."""
    config = session.config()
    options = [*PRESETS, OWN]
    present = _distribution(config)
    st.selectbox(
        "Distribution",
        options,
        options.index(present),
        format_func=lambda name: "Your own mixture" if name == OWN else PRESETS[name].title,
        key=f"distribution:{present}",
        on_change=heard(f"distribution:{present}", present, _choose_distribution),
        help="Where the data come from. Choose your own to place Gaussians yourself.",
    )


def _choose_distribution(name: str) -> None:
    if name == OWN:
        own_mixture()
    else:
        session.choose_preset(name)


def own_mixture() -> None:
    """Take the present mixture as the start of an own one; model, objective and ε stay as they are."""
    before = session.config()
    numbers = dataclasses.asdict(before.data.mixture_numbers())
    kept = {key: value for key, value in visit().choices.items() if key != "data"}
    kept["density"] = {"kind": before.density.kind, **kept.get("density", {})}
    kept["boundary"] = {"objective": before.boundary.objective, **kept.get("boundary", {})}
    session.adopt({**kept, "data": {"mixture": numbers, "samples": before.data.samples}, "epsilon": before.epsilon})


def variant_control(section: str, name: str, help: str) -> None:
    """Choose the density model or the objective."""
    config = session.config()
    present = getattr(getattr(config, section), name)
    key = f"{section}.{name}:{_distribution(config)}:{present}"
    st.segmented_control(
        setting_label(f"{section}.{name}"),
        list(field_of(f"{section}.{name}").metadata["choices"]),
        default=present,
        required=True,
        format_func=name_of,
        key=key,
        help=help,
        on_change=heard(key, present, lambda value: session.choose_variant(section, name, value)),
    )


def levels_control() -> None:
    """One ε, or a generator for a whole range: ours alone can."""
    config = session.config()
    if config.boundary.objective != "ours":
        return
    key = f"every_level:{_distribution(config)}:{config.boundary.levels}"
    st.toggle(
        "Every ε at once",
        config.boundary.levels > 1,
        key=key,
        on_change=heard(
            key, config.boundary.levels > 1, lambda on: session.change("boundary", "levels", EVERY_LEVEL if on else 1)
        ),
        help="Trains B(z, ε) for all thresholds from a tenth of ε to half the peak's density or so, in seconds: "
        "ε then moves the boundary on the Evaluate page, whose slider marks the range.",
    )
