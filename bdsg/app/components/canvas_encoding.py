"""Points, arrows, densities and contours as the numbers that a canvas draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bdsg.data.window import FULL_SCALE, Window
from bdsg.errors import ConfigError
from bdsg.runs.result import Snapshots

HEAT_SPAN = 9.0
"""Natural-log units below the peak that the heat map shows: a factor of about 8,000 in density."""

ARROW_LEAST, ARROW_DECADES = 0.01, 6.0
"""An arrow for a pull F is log10(1 + F / ARROW_LEAST) long, in units of a factor of ten; longer ones are cut."""

Lines = Sequence[np.ndarray]
Corner = Sequence[float] | np.ndarray


def quantise(points: np.ndarray, low: Corner, high: Corner) -> np.ndarray:
    """Points (..., 2) in the window [low, high] as int16; those outside are put on its edge.

    Raises:
        ConfigError: a coordinate is NaN or infinite, or the window is empty.
    """
    return Window(*corners(low, high)).quantised(_finite("frames", points))


def arrows(forces: np.ndarray) -> np.ndarray:
    """Pulls (..., 2) as int16 arrows: their direction, and a length that grows by as much for each factor of ten.

    Raises:
        ConfigError: a pull is NaN or infinite.
    """
    exact = _finite("forces", forces).astype(np.float64)
    size = np.linalg.norm(exact, axis=-1, keepdims=True)
    length = np.minimum(np.log10(1 + size / ARROW_LEAST), ARROW_DECADES)
    found = np.rint(exact / np.maximum(size, 1e-300) * (length / ARROW_DECADES * FULL_SCALE))
    return np.asarray(found, dtype=np.int16)


def heat(log_density: np.ndarray, peak: float) -> np.ndarray:
    """Log densities as bytes: 255 at ``peak``, 0 at ``HEAT_SPAN`` below it or further down."""
    share = (_finite("heat", log_density) - peak) / HEAT_SPAN + 1
    return np.rint(255 * np.clip(share, 0.0, 1.0)).astype(np.uint8)


def snapshots(told: Snapshots, window: Window) -> dict[str, np.ndarray]:
    """Snapshots as the player reads them; raises ConfigError unless they are of equal number, and finite."""
    count, points, forces = len(told.steps), told.points, told.forces
    if points.shape[0] != count or told.terms.shape[0] != count or points.ndim != 3 or points.shape[2] != 2:
        shapes = (points.shape, told.steps.shape, told.terms.shape)
        raise ConfigError("frames", shapes, "must be (S, n, 2) with steps (S,) and terms (S, 4): pass equal numbers S.")
    if forces is not None and len(forces) != count:
        raise ConfigError("forces", forces.shape, f"must be (S, 3, m, 2) with S = {count}: pass equal numbers S.")
    return {
        "frames": quantise(points, window.low, window.high),
        "steps": np.asarray(told.steps, dtype=np.int32),
        "terms": floats("terms", told.terms),
        **({} if forces is None else {"forces": arrows(forces)}),
    }


def contour(name: str, lines: Lines, low: np.ndarray, high: np.ndarray) -> dict[str, Any]:
    """A contour as JSON: flat lists of coordinates, rounded to a ten-thousandth of the window."""
    digits = 4 - math.floor(math.log10(float((high - low).min())))
    return {"name": name, "lines": [np.round(np.ravel(line).astype(float), digits).tolist() for line in lines]}


def corners(low: Corner, high: Corner) -> tuple[np.ndarray, np.ndarray]:
    """The window's corners, (2,) each; raises ConfigError if it is empty."""
    found = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not (found[0].shape == found[1].shape == (2,) and (found[1] > found[0]).all()):
        raise ConfigError(
            "window", [corner.tolist() for corner in found], "must have a high corner above its low one, (2,) each."
        )
    return found


def floats(name: str, values: np.ndarray) -> np.ndarray:
    """Numbers as float32; raises ConfigError if one is NaN or infinite."""
    return _finite(name, values).astype(np.float32)


def _finite(name: str, values: np.ndarray) -> np.ndarray:
    array = np.asarray(values)
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise ConfigError(
            name, f"{bad} of {array.size} numbers NaN or infinite", "can only be drawn if all are finite."
        )
    return array
