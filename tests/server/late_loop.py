"""A server whose event loop is late: between hearing of a timer and acting on it, it waits.

Put on the path as ``sitecustomize``; the delay is what a busy machine does by itself now and then.
"""

import time

from streamlit.runtime.app_session import AppSession

LATE = 0.5
"""Seconds in which every script ends."""

_request_rerun = AppSession.request_rerun


def _late(self: AppSession, client_state) -> None:  # type: ignore[no-untyped-def]
    if client_state is not None and client_state.fragment_id:
        time.sleep(LATE)
    _request_rerun(self, client_state)


AppSession.request_rerun = _late  # type: ignore[method-assign]
