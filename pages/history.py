"""The runs of this visit: reopen, rename, remove, and compare two."""

import streamlit as st

from bdsg.ui import history_view, session

session.front_door()
st.title("History", anchor=False)
st.markdown("The runs that you started or opened, the newest first. Tick two to compare them.")
history_view.show()
st.caption(
    "The list lasts as long as this tab is not reloaded. A run's link, copied from the address bar, brings it back."
)
