"""What a visitor may take home from a finished run; each file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import streamlit as st

from bdsg.app.components import run_payloads
from bdsg.app.components.payloads import Playback
from bdsg.app.labels import run_words
from bdsg.app.visit import own_points
from bdsg.app.widgets import charts
from bdsg.experiments import export
from bdsg.number_text import setting
from bdsg.runs.result import Result
from bdsg.serving.job import Run
from bdsg.standalone.page import page

KINDS = {"html": "text/html", "csv": "text/csv", "json": "application/json", "py": "text/x-python"}
"""Of files, by their endings."""


def show(run: Run, epsilon: float | None = None, *, with_charts: bool = False) -> None:
    """A popover with the run's files.  Pictures are saved by the buttons above the picture itself.

    Args:
        epsilon: at which the scores are, by default the config's.
        with_charts: whether the page has charts with a camera of their own.
    """
    result = run.result
    if result is None:
        return
    epsilon = result.config.epsilon if epsilon is None else epsilon
    with st.popover("Take away", icon=":material/download:"):
        st.caption("For a picture, press **PNG** or **SVG** in its corner; there **GIF** saves the animation.")
        if with_charts:
            charts.format_control()
        for label, ending, icon, make in _files(run, result, epsilon):
            name = f"bdsg-{result.config.key()[:8]}{ending}"
            look: dict[str, Any] = {
                "key": f"take:{name}",
                "on_click": "ignore",
                "icon": f":material/{icon}:",
                "width": "stretch",
            }
            st.download_button(label, make, name, KINDS[ending.rpartition(".")[2]], **look)


def _files(run: Run, result: Result, epsilon: float) -> Iterator[tuple[str, str, str, Callable[[], str]]]:
    """What each file is called on the page, the end of its name, its icon, and what makes it."""
    yield "Animation, one HTML file", ".html", "movie", lambda: _animation(run)
    yield "B(z), CSV", "-boundary.csv", "scatter_plot", lambda: export.boundary_table(result)
    yield "Data, CSV", "-data.csv", "grain", lambda: export.data_table(result)
    at = f"at ε = {setting(epsilon)}, CSV"
    yield f"Scores {at}", f"-scores-{epsilon}.csv", "table", lambda: _scores(result, epsilon)
    if own := own_points.of(result.config):
        verdicts = partial(export.verdict_table, result.config, own.points, epsilon)
        yield f"Your points with verdicts {at}", f"-verdicts-{epsilon}.csv", "rule", verdicts
    yield "Loss terms, CSV", "-losses.csv", "show_chart", lambda: export.loss_table(result)
    yield "Config, JSON", ".json", "data_object", result.config.to_json
    yield "Python script", ".py", "code", lambda: export.script(result)


def _scores(result: Result, epsilon: float) -> str:
    return export.score_table(run_payloads.scores_at(result, epsilon))


def _animation(run: Run) -> str:
    title = f"B(z): {run_words(run.config)}"
    return page(
        "player", run_payloads.player_payload(run.config, run, Playback(autoplay=True, loop=True, title=title)), title
    )
