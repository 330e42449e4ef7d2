"""Points of a visitor's own: a mixture fitted to them stands in for the data, and the page says so."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import streamlit as st

from bdsg.app.labels import plain
from bdsg.app.visit import own_points, session
from bdsg.app.visit.own_points import OwnPoints
from bdsg.app.visit.state import visit
from bdsg.app.widgets import controls, mixture_editor
from bdsg.config import ExperimentConfig
from bdsg.data import uploads
from bdsg.data.mixture import GaussianMixture
from bdsg.data.mixture_fit import MOST_MODES, fit_mixture
from bdsg.data.mixture_rows import to_rows
from bdsg.errors import ConfigError
from bdsg.number_text import grouped, rounded, setting

NOT_KEPT = (
    "These Gaussians were fitted to a table whose points are not here: only the browser that it was uploaded in keeps "
    "them, and of the last tables alone. Upload it again to see them."
)
LARGEST_EPSILON = 0.01
"""Where the peak allows it: the ε that the presets have."""


def take_painted() -> None:
    """Fit a mixture to the points that the canvas sent, in the units of the plane on which they were painted."""
    sent = st.session_state[mixture_editor.KEY]["points"]
    if not isinstance(sent, dict):
        return
    visit().answered = mixture_editor.edit_name(sent)
    try:
        points = uploads.painted_points(sent.get("points"))
        fitted = fit_mixture(points).in_points_units()
    except ConfigError as error:
        visit().notice = str(error)
        return
    adopt(fitted, points)
    numbers = session.config().data.mixture
    rows = to_rows(GaussianMixture.from_config(session.config().data))
    visit().canvas_edit = (mixture_editor.edit_name(sent), numbers, rows)
    visit().painting = False


def start_painting() -> None:
    """Open the canvas with the brush in hand."""
    controls.own_mixture()
    visit().painting = True


def adopt(
    mixture: GaussianMixture, points: np.ndarray, units: dict[str, Any] | None = None, modes: int | None = None
) -> None:
    """A mixture fitted to points (n, 2) of the plane becomes the data of the choices, shown in ``units``."""
    numbers = dataclasses.asdict(mixture_editor.brief(mixture))
    kept = {key: value for key, value in visit().choices.items() if key not in ("data", "delta")}
    data = {"mixture": numbers} | ({"units": units} if units else {})
    session.adopt({**kept, "data": data, "epsilon": fitting_epsilon(mixture)})
    visit().mixture_version += 1  # controls of ε start afresh
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
        key = f"modes:{visit().mixture_version}"
        options = [0, *range(1, min(MOST_MODES, len(own.points) // 10) + 1)]  # 0 for as many as are needed
        st.selectbox(
            "Gaussians",
            options,
            options.index(own.modes or 0),
            format_func=lambda count: str(count or "As needed"),
            key=key,
            on_change=controls.heard(key, own.modes or 0, lambda count: _refit(own, count or None)),
            help="The lowest Bayesian information criterion decides, unless you know how many there are.",
        )


def _refit(own: OwnPoints, modes: int | None) -> None:
    """Another number of Gaussians for the same points."""
    try:
        fitted = fit_mixture(own.points, modes=modes).in_points_units()
    except ConfigError as error:
        visit().notice = str(error)
        return
    units = session.config().data.units
    adopt(fitted, own.points, dataclasses.asdict(units) if units else None, modes)
