"""The visit behind a page under test."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from bdsg.app.visit.state import Visit


def visit_of(app: AppTest) -> Visit:
    """What the page's visit remembers; a new one before the page has run."""
    if "visit" not in app.session_state:
        app.session_state["visit"] = Visit()
    found: Visit = app.session_state["visit"]
    return found
