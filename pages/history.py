"""The runs of this visit: reopen, rename, remove, and compare two."""

import streamlit as st

from bdsg.ui import heading, history_view, session

session.front_door()
heading.show("History", "The runs that you started or opened, the newest first. Tick two to compare them.")
history_view.show()
st.caption("Your browser keeps this list; results are kept here. A run's link, in the address bar, opens it anywhere.")
