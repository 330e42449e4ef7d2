"""The components that draw on the plane in the browser.

Each component is one JavaScript module, joined from the files in ``assets``; Streamlit sends it along
with a block of bytes (:mod:`bdsg.app.components.payloads`).  Playing, scrubbing and moving ε need no server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from bdsg.config.fields import number
from bdsg.errors import ConfigError
from bdsg.runs.tensor_file import pack

ASSETS = Path(__file__).parent / "assets"
SHARED = (
    "format.js",
    "tensors.js",
    "theme.js",
    "dom.js",
    "plane.js",
    "marks.js",
    "svg.js",
    "legend.js",
    "picture.js",
    "address.js",
)
FILM = ("palette.js", "gif.js", "film.js")
PLAYER = (
    *SHARED, *FILM, "timeline.js", "forces.js", "losses.js", "transport.js", "probe.js", "latent.js", "player.js"
)  # fmt: skip
BESIDE = (
    *SHARED, *FILM, "timeline.js", "transport.js", "ensemble.js", "moving_map.js", "beside_picture.js", "beside.js"
)  # fmt: skip
EVALUATION = (
    *SHARED, "levels.js", "nearest.js", "mixture.js", "scores.js", "cells.js", "highlights.js", "cards.js", "probe.js",
    "rays.js", "every_level.js", "evaluate.js",
)  # fmt: skip
EDITOR = (
    *SHARED, "levels.js", "modes.js", "brush.js", "editor_panel.js", "editor_hand.js", "editor_brush.js",
    "editor_marks.js", "editor.js",
)  # fmt: skip
MEMORY = ("entries.js", "menu.js", "memory.js")


def module(names: Iterable[str]) -> str:
    """Join scripts into one ES module.  It travels with every update, so comments and indents are left out."""
    text = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in names)
    lines = (line.strip() for line in re.sub(r"^\s*/\*\*.*?\*/", "", text, flags=re.M | re.S).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def component(name: str, html: str, scripts: Sequence[str]) -> Any:
    css = (ASSETS / "stage.css").read_text(encoding="utf-8")
    return st.components.v2.component(
        name, html=(ASSETS / html).read_text(encoding="utf-8"), css=css, js=module(scripts)
    )


_PLAYER = component("bdsg_player", "player.html", PLAYER)
_BESIDE = component("bdsg_beside", "beside.html", BESIDE)
_EVALUATION = component("bdsg_evaluation", "evaluate.html", EVALUATION)
_EDITOR = component("bdsg_editor", "editor.html", EDITOR)
_MEMORY = st.components.v2.component("bdsg_memory", html="<i hidden></i>", js=module(MEMORY))


def player(payload: bytes, *, key: str) -> None:
    """Show a payload of :func:`payloads.player_payload` or :func:`payloads.delta_payload`.

    The key keeps playback going over reruns.
    """
    _PLAYER(key=key, data=payload)


def side_by_side(
    payloads: Sequence[bytes], titles: Sequence[str], *, key: str, words: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Show payloads of :func:`payloads.player_payload`, or ``rival_payload``, side by side under one transport.

    Args:
        words: other names for layers of the legend, and what is said where one points at them.
    """
    runs = {f"run_{k}": np.frombuffer(payload, np.uint8) for k, payload in enumerate(payloads)}
    _BESIDE(key=key, data=pack(runs, {"titles": list(titles), "words": dict(words or {})}))


def evaluation(payload: bytes, *, key: str, on_change: Callable[[], None] | None = None) -> float | None:
    """Show a payload of :func:`payloads.evaluation_payload`.

    Returns:
        The ε at which the slider was last let go, or None while it was never moved.
    """
    state = _EVALUATION(key=key, data=payload, on_epsilon_change=on_change or _nothing)
    return level_sent(state.get("epsilon"))


def level_sent(chosen: object) -> float | None:
    """A level that a browser sent, which may be anything; None where it is no positive number."""
    try:
        level = number("epsilon", chosen)
    except ConfigError:
        return None
    return level if level > 0 else None


def editor(payload: bytes, *, key: str, on_change: Callable[[], None], on_points: Callable[[], None]) -> None:
    """Show a payload of :func:`payloads.editor_payload`.

    Args:
        on_change: called after an edit, which is then in the state under ``key`` as ``modes``:
            {"edit": its name, "modes": the modes}.
        on_points: called when a mixture is to be fitted to painted points, in the state as ``points``:
            {"edit": a name, "points": x, y, x, y, ...}.
    """
    _EDITOR(key=key, data=payload, on_modes_change=on_change, on_points_change=on_points)


def memory(data: dict[str, Any], *, key: str, on_change: Callable[[], None]) -> None:
    """What the browser is to keep; ``on_change`` is called when it tells what it kept, in the state as ``kept``."""
    # In a list: Streamlit loads pandas, 60 MB, to see whether a dictionary holds tables.
    _MEMORY(key=key, data=[data], on_kept_change=on_change, height=1)


def _nothing() -> None:
    """A callback must be given for the state to be kept."""
