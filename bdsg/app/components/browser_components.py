"""The components that draw on the plane in the browser.

Each is one bundle of ``bdsg/frontend`` under ``bdsg/app/static``: a browser fetches it once, by a name that changes
with its content.  An update carries nothing but a block of bytes (:mod:`bdsg.app.components.payloads`).  Playing,
scrubbing and moving ε need no server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bdsg.compat.streamlit_runtime import components
from bdsg.config.fields import number
from bdsg.errors import ConfigError
from bdsg.runs.tensor_file import pack
from bdsg.standalone.page import STATIC

ASSETS = Path(__file__).parent / "assets"
NAMES = ("play", "player", "side_by_side", "evaluation", "editor", "mosaic", "images", "memory")
PACKAGE = "bdsg"


def component(name: str) -> Callable[..., Any]:
    """The component of a bundle: a function that shows it, as ``streamlit.components.v2.component`` makes it."""

    def show(**given: Any) -> Any:
        return components(PACKAGE, NAMES, STATIC)[name](**given)  # there is none before the server runs

    return show


_PLAY = component("play")
_PLAYER = component("player")
_BESIDE = component("side_by_side")
_EVALUATION = component("evaluation")
_EDITOR = component("editor")
_MEMORY = component("memory")


def play(payload: bytes, *, key: str, on_record: Callable[[], None]) -> Any:
    """Show the bytes of :func:`standalone.instrument.meta`.

    Args:
        on_record: called when the visitor asks for the recorded run, whose choices are then in the state under
            ``key`` as ``record``.

    Returns:
        The state: ``record`` is None but in the run that was asked for.
    """
    return _PLAY(key=key, data=payload, on_record_change=on_record)["record"]


def player(payload: bytes, *, key: str) -> None:
    """Show a payload of :func:`run_payloads.player_payload` or :func:`run_payloads.delta_payload`.

    The key keeps playback going over reruns.
    """
    _PLAYER(key=key, data=payload)


def side_by_side(
    payloads: Sequence[bytes], titles: Sequence[str], *, key: str, words: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Show payloads of runs, or of baselines (:class:`payloads.BaselinePayload`), side by side under one transport.

    Args:
        words: other names for layers of the legend, and what is said where one points at them.
    """
    runs = {f"run_{k}": np.frombuffer(payload, np.uint8) for k, payload in enumerate(payloads)}
    _BESIDE(key=key, data=pack(runs, {"titles": list(titles), "words": dict(words or {})}))


def evaluation(payload: bytes, *, key: str, on_change: Callable[[], None] | None = None) -> float | None:
    """Show a payload of :func:`run_payloads.evaluation_payload`.

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
    """Show a :class:`payloads.EditorPayload`.

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
