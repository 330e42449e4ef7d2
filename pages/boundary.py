"""Train B(z), watch it move to the boundary, steer it, play it back."""

import streamlit as st

from bdsg.ui import boundary_view, controls, progress, session, steering, tour

SETTINGS = ("hidden", "steps", "batch_size", "learning_rate", "lambda1", "lambda2", "snapshots")


def choose() -> None:
    """The run's controls."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=300):
            controls.distribution_control()
        controls.variant_control(
            "boundary",
            "objective",
            "Objective",
            "Paper: eq. 4 to the letter. Ours: aimed at a level just below ε, with a distance that looks both ways.",
        )
        controls.levels_control()
        seconds = steering.pace_control()
        with st.container(width=130):
            progress.train_button(run, veiled=veiled, seconds=seconds)
    with st.container(horizontal=True, vertical_alignment="bottom", key="steering"):
        steering.sliders(run)
        with st.popover("More settings"):
            controls.setting_controls("boundary", SETTINGS)


session.front_door()
veiled = tour.veils(session.config())
run = None if veiled else session.current_run()
if session.teaching():
    st.title("Boundary", anchor=False)
    progress.teaching_head(run, veiled=veiled)
else:
    tour.heading(
        "Boundary", "Watch B(z) move to the border of the data: press **Train**, then play, pause, step and scrub."
    )
    choose()
boundary_view.show(run, session.config())
