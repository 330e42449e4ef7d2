"""Points that a visitor uploaded or painted, and the mixture that stands in for them, while this visit lasts."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bdsg.app.visit.state import visit
from bdsg.config import ExperimentConfig, MixtureConfig
from bdsg.data import uploads
from bdsg.data.mixture_fit import MOST_MODES
from bdsg.errors import ConfigError

MOST_SHOWN = 2_000
"""The picture shows a part of more points than this."""

MOST_KEPT = 4_000
"""So does the browser's memory."""

MOST_TABLES = 8
"""Tables and paintings whose points a browser keeps; those used least recently go first."""


@dataclass(frozen=True, eq=False)
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


def keep(own: OwnPoints, instead: str | None = None) -> None:
    """Remember them in place of any others of this visit; the browser keeps several, but not those ``instead``."""
    visit().own_points, visit().own_points_new = own, {"instead": instead}


def to_keep() -> dict[str, Any] | None:
    """The points as the browser is to keep them, told once; None while there is nothing new.

    Two tabs may hold points of different tables, so each are kept under the name of the mixture that stands for them.
    """
    own, new = visit().own_points, visit().own_points_new
    visit().own_points_new = None
    if own is None or new is None:
        return None
    places = np.round(thinned(own.points, MOST_KEPT), 4).ravel().tolist()
    mixture = dataclasses.asdict(own.mixture)
    text = json.dumps({"points": places, "mixture": mixture, "painted": own.painted, "modes": own.modes})
    return {**new, "key": _name(own.mixture), "text": text}


def wanted(config: ExperimentConfig) -> dict[str, Any] | None:
    """The points that the browser is asked for: those that this config's mixture stands in for, if they are not here.

    ``said``: it is to say so too if it has none, for there were such points.
    """
    mixture = config.data.mixture
    if mixture is None or of(config) is not None or _name(mixture) in _not_kept():
        return None
    return {"key": _name(mixture), "said": config.data.units is not None}


def missing(config: ExperimentConfig) -> bool:
    """Whether this config's mixture stands in for points that neither this visit nor its browser has."""
    mixture = config.data.mixture
    return mixture is not None and of(config) is None and _name(mixture) in _not_kept()


def _not_kept() -> set[str]:
    return visit().own_points_not_kept


def _name(mixture: MixtureConfig) -> str:
    return hashlib.sha256(json.dumps(dataclasses.asdict(mixture)).encode()).hexdigest()[:16]


def recall(key: object, raw: object, config: ExperimentConfig) -> None:
    """Take what a browser has under the key that :func:`wanted` gave, if the config still asks for it.

    What :func:`to_keep` did not give is left alone: a browser may send anything.
    """
    asked = wanted(config)
    if asked is None or key != asked["key"]:
        return
    own = _read(raw)
    if own is not None and own.mixture == config.data.mixture:
        visit().own_points = own
    else:
        _not_kept().add(asked["key"])


def _read(raw: object) -> OwnPoints | None:
    """Inverse of :func:`to_keep`'s text; None for anything else."""
    if not isinstance(raw, dict):
        return None
    try:
        points = uploads.painted_points(raw.get("points"))
        mixture = ExperimentConfig.from_dict({"data": {"mixture": raw.get("mixture")}}).data.mixture
    except ConfigError:
        return None
    modes = raw.get("modes")
    if mixture is None or not (modes is None or (isinstance(modes, int) and 1 <= modes <= MOST_MODES)):
        return None
    return OwnPoints(points, mixture, bool(raw.get("painted")), modes)


def of(config: ExperimentConfig) -> OwnPoints | None:
    """The points that a config's mixture stands in for, if they are still there."""
    own = visit().own_points
    return own if own is not None and config.data.mixture == own.mixture else None


def stand_in(config: ExperimentConfig) -> bool:
    """Whether the data are samples of a mixture that was fitted to points: these are here, or their units are."""
    return config.data.units is not None or of(config) is not None


def follow(before: ExperimentConfig, after: ExperimentConfig) -> None:
    """The mixture was changed by hand: it still stands in for the same points."""
    own = of(before)
    if own is not None and after.data.mixture is not None:
        keep(replace(own, mixture=after.data.mixture), instead=_name(own.mixture))
