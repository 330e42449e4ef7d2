"""Move ε and read every score, with the cells and points behind it."""

import streamlit as st

from bdsg.ui import controls, evaluation_view, session

session.front_door()
run = session.current_run()
st.title("Evaluate", anchor=False)
st.markdown("Move **ε**. Every score follows at once, without training. Point at a score to see what it counts.")
controls.run_caption()
evaluation_view.show(run)
