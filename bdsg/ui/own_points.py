"""Points that a visitor uploaded or painted, and the mixture that stands in for them, while this visit lasts."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from bdsg.config import ExperimentConfig, MixtureConfig
from bdsg.data import uploads
from bdsg.data.fitted import MOST_MODES
from bdsg.errors import ConfigError

MOST_SHOWN = 2_000
"""The picture shows a part of more points than this."""

MOST_KEPT = 4_000
"""So does the browser's memory."""


@dataclass(frozen=True)
class OwnPoints:
    """Points of a visitor's own.

    Attributes:
        points: in the units of the plane, (n, 2).
        mixture: what stands in for them.
        painted: whether they came from the canvas.
        modes: how many Gaussians were asked for; None for as many as the points call for.
    """

    points: np.ndarray
    mixture: MixtureConfig
    painted: bool
    modes: int | None = None


def thinned(points: np.ndarray, most: int = MOST_SHOWN) -> np.ndarray:
    """Some of the points, (n, 2): at most as many as a picture holds."""
    return points[:: -(-len(points) // most)]


def keep(own: OwnPoints) -> None:
    """Remember them in place of any others."""
    st.session_state.own_points = own
    st.session_state.own_points_kept = False


def to_keep() -> str | None:
    """The points as the browser is to keep them, told once; None while there is nothing new."""
    own: OwnPoints | None = st.session_state.get("own_points")
    if own is None or st.session_state.get("own_points_kept"):
        return None
    st.session_state.own_points_kept = True
    places = np.round(thinned(own.points, MOST_KEPT), 4).ravel().tolist()
    mixture = dataclasses.asdict(own.mixture)
    return json.dumps({"points": places, "mixture": mixture, "painted": own.painted, "modes": own.modes})


def recall(raw: object) -> None:
    """Take back what :func:`to_keep` gave, unless this visit has points already; what is not that is left alone."""
    if not isinstance(raw, dict) or "own_points" in st.session_state:
        return
    try:
        points = uploads.painted_points(raw.get("points"))
        mixture = ExperimentConfig.from_dict({"data": {"mixture": raw.get("mixture")}}).data.mixture
    except ConfigError:
        return
    modes = raw.get("modes")
    if mixture is not None and (modes is None or (isinstance(modes, int) and 1 <= modes <= MOST_MODES)):
        st.session_state.own_points = OwnPoints(points, mixture, bool(raw.get("painted")), modes)
        st.session_state.own_points_kept = True


def of(config: ExperimentConfig) -> OwnPoints | None:
    """The points that a config's mixture stands in for, if they are still there."""
    own: OwnPoints | None = st.session_state.get("own_points")
    return own if own is not None and config.data.mixture == own.mixture else None


def stand_in(config: ExperimentConfig) -> bool:
    """Whether the data are samples of a mixture that was fitted to points: these are here, or their units are."""
    return config.data.units is not None or of(config) is not None


def follow(before: ExperimentConfig, after: ExperimentConfig) -> None:
    """The mixture was changed by hand: it still stands in for the same points."""
    own = of(before)
    if own is not None and after.data.mixture is not None:
        keep(replace(own, mixture=after.data.mixture))
