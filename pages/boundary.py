"""Train B(z), watch it move to the boundary, play it back."""

import streamlit as st

from bdsg.ui import boundary_view, controls, progress, session

SETTINGS = ("hidden", "steps", "batch_size", "learning_rate", "lambda1", "lambda2", "snapshots")

session.front_door()
run = session.current_run()
st.title("Boundary", anchor=False)
st.markdown("Watch B(z) move to the border of the data: press **Train**, then play, pause, step and scrub.")
with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container(width=330):
        controls.distribution_control()
    controls.variant_control(
        "boundary",
        "objective",
        "Objective",
        "Paper: eq. 4 to the letter. Ours: aimed at a level just below ε, with a distance that looks both ways.",
    )
    with st.container(width=160):
        progress.train_button(run)
controls.run_caption()
with st.expander("More settings"):
    columns = st.columns(3)
    for index, name in enumerate(SETTINGS):
        with columns[index % 3]:
            controls.setting_controls("boundary", (name,))
boundary_view.show(run, session.config())
