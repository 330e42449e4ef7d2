"""A finished run as a small vector drawing: the contour at ε, some data and B(z)."""

from __future__ import annotations

import numpy as np

from bdsg.metrics import Field, contour_lines
from bdsg.runs.result import Result

SIZE, MARGIN = 120, 6
DOTS = 150
DATA, BOUNDARY, LINE = "#D55E5E", "#2F8FD0", "#888888"
"""Shades between those of the light and the dark page: one drawing serves both."""


def svg(result: Result) -> str:
    """An SVG of ``SIZE`` pixels a side that shows contour and B(z) whole, with one scale for both axes."""
    arrays = result.arrays
    field = Field(arrays.grid_x, arrays.grid_y, arrays.log_p_x)
    contours = contour_lines(field, result.config.epsilon)
    inside = arrays.boundary.clip(*arrays.corners)  # one stray point must not shrink the rest
    shown = np.concatenate([*contours, inside])
    low, high = shown.min(axis=0), shown.max(axis=0)
    scale = (SIZE - 2 * MARGIN) / float((high - low).max())
    shift = (SIZE - scale * (high - low)) / 2

    def place(points: np.ndarray) -> np.ndarray:
        across = shift + scale * (points - low)
        return np.stack([across[:, 0], SIZE - across[:, 1]], axis=1)

    lines = [_line(place(line)) for line in contours]
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">',
            f'<path d="{"".join(lines)}" fill="none" stroke="{LINE}" stroke-width="1"/>',
            _dots(place(arrays.data[:DOTS]), 0.7, DATA),
            _dots(place(arrays.boundary[: 2 * DOTS]), 1.1, BOUNDARY),
            "</svg>",
        )
    )


def _line(points: np.ndarray) -> str:
    return "M" + "L".join(f"{round(x, 1)} {round(y, 1)}" for x, y in points[::2].tolist())


def _dots(points: np.ndarray, radius: float, colour: str) -> str:
    """One path of round dots: strokes of no length with round caps."""
    path = "".join(f"M{round(x, 1)} {round(y, 1)}h0" for x, y in points.tolist())
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{2 * radius}" stroke-linecap="round"/>'
