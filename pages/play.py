"""B(z) trains in the visitor's own browser, and every control acts while it does."""

import streamlit as st

from bdsg.app.pages import play_page
from bdsg.app.visit import session

session.front_door()
with st.container(key="play"):
    st.title("Play", anchor=False)  # for those who hear the page: the picture needs the room
    if play_page.show():
        st.switch_page("pages/boundary.py")
