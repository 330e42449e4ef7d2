"""ROC and precision-recall curves, and the scores over ε."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from bdsg.figures.style import BLUE, GREEN, NEUTRAL, ORANGE, SKY, VERMILION, titled
from bdsg.metrics.ranking import Curve, Positive, pr_curve, roc_curve
from bdsg.number_text import SCORES, percent, setting

_CURVE_STYLES = ((BLUE, "solid"), (VERMILION, "dash"), (GREEN, "dashdot"))
_CURVE_POINTS = 1000
_AXES = {
    "roc": ("ROC curve", "False-positive rate", "True-positive rate"),
    "pr": ("Precision-recall curve", "Recall", "Precision"),
}
Kind = Literal["roc", "pr"]


def roc_figure(log_p_x: np.ndarray, log_p_g: np.ndarray, epsilon: float, positive: Positive = "normal") -> go.Figure:
    """ROC curve of the model on the grid, with the point where its own threshold is ε.

    Args:
        log_p_x, log_p_g: true and model natural-log density at the same nodes.
        epsilon: density per unit area; truth is p_x >= ε.
        positive: the class that counts as positive.
    """
    normal, called = log_p_x >= math.log(epsilon), log_p_g >= math.log(epsilon)
    truth, found = (normal, called) if positive == "normal" else (~normal, ~called)
    figure = _model_figure("roc", roc_curve(normal, log_p_g, positive), float(truth.mean()), epsilon)
    if figure.data:
        _operating_point(figure, float(found[~truth].mean()), float(found[truth].mean()), epsilon)
    return figure


def precision_recall_figure(log_p_x: np.ndarray, log_p_g: np.ndarray, epsilon: float) -> go.Figure:
    """Precision-recall curve of the model on the grid, *normal* positive; arguments as for :func:`roc_figure`."""
    truth, found = log_p_x >= math.log(epsilon), log_p_g >= math.log(epsilon)
    figure = _model_figure("pr", pr_curve(truth, log_p_g), float(truth.mean()), epsilon)
    if figure.data and found.any():
        _operating_point(figure, float(found[truth].mean()), float(truth[found].mean()), epsilon)
    return figure


def curves_figure(kind: Kind, curves: Mapping[str, np.ndarray], positive_share: float) -> go.Figure:
    """ROC or precision-recall curves of some methods; dash and colour tell them apart.

    Args:
        kind: which of the two.
        curves: by the method's title: false- and true-positive rates, or recall and precision, (2, n) each.
        positive_share: of the nodes that are ranked: the precision of chance.
    """
    figure = _unit_square(kind)
    for (title, (x, y)), (color, dash) in zip(curves.items(), _CURVE_STYLES, strict=False):
        line = {"color": color, "dash": dash, "width": 2.5}
        figure.add_trace(go.Scatter(x=x, y=y, name=title, mode="lines", line=line))
    chance = [0.0, 1.0] if kind == "roc" else [positive_share, positive_share]
    line = {"color": NEUTRAL, "dash": "dot", "width": 1}
    figure.add_trace(go.Scatter(x=[0, 1], y=chance, name="Chance", mode="lines", line=line))
    return figure


def _unit_square(kind: Kind) -> go.Figure:
    """Axes alone."""
    figure = titled(*_AXES[kind])
    figure.update_xaxes(range=[-0.02, 1.02], constrain="domain")
    figure.update_yaxes(range=[-0.02, 1.02], scaleanchor="x", scaleratio=1, constrain="domain")
    return figure


def scores_over_epsilon_figure(epsilons: Sequence[float], rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """BP1, boundary recall and their harmonic mean BF1 over ε.

    BP1 is left out wherever recall is undefined: alone it rewards a B(z) that covers one short arc.

    Args:
        epsilons: densities per unit area, (E,).
        rows: for each the dictionary of its scores, as ``Scores.to_dict`` gives it.
    """
    figure = titled("Boundary scores", "ε (density per unit area)", "Score")
    styles = (
        ("bp1", ORANGE, "dash", "square"),
        ("boundary_recall", SKY, "dot", "diamond"),
        ("bf1", GREEN, "solid", "circle"),
    )
    for key, color, dash, symbol in styles:
        shares = [row[key] if row["boundary_recall"] is not None else None for row in rows]
        look = {"line": {"color": color, "dash": dash, "width": 2}, "marker": {"symbol": symbol, "size": 7}}
        words = [f"ε = {setting(e)}: {percent(share)}" for e, share in zip(epsilons, shares, strict=True)]
        heights = [None if share is None else 100 * share for share in shares]
        curve = go.Scatter(x=list(epsilons), y=heights, name=SCORES[key].title, mode="lines+markers", **look)
        figure.add_trace(curve.update(text=words, hoverinfo="text+name"))
    figure.update_xaxes(type="log", exponentformat="power")
    figure.update_yaxes(range=[-2, 102], ticksuffix=" %")
    return figure


def _model_figure(kind: Kind, curve: Curve | None, positive_share: float, epsilon: float) -> go.Figure:
    """The curve of the model alone, thinned, or a sentence where there is none."""
    if curve is None:
        note = f"No curve: at ε = {setting(epsilon)} all grid points are of one class"
        place = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
        return _unit_square(kind).add_annotation(text=note, **place)
    kept = np.unique(np.linspace(0, len(curve[0]) - 1, _CURVE_POINTS).round().astype(int))
    return curves_figure(kind, {"Model": np.stack(curve)[:, kept]}, positive_share)


def _operating_point(figure: go.Figure, x: float, y: float, epsilon: float) -> None:
    marker = {"color": VERMILION, "size": 11, "symbol": "x"}
    figure.add_trace(go.Scatter(x=[x], y=[y], name=f"Threshold ε = {setting(epsilon)}", mode="markers", marker=marker))
