"""Densities as heat maps with their contours."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bdsg.figures.style import ORANGE, SKY, themed
from bdsg.metrics.levels import Field, contour_lines
from bdsg.number_text import HOVER

_HEADROOM = 1.5
"""A colour scale ends at most this far above the true peak: one spike of the model must not flatten the rest."""


def density_pair_figure(
    x: np.ndarray, y: np.ndarray, log_p_x: np.ndarray, log_p_g: np.ndarray, epsilon: float
) -> go.Figure:
    """Closed form, model and their difference side by side, with the ε contours of both.

    The first two share one colour scale; the difference has a diverging one, its middle at 0.

    Args:
        x, y: coordinates, (nx,) and (ny,).
        log_p_x, log_p_g: natural-log densities, (ny, nx), rows along y.
        epsilon: density per unit area.
    """
    truth, model = Field(x, y, log_p_x), Field(x, y, log_p_g)
    p_x, p_g = np.exp(truth.values), np.exp(model.values)
    figure = make_subplots(1, 3, subplot_titles=["True density", "Model", "Model − truth"], horizontal_spacing=0.06)
    limit = _HEADROOM * float(p_x.max())
    for column, values, axis in ((1, p_x, "coloraxis"), (2, p_g, "coloraxis"), (3, p_g - p_x, "coloraxis2")):
        figure.add_trace(_heat_map(truth, values, "difference" if column == 3 else "p", coloraxis=axis), 1, column)
    for column, drawn in ((1, (True, False)), (2, (False, True)), (3, (True, True))):
        lines = (
            (truth, "p<sub>x</sub> = ε (truth)", ORANGE, "solid"),
            (model, "p<sub>g</sub> = ε (model)", SKY, "dash"),
        )
        for (field, name, color, dash), wanted in zip(lines, drawn, strict=True):
            if wanted:
                line = _contour(field, epsilon, name, color, dash)
                figure.add_trace(line.update(legendgroup=name, showlegend=column == 3), 1, column)
    largest = min(float(np.abs(p_g - p_x).max()), limit) or limit
    figure.update_layout(
        coloraxis=_scale("Cividis", 0.0, min(max(float(p_x.max()), float(p_g.max())), limit), x=1.01),
        coloraxis2=_scale("PRGn", -largest, largest, x=1.12, title="difference"),
    )
    return _link_panels(themed(figure))


def _link_panels(figure: go.Figure) -> go.Figure:
    """Equal aspect in three panels that pan and zoom together."""
    figure.update_xaxes(title="x₁ (data units)", constrain="domain", showgrid=False)
    figure.update_yaxes(constrain="domain", showgrid=False)
    figure.update_yaxes(title="x₂ (data units)", col=1)
    for column, axis in enumerate(("x", "x2", "x3"), start=1):
        figure.update_yaxes(scaleanchor=axis, scaleratio=1, col=column)
        if column > 1:
            figure.update_xaxes(matches="x", col=column)
            figure.update_yaxes(matches="y", showticklabels=False, col=column)
    return figure


def _heat_map(field: Field, values: np.ndarray, name: str, coloraxis: str) -> go.Heatmap:
    hover = f"x₁ %{{x:{HOVER}}}<br>x₂ %{{y:{HOVER}}}<br>{name} %{{z:{HOVER}}} per unit area<extra></extra>"
    return go.Heatmap(x=field.x, y=field.y, z=values.astype(np.float32), coloraxis=coloraxis, hovertemplate=hover)


def _scale(colors: str, low: float, high: float, x: float = 1.02, title: str = "density") -> dict[str, Any]:
    bar = {"title": {"text": f"{title}<br>per unit area"}, "x": x, "thickness": 12, "exponentformat": "power"}
    return {"colorscale": colors, "cmin": low, "cmax": high, "colorbar": bar}


def _contour(field: Field, level: float, name: str, color: str, dash: str) -> go.Scatter:
    """The contour that the scores use, as one trace: a gap (None) parts its lines."""
    gap = np.full((1, 2), np.nan)
    parts = [part for line in contour_lines(field, level) for part in (line, gap)]
    path = np.concatenate([np.empty((0, 2)), *parts[:-1]])
    style = {"color": color, "dash": dash, "width": 2}
    return go.Scatter(x=path[:, 0], y=path[:, 1], name=name, mode="lines", line=style, hoverinfo="skip")
