"""Which study the tune page shows: of those that this visit began or opened, and of no others."""

from __future__ import annotations

import streamlit as st

from bdsg.app.visit import studies
from bdsg.app.visit.state import visit
from bdsg.tuning.folder import StudyFolder

MISSING = "The link's study is not here: it was removed, or the link is not whole."
HELP = (
    "Those that you began, or opened by their links. The address bar has this one's link: whoever has that sees the "
    "study, and may stop or resume it; nobody else does."
)


def chosen() -> StudyFolder | None:
    """The study just started, that of the link, or the newest; None where this visit has none."""
    folders = _listed()
    if visit().study not in folders:
        visit().study = next(iter(folders), None)
    wanted = visit().study
    if wanted is None:
        return None
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
    return folders[wanted]


def _listed() -> dict[str, StudyFolder]:
    """This visit's studies by their keys, that of the link among them."""
    wanted = visit().study if "study" in visit().arrived else None
    if wanted and studies.exists(wanted):
        studies.note(wanted)
    elif wanted:
        st.warning(MISSING, icon=":material/info:")
    return studies.listed()
