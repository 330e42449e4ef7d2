"""What *Play* opens with, and what becomes of it when it is recorded."""

from __future__ import annotations

import streamlit as st

from bdsg.app.components import browser_components
from bdsg.app.visit import session
from bdsg.app.visit.state import FIRST_CHOICE, visit
from bdsg.app.widgets import progress
from bdsg.config import ExperimentConfig
from bdsg.runs.tensor_file import pack
from bdsg.standalone import instrument

KEY = "play_canvas"


def show() -> bool:
    """Draw the page; whether a run was asked for, which now trains."""
    sent = browser_components.play(_payload(), key=KEY, on_record=_record)
    return isinstance(sent, dict) and visit().choices == sent


def _payload() -> bytes:
    config = _opening()
    return visit().once("play", config.key(), lambda: pack({}, instrument.meta(config)))


def _opening() -> ExperimentConfig:
    """The visit's own settings, if it has chosen any that can be played."""
    config = session.config()
    playable = instrument.fits(config) and visit().choices != FIRST_CHOICE
    return config if playable else ExperimentConfig.from_dict(instrument.START)


def _record() -> None:
    """Called before the page runs again: take over what was played, and train it to the last bit."""
    sent = st.session_state[KEY]["record"]
    if not isinstance(sent, dict):
        return
    session.adopt(sent)
    if visit().choices is sent:
        progress.start()
