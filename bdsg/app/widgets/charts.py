"""Plotly charts on a page: on the page's own ground, and saved by their camera as PNG or SVG."""

from __future__ import annotations

from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from bdsg.app.visit.state import visit

FORMATS = ("PNG", "SVG")


def show(figure: go.Figure, *, key: str, alt: str, height: int | Literal["content"] = "content") -> None:
    """Show a figure.  Its ground is the page's, so that a saved chart can be read on any paper."""
    if ground := _ground():
        figure.update_layout(paper_bgcolor=ground)
    st.plotly_chart(figure, key=key, config=_config(), height=height, alt=alt)


def format_control() -> None:
    """As what the camera above each chart saves it."""
    st.segmented_control(
        "Charts, by the camera above each",
        FORMATS,
        default=_format(),
        required=True,
        key="chart_format_control",
        on_change=lambda: setattr(visit(), "chart_format", st.session_state["chart_format_control"]),
        help="PNG at twice the screen's resolution, or SVG, which scales.",
    )


def _format() -> str:
    return visit().chart_format or FORMATS[0]


def _config() -> dict[str, Any]:
    return {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d"],
        "toImageButtonOptions": {"format": _format().lower(), "filename": "bdsg", "scale": 2},
    }


def _ground() -> str | None:
    """The page's colour; None where the browser has not said which theme it has."""
    kind = st.context.theme.type
    return st.get_option(f"theme.{kind}.backgroundColor") if kind else None
