"""What happened while the density and B(z) were trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bdsg.figures.style import BLUE, GREEN, ORANGE, VERMILION, titled
from bdsg.number_text import measured

_FEW = 40
"""Below this many points a curve shows them; a single one would be invisible otherwise."""


def held_out_figure(steps: np.ndarray, values: np.ndarray, entropy: float) -> go.Figure:
    """Held-out negative log-likelihood of the model while it is fitted, over the best possible: the true entropy.

    Args:
        steps: (T,).
        values: mean over held-out samples, (T,), nats.
        entropy: of the true density, nats.
    """
    figure = titled("Fit of the density model", "Training step", "Held-out negative log-likelihood (nats)")
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
    figure = titled("Is every block invertible?", "Block", "Lipschitz bound (limit 1)")
    figure.update_layout(showlegend=False)
    numbers = list(range(1, len(bounds) + 1))
    checks = zip(bounds, residuals, strict=True)
    words = [f"bound {measured(bound)}, inverse within {measured(residual)}" for bound, residual in checks]
    bars = go.Bar(x=numbers, y=list(bounds), name="Bound", marker={"color": GREEN}, customdata=words)
    bars.hovertemplate = "Block %{x}: %{customdata}<extra></extra>"
    figure.add_trace(bars)
    line = {"color": VERMILION, "dash": "dash", "width": 2}
    ends = [0.5, len(numbers) + 0.5]
    figure.add_trace(go.Scatter(x=ends, y=[1, 1], name="Limit, 1", mode="lines", line=line))
    figure.update_yaxes(range=[0, 1.08])
    figure.update_xaxes(dtick=1)
    return figure
