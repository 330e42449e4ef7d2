"""Two runs side by side: same axes, same threshold, one transport."""

import streamlit as st

from bdsg.ui import compare_view, controls, session

session.front_door()
st.title("Compare", anchor=False)
st.markdown("Two runs at the same share of their way. One transport drives both; axes and ε are the same.")
controls.run_caption()
compare_view.show()
