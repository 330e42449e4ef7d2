"""What *Play* opens with, and what becomes of it when it is recorded."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from bdsg.app.components import browser_components
from bdsg.app.visit import session
from bdsg.app.visit.state import FIRST_CHOICE, visit
from bdsg.app.widgets import mixture_editor, progress
from bdsg.config import BoundaryConfig, ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.runs.tensor_file import pack

KEY = "play_canvas"
PRESET_NAMES = ("bimodal_separate", "bimodal", "unimodal", "three_modes", "ring", "grid")
"""In the order in which they are shown: those of the paper's figures are the same at other scales."""

EQ_4: dict[str, Any] = {
    "hidden": (8, 8, 8),
    "steps": 4000,
    "batch_size": 256,
    "learning_rate": 0.01,
    "lambda1": 0.1,
    "lambda2": 0.1,
}
"""Settings of eq. 4 on data of this scale: without λ1 B(z) flies off, without λ2 it misses a mode."""

START: dict[str, Any] = {
    "data": {"preset": PRESET_NAMES[0]},
    "boundary": {"objective": "paper", **EQ_4},
    "seed": 1,
}
OBJECTIVE_FIELDS = tuple(EQ_4)


def show() -> bool:
    """Draw the page; whether a run was asked for, which now trains."""
    sent = browser_components.play(_payload(), key=KEY, on_record=_record)
    return isinstance(sent, dict) and visit().choices == sent


def _payload() -> bytes:
    config = _opening()
    return visit().once("play", config.key(), lambda: pack({}, meta(config)))


def _opening() -> ExperimentConfig:
    """The visit's own settings, if it has chosen any that can be played."""
    config = session.config()
    count = len(config.data.mixture_numbers().weights)
    playable = len(config.data.mixture_numbers().means[0]) == 2 and count <= mixture_editor.MOST_MODES
    return config if playable and visit().choices != FIRST_CHOICE else ExperimentConfig.from_dict(START)


def meta(config: ExperimentConfig) -> dict[str, Any]:
    """All that the browser is told, as ``payload_shapes.PlayMeta`` says, to open with a config."""
    ours = {name: getattr(BoundaryConfig(), name) for name in OBJECTIVE_FIELDS}
    return {
        "presets": [_preset(name) for name in PRESET_NAMES],
        "objectives": {"paper": EQ_4, "ours": ours},
        "start": _start(config),
        "units": None if config.data.units is None else dataclasses.asdict(config.data.units),
        "limits": mixture_editor.LIMITS,
    }


def _preset(name: str) -> dict[str, Any]:
    preset = PRESETS[name]
    numbers = preset.mixture
    mixture = GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"])
    return {
        "name": name,
        "title": preset.title,
        "teaches": preset.teaches,
        "epsilon": preset.epsilon,
        "modes": mixture_editor.to_rows(mixture),
    }


def _start(config: ExperimentConfig) -> dict[str, Any]:
    preset = config.data.preset
    return {
        **{name: getattr(config.boundary, name) for name in (*OBJECTIVE_FIELDS, "objective")},
        "preset": preset if preset in PRESET_NAMES else None,
        "modes": mixture_editor.to_rows(GaussianMixture.from_config(config.data)),
        "epsilon": config.epsilon,
        "samples": config.data.samples,
        "seed": config.seed,
    }


def _record() -> None:
    """Called before the page runs again: take over what was played, and train it to the last bit."""
    sent = st.session_state[KEY]["record"]
    if not isinstance(sent, dict):
        return
    session.adopt(sent)
    if visit().choices is sent:
        progress.start()
