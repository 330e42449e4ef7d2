"""Which study the tune page shows: of those that this visit began or opened, and of no others."""

from __future__ import annotations

import streamlit as st

from bdsg.app.visit import address, studies
from bdsg.app.visit.state import visit
from bdsg.tuning.folder import StudyFolder

PARAMETER = "study"
"""The link's parameter: a study's key."""
MISSING = "The link's study is not here: it was removed, or the link is not whole."
HELP = (
    "Those that you began, or opened by their links. The address bar has this one's link: whoever has that sees the "
    "study, and may stop or resume it; nobody else does."
)


def chosen() -> StudyFolder | None:
    """The study just started, that of the link, or the newest; None where this visit has none."""
    folders = _listed()
    if not folders:
        return None
    linked = st.query_params.get(PARAMETER)
    wanted = (linked if address.went_back() else None) or visit().study or linked
    if wanted not in folders:
        wanted = next(iter(folders))
    visit().study = wanted
    titles = studies.titles(folders)
    key = f"tune_chosen:{wanted}:{len(folders)}"
    st.selectbox(
        "Study, the newest first",
        list(folders),
        list(folders).index(wanted),
        format_func=titles.__getitem__,
        key=key,
        on_change=lambda: setattr(visit(), "study", st.session_state[key]),
        help=HELP,
        width=420,
    )
    address.say(PARAMETER, wanted)
    return folders[wanted]


def _listed() -> dict[str, StudyFolder]:
    """This visit's studies by their keys, that of the link among them."""
    wanted = st.query_params.get(PARAMETER)
    if wanted and studies.exists(wanted):
        studies.note(wanted)
    elif wanted:
        st.warning(MISSING, icon=":material/info:")
    return studies.listed()
