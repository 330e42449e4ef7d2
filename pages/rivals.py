"""BDSG and what people would use instead: same data, same seed, side by side."""

import streamlit as st

from bdsg.ui import rivals_view, session

session.front_door()
st.title("Rivals", anchor=False)
st.markdown("What would others do with the same data? Two or three methods train side by side; all scores are below.")
rivals_view.show()
