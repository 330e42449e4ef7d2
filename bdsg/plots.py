"""Results in, Plotly figures out.

Backgrounds are transparent and text has no colour of its own, so that a page's theme decides.  Colours are Okabe and
Ito's, which colour-blind readers tell apart (their blue is lightened: it drowned on dark pages), and a dash or marker
says the same thing again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bdsg.metrics.band import finite
from bdsg.metrics.levels import Field, contour_lines
from bdsg.metrics.ranking import Curve, Positive, pr_curve, roc_curve
from bdsg.result import TERMS

ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE = "#E69F00", "#56B4E9", "#009E73", "#2F8FD0", "#D55E00", "#CC79A7"
NEUTRAL = "#888888"
TERM_LABELS = {"loss": "Loss", "l0": "L0: density", "l1": "L1: distance", "l2": "L2: dispersion"}
_TERM_STYLES = ((VERMILION, "solid"), (BLUE, "dash"), (GREEN, "dot"), (PURPLE, "dashdot"))
_CURVE_STYLES = ((BLUE, "solid"), (VERMILION, "dash"), (GREEN, "dashdot"))
_HEADROOM = 1.5
"""A colour scale ends at most this far above the true peak: one spike of the model must not flatten the rest."""
_CURVE_POINTS = 1000
_FEW = 40
"""Below this many points a curve shows them; a single one would be invisible otherwise."""


def roc_figure(log_p_x: np.ndarray, log_p_g: np.ndarray, epsilon: float, positive: Positive = "normal") -> go.Figure:
    """ROC curve of the model on the grid, with the point where its own threshold is ε.

    Args:
        log_p_x, log_p_g: true and model natural-log density at the same nodes.
        epsilon: density per unit area; truth is p_x >= ε.
        positive: the class that counts as positive.
    """
    normal, called = log_p_x >= math.log(epsilon), log_p_g >= math.log(epsilon)
    curve = roc_curve(normal, log_p_g, positive)
    figure = _curve_figure("ROC curve", "False-positive rate", "True-positive rate", curve, epsilon)
    if curve is not None:
        diagonal = {"color": NEUTRAL, "dash": "dot", "width": 1}
        figure.add_trace(go.Scatter(x=[0, 1], y=[0, 1], name="Chance", mode="lines", line=diagonal))
        truth, found = (normal, called) if positive == "normal" else (~normal, ~called)
        _operating_point(figure, float(found[~truth].mean()), float(found[truth].mean()), epsilon)
    return figure


def precision_recall_figure(
    log_p_x: np.ndarray, log_p_g: np.ndarray, epsilon: float, positive: Positive = "normal"
) -> go.Figure:
    """Precision-recall curve of the model on the grid; arguments as for :func:`roc_figure`."""
    normal, called = log_p_x >= math.log(epsilon), log_p_g >= math.log(epsilon)
    curve = pr_curve(normal, log_p_g, positive)
    figure = _curve_figure("Precision-recall curve", "Recall", "Precision", curve, epsilon)
    truth, found = (normal, called) if positive == "normal" else (~normal, ~called)
    if curve is not None:
        share = float(truth.mean())
        chance = {"color": NEUTRAL, "dash": "dot", "width": 1}
        figure.add_trace(go.Scatter(x=[0, 1], y=[share, share], name="Chance", mode="lines", line=chance))
        if found.any():
            _operating_point(figure, float(found[truth].mean()), float(truth[found].mean()), epsilon)
    return figure


def curves_figure(kind: Literal["roc", "pr"], curves: Mapping[str, np.ndarray], normal_share: float) -> go.Figure:
    """ROC or precision-recall curves of some methods, *normal* positive; dash and colour tell them apart.

    Args:
        kind: which of the two.
        curves: by the method's title: false- and true-positive rates, or recall and precision, (2, n) each.
        normal_share: of the nodes that are ranked: the precision of chance.
    """
    if kind == "roc":
        figure, chance = _figure("ROC curves", "False-positive rate", "True-positive rate"), [0.0, 1.0]
    else:
        figure, chance = _figure("Precision-recall curves", "Recall", "Precision"), [normal_share, normal_share]
    for (title, (x, y)), (color, dash) in zip(curves.items(), _CURVE_STYLES, strict=False):
        line = {"color": color, "dash": dash, "width": 2.5}
        figure.add_trace(go.Scatter(x=x, y=y, name=title, mode="lines", line=line))
    line = {"color": NEUTRAL, "dash": "dot", "width": 1}
    figure.add_trace(go.Scatter(x=[0, 1], y=chance, name="Chance", mode="lines", line=line))
    figure.update_xaxes(range=[-0.02, 1.02], constrain="domain")
    figure.update_yaxes(range=[-0.02, 1.02], scaleanchor="x", scaleratio=1, constrain="domain")
    return figure


def loss_figure(steps: np.ndarray, terms: np.ndarray) -> go.Figure:
    """The loss and its unweighted terms over training.

    Args:
        steps: (S,).
        terms: (S, 4), columns as in ``bdsg.result.TERMS``.  The axis is logarithmic where every value allows it.
    """
    terms = finite("The loss terms", terms, columns=len(TERMS))
    figure = _figure("Loss of B(z)", "Training step", "Loss term (dimensionless)")
    for name, column, (color, dash) in zip(TERMS, terms.T, _TERM_STYLES, strict=True):
        line = {"color": color, "dash": dash, "width": 2}
        figure.add_trace(go.Scatter(x=steps, y=column, name=TERM_LABELS[name], mode="lines", line=line))
    if (terms > 0).all():
        figure.update_yaxes(type="log", exponentformat="power")
    return figure


def held_out_figure(steps: np.ndarray, values: np.ndarray, entropy: float) -> go.Figure:
    """Held-out negative log-likelihood of the model while it is fitted, over the best possible: the true entropy.

    Args:
        steps: (T,).
        values: mean over held-out samples, (T,), nats.
        entropy: of the true density, nats.
    """
    figure = _figure("Fit of the density model", "Training step", "Held-out negative log-likelihood (nats)")
    line, mode = {"color": BLUE, "width": 2}, "lines+markers" if len(steps) < _FEW else "lines"
    figure.add_trace(go.Scatter(x=steps, y=values, name="Model", mode=mode, line=line, marker={"size": 5}))
    ends, best = [float(steps[0]), float(steps[-1])], {"color": ORANGE, "dash": "dash", "width": 2}
    figure.add_trace(go.Scatter(x=ends, y=[entropy, entropy], name="True entropy", mode="lines", line=best))
    return figure


def blocks_figure(bounds: Sequence[float], residuals: Sequence[float]) -> go.Figure:
    """Each residual block's Lipschitz bound, which must stay below 1, with its inverse's error in words.

    Args:
        bounds: by singular value decomposition, (K,).
        residuals: largest ‖x + g(x) − y‖∞ that the fixed-point inverse left, (K,).
    """
    figure = _figure("Is every block invertible?", "Block", "Lipschitz bound (limit 1)")
    figure.update_layout(showlegend=False)
    numbers = list(range(1, len(bounds) + 1))
    words = [f"inverse within {residual:.0e}" for residual in residuals]
    bars = go.Bar(x=numbers, y=list(bounds), name="Bound", marker={"color": GREEN}, customdata=words)
    bars.hovertemplate = "Block %{x}: bound %{y:.3f}, %{customdata}<extra></extra>"
    figure.add_trace(bars)
    line = {"color": VERMILION, "dash": "dash", "width": 2}
    ends = [0.5, len(numbers) + 0.5]
    figure.add_trace(go.Scatter(x=ends, y=[1, 1], name="Limit, 1", mode="lines", line=line))
    figure.update_yaxes(range=[0, 1.08])
    figure.update_xaxes(dtick=1)
    return figure


def density_figure(
    x: np.ndarray, y: np.ndarray, log_p: np.ndarray, data: np.ndarray | None = None, epsilon: float | None = None
) -> go.Figure:
    """Heat map of one density, with its samples and its ε contour if given.

    Args:
        x, y: coordinates, (nx,) and (ny,).
        log_p: natural-log density, (ny, nx), rows along y.
        data: samples, (M, 2).
        epsilon: density per unit area.
    """
    field = Field(x, y, log_p)
    figure = _figure("Density", "x₁ (data units)", "x₂ (data units)")
    density = np.exp(field.values)
    figure.add_trace(_heat_map(field, density, "p", coloraxis="coloraxis"))
    figure.update_layout(coloraxis=_scale("Cividis", 0.0, float(density.max())))
    if data is not None:
        marker = {"color": VERMILION, "size": 3, "symbol": "circle", "opacity": 0.7}
        figure.add_trace(go.Scatter(x=data[:, 0], y=data[:, 1], name="Samples", mode="markers", marker=marker))
    if epsilon is not None:
        figure.add_trace(_contour(field, epsilon, "p = ε", SKY, "solid"))
    figure.update_xaxes(constrain="domain")
    figure.update_yaxes(scaleanchor="x", scaleratio=1, constrain="domain")
    return figure


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
        lines = ((truth, "p_x = ε (truth)", ORANGE, "solid"), (model, "p_g = ε (model)", SKY, "dash"))
        for (field, name, color, dash), wanted in zip(lines, drawn, strict=True):
            if wanted:
                line = _contour(field, epsilon, name, color, dash)
                figure.add_trace(line.update(legendgroup=name, showlegend=column == 3), 1, column)
    largest = min(float(np.abs(p_g - p_x).max()), limit) or limit
    figure.update_layout(
        coloraxis=_scale("Cividis", 0.0, min(max(float(p_x.max()), float(p_g.max())), limit), x=1.01),
        coloraxis2=_scale("PRGn", -largest, largest, x=1.12, title="difference"),
    )
    return _link_panels(_themed(figure))


def scores_over_epsilon_figure(epsilons: Sequence[float], rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """BP1, boundary recall and their harmonic mean BF1 over ε.

    BP1 is left out wherever recall is undefined: alone it rewards a B(z) that covers one short arc.

    Args:
        epsilons: densities per unit area, (E,).
        rows: for each the dictionary of its scores, as ``Scores.to_dict`` gives it.
    """
    figure = _figure("Boundary scores", "ε (density per unit area)", "Score (share, 0 to 1)")
    styles = (
        ("bp1", "BP1", ORANGE, "dash", "square"),
        ("boundary_recall", "Boundary recall", SKY, "dot", "diamond"),
        ("bf1", "BF1", GREEN, "solid", "circle"),
    )
    for key, name, color, dash, symbol in styles:
        shares = [row[key] if row["boundary_recall"] is not None else None for row in rows]
        line, marker = {"color": color, "dash": dash, "width": 2}, {"symbol": symbol, "size": 7}
        figure.add_trace(
            go.Scatter(x=list(epsilons), y=shares, name=name, mode="lines+markers", line=line, marker=marker)
        )
    figure.update_xaxes(type="log", exponentformat="power")
    figure.update_yaxes(range=[-0.02, 1.02])
    return figure


def _figure(title: str, x: str, y: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(title=title, xaxis_title=x, yaxis_title=y)
    return _themed(figure)


def _themed(figure: go.Figure) -> go.Figure:
    """Transparent, with the legend below the plot: there it takes no width from narrow screens."""
    legend = {"orientation": "h", "yanchor": "top", "y": -0.22, "x": 0}
    margin = {"l": 60, "r": 20, "t": 50, "b": 60}
    clear = "rgba(0,0,0,0)"
    figure.update_layout(paper_bgcolor=clear, plot_bgcolor=clear, legend=legend, margin=margin)
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    return figure


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


def _curve_figure(title: str, x: str, y: str, curve: Curve | None, epsilon: float) -> go.Figure:
    figure = _figure(title, x, y)
    figure.update_xaxes(range=[-0.02, 1.02], constrain="domain")
    figure.update_yaxes(range=[-0.02, 1.02], scaleanchor="x", scaleratio=1, constrain="domain")
    if curve is None:
        note = f"No curve: at ε = {epsilon:.3g} all grid points are of one class"
        figure.add_annotation(text=note, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
        return figure
    kept = np.unique(np.linspace(0, len(curve[0]) - 1, _CURVE_POINTS).round().astype(int))
    line = {"color": BLUE, "width": 2}
    figure.add_trace(go.Scatter(x=curve[0][kept], y=curve[1][kept], name="Model", mode="lines", line=line))
    return figure


def _operating_point(figure: go.Figure, x: float, y: float, epsilon: float) -> None:
    marker = {"color": VERMILION, "size": 11, "symbol": "x"}
    figure.add_trace(go.Scatter(x=[x], y=[y], name=f"Threshold ε = {epsilon:.3g}", mode="markers", marker=marker))


def _heat_map(field: Field, values: np.ndarray, name: str, coloraxis: str) -> go.Heatmap:
    hover = f"x₁ %{{x:.3g}}<br>x₂ %{{y:.3g}}<br>{name} %{{z:.3g}} per unit area<extra></extra>"
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
