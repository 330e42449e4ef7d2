"""Points that a visitor uploaded or painted, and the mixture that stands in for them, while this visit lasts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from bdsg.config import ExperimentConfig, MixtureConfig

MOST_SHOWN = 2_000
"""The picture shows a part of more points than this."""


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


def thinned(points: np.ndarray) -> np.ndarray:
    """As many of the points, (n, 2), as a picture holds."""
    return points[:: -(-len(points) // MOST_SHOWN)]


def keep(own: OwnPoints) -> None:
    """Remember them in place of any others."""
    st.session_state.own_points = own


def of(config: ExperimentConfig) -> OwnPoints | None:
    """The points that a config's mixture stands in for, if they are still there."""
    own: OwnPoints | None = st.session_state.get("own_points")
    return own if own is not None and config.data.mixture == own.mixture else None


def follow(before: ExperimentConfig, after: ExperimentConfig) -> None:
    """The mixture was changed by hand: it still stands in for the same points."""
    own = of(before)
    if own is not None and after.data.mixture is not None:
        keep(replace(own, mixture=after.data.mixture))
