"""Looking at what goes on in the background, so that no page misses its end.

A page is drawn as a whole; while a run goes on, the browser's timer asks for parts of it again.  A part cannot redraw
what stands outside it, such as the button that says *Stop*, so the end of a run is always drawn as a whole page, and
:func:`repeat` sees to it that this page arrives.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable

import streamlit as st

from bdsg.ui.run import Run


def begin_page() -> None:
    """Before a page is drawn: no run of it is known to go on."""
    st.session_state.going_on = []


def note(runs: Iterable[Run]) -> None:
    """The page is about to show these runs: those of them that go on are remembered."""
    st.session_state.going_on = [*st.session_state.get("going_on", ()), *(run for run in runs if run.active)]


def end_page() -> None:
    """After a page was drawn: once more if a run ended meanwhile, for the page may say that it goes on."""
    if not all(run.active for run in st.session_state.going_on):
        st.rerun()


def repeat(
    draw: Callable[..., None],
    *arguments: object,
    every: Callable[[], float | None],
    shows: Callable[[], Hashable] = lambda: None,
) -> None:
    """Draw a part of the page, and draw it again whenever the browser's timer asks.

    Then the whole page is drawn when

    * ``every()`` or ``shows()`` is not what it was when the page was drawn: a run has ended, or its turn has come;
    * a timer asks although the page was drawn without one: then the browser has not got this page.  That happens, for
      Streamlit drops what it has not sent yet of a page as soon as a part is asked for in the moment after the page
      was finished.  The timer goes on until a whole page that stops it has arrived, so the last page always arrives.

    Args:
        draw: draws the part, with ``arguments``.
        every: seconds until the part is to be drawn again, or None when nothing more is to come.
        shows: what else the page says of the matter.
    """
    seconds, shown, times = every(), shows(), itertools.count()

    def part() -> None:
        again = next(times) > 0
        draw(*arguments)  # first: one of its own buttons may have asked, and must not be overheard
        if (again and seconds is None) or (every(), shows()) != (seconds, shown):
            st.rerun()

    part.__qualname__, part.__module__ = draw.__qualname__, draw.__module__  # by which Streamlit knows a part
    st.fragment(part, run_every=seconds)()
