"""What a visitor may take home from a finished run; each file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bdsg import export
from bdsg.ui import animation, controls, views
from bdsg.ui.run import Run


def show(run: Run) -> None:
    """A popover with the run's files.  Pictures are saved by the buttons above the picture itself."""
    result = run.result
    if result is None:
        return
    name = f"bdsg-{result.config.key()[:8]}"
    scores = result.summary["scores"]
    with st.popover("Take away", icon=":material/download:"):
        st.caption("For a picture, press **PNG** or **SVG** above it.")
        _file("Animation, one HTML file", f"{name}.html", "text/html", "movie", lambda: _animation(run))
        _file("B(z), CSV", f"{name}-boundary.csv", "text/csv", "scatter_plot", lambda: export.boundary_table(result))
        _file("Data, CSV", f"{name}-data.csv", "text/csv", "grain", lambda: export.data_table(result))
        _file("Scores, CSV", f"{name}-scores.csv", "text/csv", "table", lambda: export.score_table(scores))
        _file("Config, JSON", f"{name}.json", "application/json", "data_object", result.config.to_json)
        _file("Python script", f"{name}.py", "text/x-python", "code", lambda: export.script(result))


def _file(label: str, name: str, mime: str, icon: str, make: Callable[[], str]) -> None:
    st.download_button(
        label, make, name, mime, key=f"take:{name}", on_click="ignore", icon=f":material/{icon}:", width="stretch"
    )


def _animation(run: Run) -> str:
    title = f"B(z): {controls.run_words(run.config)}"
    return animation.page(views.player_payload(run.config, run, autoplay=True, loop=True, title=title), title)
