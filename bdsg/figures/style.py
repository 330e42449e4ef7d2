"""Colours, and what all figures look like.

Backgrounds are transparent and text has no colour of its own, so that a page's theme decides.  Colours are Okabe and
Ito's, which colour-blind readers tell apart (their blue is lightened: it drowned on dark pages), and a dash or marker
says the same thing again.
"""

from __future__ import annotations

import plotly.graph_objects as go

from bdsg.number_text import HOVER

ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE = "#E69F00", "#56B4E9", "#009E73", "#2F8FD0", "#D55E00", "#CC79A7"
NEUTRAL = "#888888"


def titled(title: str, x: str, y: str) -> go.Figure:
    """An empty figure with a title and its axes named."""
    figure = go.Figure()
    figure.update_layout(title=title, xaxis_title=x, yaxis_title=y)
    return themed(figure)


def themed(figure: go.Figure) -> go.Figure:
    """Transparent, with the legend below the plot: there it takes no width from narrow screens."""
    legend = {"orientation": "h", "yanchor": "top", "y": -0.22, "x": 0}
    margin = {"l": 60, "r": 20, "t": 50, "b": 60}
    clear = "rgba(0,0,0,0)"
    figure.update_layout(paper_bgcolor=clear, plot_bgcolor=clear, legend=legend, margin=margin)
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False, hoverformat=HOVER)
    return figure
