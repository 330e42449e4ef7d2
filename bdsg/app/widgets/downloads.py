"""What a visitor may take home from a finished run; each file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from bdsg.app.components import run_payloads, standalone_page
from bdsg.app.components.payloads import Playback
from bdsg.app.labels import run_words
from bdsg.app.visit import own_points
from bdsg.app.widgets import charts
from bdsg.experiments import export
from bdsg.number_text import setting
from bdsg.serving.job import Run


def show(run: Run, epsilon: float | None = None, *, with_charts: bool = False) -> None:
    """A popover with the run's files.  Pictures are saved by the buttons above the picture itself.

    Args:
        epsilon: at which the scores are, by default the config's.
        with_charts: whether the page has charts with a camera of their own.
    """
    result = run.result
    if result is None:
        return
    name = f"bdsg-{result.config.key()[:8]}"
    epsilon = result.config.epsilon if epsilon is None else epsilon
    with st.popover("Take away", icon=":material/download:"):
        st.caption("For a picture, press **PNG** or **SVG** in its corner; there **GIF** saves the animation.")
        if with_charts:
            charts.format_control()
        _file("Animation, one HTML file", f"{name}.html", "text/html", "movie", lambda: _animation(run))
        _file("B(z), CSV", f"{name}-boundary.csv", "text/csv", "scatter_plot", lambda: export.boundary_table(result))
        _file("Data, CSV", f"{name}-data.csv", "text/csv", "grain", lambda: export.data_table(result))
        file = f"{name}-scores-{epsilon}.csv"
        _file(
            f"Scores at ε = {setting(epsilon)}, CSV",
            file,
            "text/csv",
            "table",
            lambda: export.score_table(run_payloads.scores_at(result, epsilon)),
        )
        if own := own_points.of(result.config):
            file = f"{name}-verdicts-{epsilon}.csv"
            table = partial(export.verdict_table, result.config, own.points, epsilon)
            _file(f"Your points with verdicts at ε = {setting(epsilon)}, CSV", file, "text/csv", "rule", table)
        _file("Loss terms, CSV", f"{name}-losses.csv", "text/csv", "show_chart", lambda: export.loss_table(result))
        _file("Config, JSON", f"{name}.json", "application/json", "data_object", result.config.to_json)
        _file("Python script", f"{name}.py", "text/x-python", "code", lambda: export.script(result))


def _file(label: str, name: str, mime: str, icon: str, make: Callable[[], str]) -> None:
    st.download_button(
        label, make, name, mime, key=f"take:{name}", on_click="ignore", icon=f":material/{icon}:", width="stretch"
    )


def _animation(run: Run) -> str:
    title = f"B(z): {run_words(run.config)}"
    return standalone_page.page(
        run_payloads.player_payload(run.config, run, Playback(autoplay=True, loop=True, title=title)), title
    )
