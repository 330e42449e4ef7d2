"""The address bar: it holds what a page shows, and the browser's Back and Forward bring that back.

Which fields of the visit stand in it is declared on them (:class:`bdsg.app.visit.state.Addressed`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from bdsg.app.visit import session
from bdsg.app.visit.state import Addressed, Visit, visit
from bdsg.compat.streamlit_runtime import went_back
from bdsg.errors import ConfigError

PICTURES = ("frame", "at", "play")
"""Parameters that the pictures keep in the browser: where one stopped, and what *Play* is set to."""


def follow(page: str) -> None:
    """Before a page is drawn: take what its address says, where the visit begins or the browser went back to it."""
    here, back = visit(), went_back()
    read(here, page, st.query_params.to_dict(), back=back)
    here.shown = None
    if "watching" in here.arrived:
        session.find_own()


def write(page: str) -> None:
    """After a page is drawn: keep the address equal to what it shows, so that it can be copied.

    At first the browser does that itself (``frontend/src/memory/entries.ts``): Streamlit would add an entry to its
    history, and *Back* would lead to the same page.
    """
    here, present = visit(), st.query_params.to_dict()
    run = session.kept_run()
    here.watching = run.token if run is not None and run.active else None
    wanted = {name: text for name, text in present.items() if name in PICTURES} | parameters(here, page)
    begun, here.addressed = here.addressed, True
    here.unwritten = None if begun else {"was": f"?{urlencode(present)}", "query": f"?{urlencode(wanted)}"}
    if begun and present != wanted:
        st.query_params.from_dict(wanted)


def fields(page: str) -> dict[str, Addressed]:
    """The fields that stand in a page's address."""
    declared = {one.name: one.metadata["address"] for one in dataclasses.fields(Visit) if "address" in one.metadata}
    return {name: how for name, how in declared.items() if how.page in (None, page)}


def parameters(here: Visit, page: str) -> dict[str, str]:
    """What a page's address says of a visit."""
    values = {**vars(here), "choices": here.shown or here.choices}
    said = [how.write(values[name]) for name, how in fields(page).items() if values[name] is not None]
    return {name: text for one in said for name, text in one.items()}


def read(here: Visit, page: str, parameters: Mapping[str, str], *, back: bool) -> None:
    """Take from an address what was never read from one, or all of it if the browser went ``back`` to it.

    What cannot be read is refused with a sentence.
    """
    due = {name: how for name, how in fields(page).items() if back or name not in here.arrivals}
    here.arrived, here.arrivals = frozenset(due), here.arrivals | due.keys()
    for name, how in due.items():
        found = None
        try:
            found = how.read(parameters)
        except ConfigError as error:
            here.notice = f"{here.notice or ''} {how.refused} {error}".strip()
        if found is not None or (back and name != "choices"):
            setattr(here, name, found)
            here.adopted += name == "choices"
