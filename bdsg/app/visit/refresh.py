"""Looking at what goes on in the background, so that no page misses its end.

A page is drawn as a whole; while a run goes on, the browser's timer asks for parts of it again.  A part cannot redraw
what stands outside it, such as the button that says *Stop*, so the end of a run is always drawn as a whole page, and
:func:`hand_over` sees to it that every whole page reaches the browser.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable

import streamlit as st

from bdsg.app.visit.state import visit
from bdsg.compat.streamlit_runtime import event_loop
from bdsg.serving.job import Run

HAND_OVER_SECONDS = 30.0
"""A server that takes nothing for so long has other troubles."""


def begin_page() -> None:
    """Before a page is drawn: no run of it is known to go on."""
    visit().going_on = []


def note(runs: Iterable[Run]) -> None:
    """The page is about to show these runs: those of them that go on are remembered.

    To be called before anything is read of them: what is read twice may have ended in between.
    """
    visit().going_on += [run for run in runs if run.active]


def end_page() -> None:
    """After a page was drawn: once more if a run ended meanwhile, for the page may say that it goes on."""
    if not all(run.active for run in visit().going_on):
        st.rerun()


def hand_over() -> None:
    """After all else: wait until the server has taken what was drawn, a millisecond or so.

    Streamlit's event loop takes it in turns with what browsers ask.  A part that is asked for in the moment between the
    script's end and the last of its turns makes Streamlit drop what it has not taken yet, the part's own timer among
    it: the page would then stay as it was.  While the script waits, a part that is asked for waits for the script.
    """
    loop = event_loop()
    if loop is None:
        return
    taken = threading.Event()
    loop.call_soon_threadsafe(taken.set)
    taken.wait(HAND_OVER_SECONDS)


def repeat(
    draw: Callable[..., None],
    *arguments: object,
    every: Callable[[], float | None],
    shows: Callable[[], Hashable] = lambda: None,
) -> None:
    """Draw a part of the page, and draw it again whenever the browser's timer asks.

    The whole page is drawn when ``every()`` or ``shows()`` is no longer what it was: a run has ended, or its turn has
    come.

    Args:
        draw: draws the part, with ``arguments``.
        every: seconds until the part is to be drawn again, or None when nothing more is to come.
        shows: what else the page says of the matter.
    """
    seconds, shown = every(), shows()

    def part() -> None:
        draw(*arguments)
        if (every(), shows()) != (seconds, shown):
            st.rerun()

    part.__qualname__, part.__module__ = draw.__qualname__, draw.__module__  # by which Streamlit knows a part
    st.fragment(part, run_every=seconds)()
