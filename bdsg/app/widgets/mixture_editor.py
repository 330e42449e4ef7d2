"""An own mixture, edited on a canvas, as a table or as JSON: all three write the same config."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from bdsg.app.components import browser_components, payloads
from bdsg.app.visit import own_points, session
from bdsg.app.visit.state import visit
from bdsg.config import ExperimentConfig, MixtureConfig
from bdsg.data import GaussianMixture
from bdsg.data.mixture_rows import COLUMNS, DIGITS, LIMITS, MOST_MODES, from_rows, read_modes, to_rows
from bdsg.errors import ConfigError
from bdsg.number_text import FIELD, grouped, rounded

KEY = "mixture_canvas"
"""Of the canvas, in the session's state."""
LONGEST_EDIT = 80
MOST_JSON_CHARACTERS = 20_000
"""Of a mixture as JSON; a hundred Gaussians take half of it."""


def show(on_points: Callable[[], None]) -> None:
    """The canvas, and below it the same mixture as a table and as JSON; ``on_points`` takes painted points."""
    config = session.config()
    mixture = _plane(GaussianMixture.from_config(config.data))
    if len(mixture.weights) <= MOST_MODES:
        browser_components.editor(_payload(config, mixture), key=KEY, on_change=_edited, on_points=on_points)
    else:
        st.caption(f"The canvas holds {MOST_MODES} Gaussians; these {len(mixture.weights)} are edited below.")
    version = visit().mixture_version
    with st.expander("As a table"):
        _table(mixture, version)
    with st.expander("As JSON"):
        text = st.text_area("Mixture", mixture.to_json(), height=180, key=f"mixture_json:{version}:{config.key()}")
        if st.button("Use this JSON", key="use_json", icon=":material/check:"):
            _use(lambda: from_json(text))


def _plane(mixture: GaussianMixture) -> GaussianMixture:
    """The mixture, if it can be drawn."""
    if mixture.dim != 2:
        raise ConfigError("data.mixture.means", mixture.dim, "need 2 coordinates each: the app draws the plane.")
    return mixture


def _payload(config: ExperimentConfig, mixture: GaussianMixture) -> bytes:
    """The present modes, under the name of the canvas's own edit if they came from there."""
    edit, numbers, rows = visit().canvas_edit
    if numbers != config.data.mixture:
        edit, rows = None, to_rows(mixture)
    return payloads.EditorPayload(
        modes=rows,
        epsilon=config.epsilon,
        limits=LIMITS,
        edit=edit,
        painting=visit().painting,
        answered=visit().answered,
    ).pack()


def _edited() -> None:
    """Take over what was done on the canvas."""
    sent = st.session_state[KEY]["modes"]
    if not isinstance(sent, dict) or edit_name(sent) == visit().canvas_edit[0]:  # told once more of what is known
        return
    try:
        rows = read_modes(sent.get("modes"))
        numbers = brief(from_rows(rows))
    except ConfigError as error:
        visit().notice = str(error)
        return
    _change(numbers)
    visit().canvas_edit = (edit_name(sent), session.config().data.mixture, rows)


def edit_name(sent: dict[str, Any]) -> str:
    """What the canvas calls an edit: a few characters, which it is told again."""
    return str(sent.get("edit"))[:LONGEST_EDIT]


def brief(mixture: GaussianMixture) -> MixtureConfig:
    """The mixture's numbers, rounded to ``DIGITS`` significant figures."""

    raw = {
        name: np.vectorize(lambda value: rounded(float(value), DIGITS))(getattr(mixture, name)).tolist()
        for name in ("weights", "means", "covariances")
    }
    numbers = ExperimentConfig.from_dict({"data": {"mixture": raw}}).data.mixture
    assert numbers is not None
    return numbers


def _change(numbers: MixtureConfig) -> None:
    before = session.config()
    session.change("data", "mixture", dataclasses.asdict(numbers))
    own_points.follow(before, session.config())


def _table(mixture: GaussianMixture, version: int) -> None:
    st.caption("One row a mode. Add rows at the bottom, remove them with the check boxes.")
    edited = st.data_editor(
        to_rows(mixture),
        num_rows="dynamic",
        hide_index=True,
        key=f"mixture:{version}:{visit().adopted}",
        column_config={
            name: st.column_config.NumberColumn(title, help=help, required=True, format=FIELD)
            for name, (title, help) in COLUMNS.items()
        },
    )
    if st.button("Use this mixture", key="use_mixture", icon=":material/check:"):
        _use(lambda: from_rows(edited))


def from_json(text: str) -> GaussianMixture:
    """A mixture from JSON; raises ConfigError for more than ``MOST_JSON_CHARACTERS``, and where it is none."""
    if len(text) > MOST_JSON_CHARACTERS:
        raise ConfigError(
            "data.mixture", text, f"may hold {grouped(MOST_JSON_CHARACTERS)} characters at most: round them."
        )
    return GaussianMixture.from_json(text)


def _use(make: Callable[[], GaussianMixture]) -> None:
    _change(_plane(make()).to_config())
    visit().mixture_version += 1
    st.rerun()
