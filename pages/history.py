"""The runs of this visit: reopen, rename, remove, and compare two."""

import streamlit as st

from bdsg.app.pages import history_page
from bdsg.app.visit import session
from bdsg.app.widgets import page_header

session.front_door()
page_header.show("History", "The runs that you started or opened, the newest first. Tick two to compare them.")
history_page.show()
st.caption("Your browser keeps this list; results are kept here. A run's link, in the address bar, opens it anywhere.")
