"""The controls that steer a run of B(z) while it trains, and say how it is to start while none does."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from bdsg.app.labels import change_words, field_of, label
from bdsg.app.visit import session
from bdsg.app.visit.state import visit
from bdsg.app.widgets.controls import heard, variant_of
from bdsg.config.schedule import STEERED
from bdsg.errors import BDSGError
from bdsg.number_text import setting
from bdsg.serving.job import Run

PACES = {0.0: "At once", 20.0: "In 20 s", 60.0: "In 60 s"}
"""What training B may take, in seconds, and its name."""

MANTISSAS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Ten stops in a factor of ten."""

LEAST_WEIGHT, LEAST_RATE = 1e-3, 1e-4
"""Where the logarithmic part of a slider begins; values below come from a link or from ``More settings``."""


def stops(name: str, *present: float) -> list[float]:
    """A slider's values: a real 0 for the weights, then equal factors up to the limit, and what it stands at."""
    low, high = _limits(name)
    least = LEAST_WEIGHT if low == 0 else LEAST_RATE
    powers = range(round(math.log10(least)), round(math.log10(high)) + 1)
    values = {float(f"{mantissa}e{power}") for power in powers for mantissa in MANTISSAS}
    zero = {0.0} if low == 0 else set()
    return sorted({value for value in values if value <= high} | zero | set(present))


def _limits(name: str) -> tuple[float, float]:
    words = field_of(f"boundary.{name}").metadata
    return words["low"], words["high"]


def pace_control() -> float:
    """How long the next run may take: to be watched, and steered meanwhile; returns seconds."""
    st.segmented_control(
        "Pace",
        list(PACES),
        default=visit().pace,
        required=True,
        format_func=lambda seconds: PACES[seconds],
        key="pace_choice",
        on_change=heard("pace_choice", visit().pace, lambda seconds: setattr(visit(), "pace", float(seconds))),
        help="Train at once, or train to watch: then there is time to move λ1, λ2 and the learning rate.",
    )
    return visit().pace


def sliders(run: Run | None) -> None:
    """λ1, λ2 and the learning rate: of the run under way, or what the last one came to, which the next starts with."""
    for name in STEERED:
        _slider(name, run if run is not None and run.active else None)


def _slider(name: str, run: Run | None) -> None:
    value = getattr(run.weights if run is not None else session.config().boundary.last_weights, name)
    low, high = _limits(name)
    key = f"steer:{name}:{variant_of(session.config())}"
    known = visit().stops.setdefault(name, [])
    if value not in known:  # the stops stay the same while the thumb moves among them
        known[:] = stops(name, value)
    st.session_state[key] = value
    zero = " 0 takes the term away." if low == 0 else ""
    st.select_slider(
        label(f"boundary.{name}"),
        known,
        format_func=setting,
        key=key,
        on_change=heard(key, value, lambda wanted: _moved(name, run, wanted)),
        help=f"From {setting(low)} to {setting(high)}, logarithmic.{zero} While a run is under way, this steers it.",
    )


def _moved(name: str, run: Run | None, value: float) -> None:
    """Called before the page runs again."""
    if run is None or not run.active:
        session.change("boundary", name, value)
        return
    try:
        session.queue().steer(run, **{name: value})
    except BDSGError as error:
        visit().notice = str(error)
        return
    session.keep(run)


def changes_line() -> None:
    """What the present choices change on the way, and the way back."""
    changes = [change.to_dict() for change in session.config().boundary.changes]
    if not changes:
        return
    words = "; ".join(change_words(change) for change in changes[:3])
    more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
    st.button(
        "Undo steering",
        key="forget_changes",
        icon=":material/undo:",
        type="tertiary",
        on_click=_forget,
        help=f"This run was steered: {words}{more}. Press to go back to the run without.",
    )


def _forget() -> None:
    choices: dict[str, Any] = visit().choices
    session.adopt({**choices, "boundary": {k: v for k, v in choices["boundary"].items() if k != "changes"}})
