"""One run's animation in four ways, each a page of its own: ``streamlit run tests/bench/ways.py``, then ``?way=…``.

``player``: this project's component.  ``redraw`` and ``plain``: a Plotly figure with frames, each drawn anew or not.
``resend``: a fragment that sends the figure again, every 0.1 s, with the next snapshot.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from bdsg.app.components import browser_components, run_payloads
from bdsg.app.components.payloads import Playback
from bdsg.config import ExperimentConfig
from bdsg.runs.cache import Store
from bdsg.runs.result import Result
from bdsg.serving.job import Run

CONFIG: dict[str, Any] = {"data": {"preset": "bimodal"}}
REFRESH = 0.1
"""Seconds between two figures that the server sends."""


def result() -> Result:
    """The run that was trained ahead."""
    found = Store().get(ExperimentConfig.from_dict(CONFIG))
    assert found is not None, "Train it first: tests/bench/app.py does."
    return found


def show_player() -> None:
    """The player, from the start and again and again."""
    run = Run(ExperimentConfig.from_dict(CONFIG), 1)
    run.fill(result())
    run.state = "finished"
    browser_components.player(
        run_payloads.player_payload(run.config, run, Playback(autoplay=True, loop=True)), key="player"
    )


def boundary(points: np.ndarray, trace: type = go.Scattergl) -> go.Scattergl | go.Scatter:
    """One snapshot of B(z), (n, 2), with WebGL, the faster of Plotly's two: but it moves only where it is redrawn."""
    marker = {"color": "#005caf", "size": 4, "symbol": "diamond-open"}
    return trace(x=points[:, 0], y=points[:, 1], mode="markers", marker=marker, name="B(z)")


def figure(found: Result, points: np.ndarray, step: int, trace: type = go.Scattergl) -> go.Figure:
    """What the player shows: density, its contour, the data and B(z)."""
    arrays, run = found.arrays.to_dict(), Run(found.config, 1)
    run.fill(found)
    scene = run.scene
    assert scene is not None
    heat = go.Heatmap(
        x=arrays["grid_x"], y=arrays["grid_y"], z=np.exp(arrays["log_p_x"]).astype(np.float32), colorscale="Purples"
    )
    x, y = arrays["data"].astype(np.float32).T
    data = go.Scattergl(x=x, y=y, mode="markers", marker={"size": 3, "color": "#cb323a"})
    chart = go.Figure([heat, data, boundary(points, trace)])
    chart.update_layout(title=f"step {step}", height=560, showlegend=False)
    chart.update_xaxes(range=[float(scene.low[0]), float(scene.high[0])])
    chart.update_yaxes(range=[float(scene.low[1]), float(scene.high[1])], scaleanchor="x")
    return chart


def show_frames(redraw: bool) -> None:
    """All snapshots in one figure; Plotly plays them as fast as it can."""
    found = result()
    points, steps = found.arrays.snapshot_points, found.arrays.snapshot_steps
    trace = go.Scattergl if redraw else go.Scatter
    chart = figure(found, points[0], int(steps[0]), trace)
    chart.frames = [go.Frame(data=[boundary(p, trace)], traces=[2], name=str(k)) for k, p in enumerate(points)]
    pace = {"frame": {"duration": 0, "redraw": redraw}, "transition": {"duration": 0}, "mode": "immediate"}
    button = {"label": "Play", "method": "animate", "args": [None, pace]}
    chart.update_layout(updatemenus=[{"type": "buttons", "buttons": [button]}])
    st.plotly_chart(chart, key="chart")


@st.fragment(run_every=REFRESH)
def show_again() -> None:
    """The next snapshot, in a figure of its own."""
    found = st.session_state.setdefault("found", result())
    points, steps = found.arrays.snapshot_points, found.arrays.snapshot_steps
    k = st.session_state.setdefault("k", 0)
    st.plotly_chart(figure(found, points[k], int(steps[k])), key="chart")
    st.session_state.k = (k + 1) % len(points)


def main() -> None:
    """Show the way that the address names."""
    st.set_page_config(layout="wide")
    way = st.query_params.get("way", "player")
    {
        "player": show_player,
        "redraw": lambda: show_frames(True),
        "plain": lambda: show_frames(False),
        "resend": show_again,
    }[way]()
    st.caption(json.dumps(CONFIG))


if __name__ == "__main__":
    main()
