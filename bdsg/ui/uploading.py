"""Points of a visitor's own: a mixture fitted to them stands in for the data, and the page says so."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import streamlit as st

from bdsg.config import ExperimentConfig
from bdsg.data import uploads
from bdsg.data.fitted import MOST_MODES, fit_mixture
from bdsg.data.mixture import GaussianMixture
from bdsg.errors import ConfigError
from bdsg.formats import grouped, megabytes, rounded, setting
from bdsg.ui import controls, mixture_editor, own_points, session
from bdsg.ui.names import plain
from bdsg.ui.own_points import OwnPoints

NOT_KEPT = (
    "These Gaussians were fitted to a table whose points are not here: only the browser that it was uploaded in keeps "
    "them, and of the last tables alone. Upload it again to see them."
)
LARGEST_EPSILON = 0.01
"""Where the peak allows it: the ε that the presets have."""


def show() -> None:
    """A button that asks for a file."""
    if st.button("Use your own points", key="own_points_button", icon=":material/upload_file:"):
        _ask()


@st.dialog("Use your own points", width="medium")
def _ask() -> None:
    st.caption(
        f"A table with two columns of numbers or more; {uploads.LEAST_ROWS} to {grouped(uploads.MOST_ROWS)} rows, "
        f"{megabytes(uploads.MOST_BYTES)} at most. A mixture of up to {MOST_MODES} Gaussians is fitted to them."
    )
    file = st.file_uploader(
        "File",
        uploads.kinds(),
        key="points_file",
        max_upload_size=uploads.MOST_BYTES // 1_000_000,
        label_visibility="collapsed",
    )
    if file is not None:
        with session.guarded():
            name = uploads.short_name(file.name)
            uploads.check_size(name, file.size)
            _choose_columns(file.getvalue(), name)


def _choose_columns(content: bytes, name: str) -> None:
    """The beginning of the file, which two of its columns are meant, and the button that takes them."""
    table = uploads.preview(content, name)
    rows = [dict(zip(table.names, row, strict=False)) for row in table.rows]
    st.dataframe(rows, hide_index=True, width="stretch", height="content")
    columns = table.numeric[0], table.numeric[1]
    if len(table.numeric) > 2:
        with st.container(horizontal=True):
            across, up = (
                st.selectbox(
                    axis, table.numeric, k, format_func=lambda column: table.names[column], key=f"points_{axis}:{name}"
                )
                for k, axis in enumerate(("Across", "Up"))
            )
        columns = across, up
    if columns[0] == columns[1]:
        st.caption("Choose two different columns.")
    skip = st.checkbox("Skip rows with gaps or words", key="skip_rows", help="Else the first such row is named.")
    same = columns[0] == columns[1]
    if st.button("Fit a mixture", key="fit_points", type="primary", icon=":material/check:", disabled=same):
        with st.spinner("Fitting…"):
            points = uploads.read_points(content, name, columns, skip=skip)
            fitted = fit_mixture(points)
        names = [table.names[column] for column in columns]
        units = {"names": names, "shift": fitted.offset.tolist(), "scale": fitted.scale.tolist()}
        adopt(fitted.mixture, (points - fitted.offset) / fitted.scale, units)
        st.rerun()


def take_painted() -> None:
    """Fit a mixture to the points that the canvas sent, in the units of the plane on which they were painted."""
    sent = st.session_state[mixture_editor.KEY]["points"]
    if not isinstance(sent, dict):
        return
    st.session_state[mixture_editor.ANSWERED] = mixture_editor.edit_name(sent)
    try:
        points = uploads.painted_points(sent.get("points"))
        fitted = fit_mixture(points).in_points_units()
    except ConfigError as error:
        st.session_state.notice = str(error)
        return
    adopt(fitted, points)
    numbers = session.config().data.mixture
    rows = mixture_editor.to_rows(GaussianMixture.from_config(session.config().data))
    st.session_state.canvas_edit = (mixture_editor.edit_name(sent), numbers, rows)
    st.session_state[mixture_editor.PAINTING] = False


def start_painting() -> None:
    """Open the canvas with the brush in hand."""
    controls.own_mixture()
    st.session_state[mixture_editor.PAINTING] = True


def adopt(
    mixture: GaussianMixture, points: np.ndarray, units: dict[str, Any] | None = None, modes: int | None = None
) -> None:
    """A mixture fitted to points (n, 2) of the plane becomes the data of the choices, shown in ``units``."""
    numbers = dataclasses.asdict(mixture_editor.brief(mixture))
    kept = {key: value for key, value in session.choices().items() if key not in ("data", "delta")}
    data = {"mixture": numbers} | ({"units": units} if units else {})
    session.adopt({**kept, "data": data, "epsilon": fitting_epsilon(mixture)})
    st.session_state.mixture_version = st.session_state.get("mixture_version", 0) + 1  # controls of ε start afresh
    taken = session.config().data.mixture
    assert taken is not None
    own_points.keep(OwnPoints(points, taken, painted=units is None, modes=modes))


def fitting_epsilon(mixture: GaussianMixture) -> float:
    """An ε well below the peak, in round numbers."""
    return min(LARGEST_EPSILON, rounded(0.05 * math.exp(mixture.peak()), 1))


def words(own: OwnPoints, config: ExperimentConfig) -> str:
    """What stands in for the points, and in which units."""
    modes = len(own.mixture.weights)
    kind = "painted points" if own.painted else "rows"
    first = (
        f"**{modes} Gaussian{'s' if modes > 1 else ''}**, fitted to your {grouped(len(own.points))} {kind}, "
        f"stand{'s' if modes == 1 else ''} in for them: B(z) and scores are of that mixture. The open squares are "
        "yours; your browser keeps them, while the link holds the mixture."
    )
    units = config.data.units
    if units is None:
        return first
    sx, sy = units.scale
    return (
        f"{first} Axes and tables are in your units; ε and distances are not, nor is the editor: there 1 unit is "
        f"{setting(sx)} of {plain(units.names[0])} and {setting(sy)} of {plain(units.names[1])}."
    )


def note() -> None:
    """Say what stands in for the points, while they are there, and let its Gaussians be counted anew."""
    config = session.config()
    own = own_points.of(config)
    if own is None:
        if own_points.missing(config):
            st.caption(NOT_KEPT)
        return
    said, choice = st.columns([5, 1], vertical_alignment="center")
    said.caption(words(own, config))
    with choice:
        key = f"modes:{st.session_state.get('mixture_version', 0)}"
        options = [0, *range(1, min(MOST_MODES, len(own.points) // 10) + 1)]  # 0 for as many as are needed
        st.selectbox(
            "Gaussians",
            options,
            options.index(own.modes or 0),
            format_func=lambda count: str(count or "As needed"),
            key=key,
            on_change=lambda: _refit(own, st.session_state[key] or None),
            help="The lowest Bayesian information criterion decides, unless you know how many there are.",
        )


def _refit(own: OwnPoints, modes: int | None) -> None:
    """Another number of Gaussians for the same points."""
    try:
        fitted = fit_mixture(own.points, modes=modes).in_points_units()
    except ConfigError as error:
        st.session_state.notice = str(error)
        return
    units = session.config().data.units
    adopt(fitted, own.points, dataclasses.asdict(units) if units else None, modes)
