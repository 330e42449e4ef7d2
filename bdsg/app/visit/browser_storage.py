"""The lists of runs and studies and the points of one's own, kept in the visitor's browser from visit to visit."""

from __future__ import annotations

import json

import streamlit as st

from bdsg.app.components import browser_components
from bdsg.app.visit import history, links, own_points, session, studies
from bdsg.app.visit.history import Entry
from bdsg.app.visit.state import visit
from bdsg.errors import ConfigError

KEY = "memory"
MOST_CHARACTERS = 200_000
"""A browser may send anything; more than this is not read."""


def show() -> None:
    """An element without a face: the browser keeps what this visit lists, and tells once of earlier visits.

    It is asked for points of one's own whenever the present mixture stands in for some that are not here.
    """
    runs = [
        {"key": entry.key, "name": entry.name, "parameters": links.to_parameters(entry.choices)}
        for entry in visit().history
    ]
    asked = not visit().remembered
    payload = {
        "runs": {"listed": runs, "removed": visit().history_removed, "most": history.MOST_RUNS},
        "studies": {"listed": [{"key": key} for key in visit().studies], "removed": [], "most": studies.MOST_STUDIES},
        "points": {"new": own_points.to_keep(), "most": own_points.MOST_TABLES},
        "asked": asked,
        "wanted": own_points.wanted(session.config()),
        "link": visit().unwritten,
    }
    browser_components.memory(payload, key=KEY, on_change=_told)


def _told() -> None:
    visit().remembered = True
    kept = _json(st.session_state[KEY].get("kept"))
    if isinstance(kept, dict):
        for entry in read(kept.get("runs")):
            history.recall(entry)
        studies.recall(kept.get("studies"))
        own_points.recall(kept.get("wanted"), _json(kept.get("points")), session.config())


def _json(text: object) -> object:
    """What a browser sent as JSON; None if it is none, or too much."""
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        return None
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def read(raw: object) -> list[Entry]:
    """The runs that a browser kept; those that are no runs, or not of this version, are left out."""
    found = [_entry(one) for one in raw[: history.MOST_RUNS]] if isinstance(raw, list) else []
    return [entry for entry in found if entry is not None]


def _entry(raw: object) -> Entry | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("parameters"), dict):
        return None
    parameters = {str(key): value for key, value in raw["parameters"].items() if isinstance(value, str)}
    try:
        chosen = links.from_parameters(parameters)
    except ConfigError:
        return None
    return history.entry(chosen, str(raw.get("name", "")) or "Earlier run") if chosen else None
