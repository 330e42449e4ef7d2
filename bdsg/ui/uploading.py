"""Points of a visitor's own: a mixture fitted to them stands in for the data, and the page says so."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import streamlit as st

from bdsg.data import uploads
from bdsg.data.fitted import MOST_MODES, FittedMixture, fit_mixture
from bdsg.data.mixture import GaussianMixture
from bdsg.errors import ConfigError
from bdsg.ui import controls, mixture_editor, session

LARGEST_EPSILON = 0.01
"""Where the peak allows it: the ε that the presets have."""


def show() -> None:
    """A popover that takes a file."""
    with st.popover("Use your own points", icon=":material/upload_file:"):
        st.caption(
            f"Two columns of numbers, x and y; {uploads.LEAST_ROWS} to {uploads.MOST_ROWS:,} rows, "
            f"{uploads.MOST_BYTES / 1e6:.0f} MB at most. A mixture of up to {MOST_MODES} Gaussians is fitted to them."
        )
        file = st.file_uploader(
            "File",
            uploads.kinds(),
            key="points_file",
            max_upload_size=uploads.MOST_BYTES // 1_000_000,
            label_visibility="collapsed",
        )
        if file is not None and st.button("Fit a mixture", key="fit_points", icon=":material/check:"):
            with session.guarded():
                uploads.check_size(file.name, file.size)
                with st.spinner("Fitting…"):
                    points = uploads.read_points(file.getvalue(), file.name)
                    fitted = fit_mixture(points)
                    names = uploads.column_names(file.getvalue(), file.name)
                units = {"names": names, "shift": fitted.offset.tolist(), "scale": fitted.scale.tolist()}
                adopt(fitted.mixture, words(fitted, len(points)), units)
                st.rerun()


def take_painted() -> None:
    """Fit a mixture to the points that the canvas sent, in the units of the plane on which they were painted."""
    sent = st.session_state[mixture_editor.KEY]["points"]
    if not isinstance(sent, dict):
        return
    st.session_state[mixture_editor.ANSWERED] = str(sent.get("edit"))
    try:
        points = uploads.painted_points(sent.get("points"))
        fitted = fit_mixture(points).in_points_units()
    except ConfigError as error:
        st.session_state.notice = str(error)
        return
    adopt(fitted, painted_words(len(fitted.weights), len(points)))
    numbers = session.config().data.mixture
    rows = mixture_editor.to_rows(GaussianMixture.from_config(session.config().data))
    st.session_state.canvas_edit = (str(sent.get("edit")), numbers, rows)
    st.session_state[mixture_editor.PAINTING] = False


def start_painting() -> None:
    """Open the canvas with the brush in hand."""
    controls.own_mixture()
    st.session_state[mixture_editor.PAINTING] = True


def adopt(mixture: GaussianMixture, note: str, units: dict[str, Any] | None = None) -> None:
    """A fitted mixture becomes the data of the choices, shown in ``units``; ``note`` is shown while it is."""
    numbers = dataclasses.asdict(mixture_editor.brief(mixture))
    kept = {key: value for key, value in session.choices().items() if key not in ("data", "delta")}
    data = {"mixture": numbers} | ({"units": units} if units else {})
    session.adopt({**kept, "data": data, "epsilon": fitting_epsilon(mixture)})
    st.session_state.mixture_version = st.session_state.get("mixture_version", 0) + 1  # controls of ε start afresh
    st.session_state.uploaded = (session.config().data.mixture, note)


def fitting_epsilon(mixture: GaussianMixture) -> float:
    """An ε well below the peak, in round numbers."""
    return min(LARGEST_EPSILON, float(f"{0.05 * math.exp(mixture.peak()):.1g}"))


def painted_words(modes: int, count: int) -> str:
    """What stands in for painted points."""
    return (
        f"A mixture of {modes} Gaussian{'s' if modes > 1 else ''}, fitted to your {count:,} painted points, stands in "
        "for the data: samples and scores are of that mixture. The points stay in this page only; the link holds the "
        "mixture."
    )


def words(fitted: FittedMixture, count: int) -> str:
    """What stands in for the points, and in which units."""
    modes = len(fitted.mixture.weights)
    sx, sy = fitted.scale.tolist()
    return (
        f"A mixture of {modes} Gaussian{'s' if modes > 1 else ''}, fitted to your {count:,} points, stands in for "
        f"the data: samples and scores are of that mixture. Axes and tables are in your units; ε and distances are "
        f"not, nor is the editor: there 1 unit is {sx:.4g} of the first column and {sy:.4g} of the second. "
        "Your file is not kept."
    )


def note() -> None:
    """Say what stands in for the points, while it does."""
    mixture, text = st.session_state.get("uploaded", (None, ""))
    if mixture is not None and session.config().data.mixture == mixture:
        st.info(text, icon=":material/info:")
