"""The address bar: it holds what a page shows, and the browser's Back and Forward bring that back."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from bdsg.app.visit import links, session
from bdsg.app.visit.links import Choices
from bdsg.app.visit.state import visit
from bdsg.compat.streamlit_runtime import went_back as went_back

PICTURES = ("frame", "at")
"""Parameters that the pictures keep in the browser: where one stopped."""


def follow() -> None:
    """Before a page is drawn: choose what the address says, if the browser went back or forward to it."""
    visit().said = {}
    session.choices()  # of a visit that has just begun, they are the link's
    if went_back():
        session.open_link()


def say(parameter: str, value: str | None) -> None:
    """The page that is drawn has a parameter of its own in its address, or, for None, has not."""
    if value is not None:
        visit().said[parameter] = value


def say_runs(first: Choices, others: dict[str, str]) -> None:
    """The page shows this run, whatever is chosen, and the parameters ``others`` tell the rest."""
    visit().said |= links.to_parameters(first) | others


def write() -> None:
    """After a page is drawn: keep the address equal to what it shows, so that it can be copied.

    At first the browser does that itself (``assets/entries.js``): Streamlit would add an entry to the browser's
    history, and *Back* would lead to the same page.
    """
    wanted, present = _wanted(), st.query_params.to_dict()
    here = visit()
    begun, here.addressed = here.addressed, True
    here.unwritten = None if begun else {"was": f"?{urlencode(present)}", "query": f"?{urlencode(wanted)}"}
    if begun and present != wanted:
        st.query_params.from_dict(wanted)


def unwritten() -> dict[str, str] | None:
    """The query that the browser is to put into the address, and what it was; None where Streamlit did."""
    return visit().unwritten


def _wanted() -> dict[str, str]:
    said = visit().said
    chosen = {} if any(name.startswith("data.") for name in said) else links.to_parameters(session.choices())
    notes = {session.TEACH: "1"} if session.teaching() else {}
    run = session.kept_run()
    if run is not None and run.active:
        notes[session.OWN] = run.token
    pictures = {name: text for name, text in st.query_params.to_dict().items() if name in PICTURES}
    return pictures | chosen | said | notes
