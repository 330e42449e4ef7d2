"""Train B(z), watch it move to the boundary, steer it, play it back."""

from collections.abc import Callable

import streamlit as st

from bdsg.app.pages import boundary_page
from bdsg.app.pages.tour import tour_panel
from bdsg.app.visit import session
from bdsg.app.visit.state import visit
from bdsg.app.widgets import controls, progress, steering

SETTINGS = ("hidden", "steps", "batch_size", "learning_rate", "lambda1", "lambda2", "snapshots")


def choose() -> None:
    """The run's controls; in the tour behind a fold, so that question, button and picture fit on one screen."""
    if tour_panel.current() is None:
        sliders_below(lead)
        return
    with st.container(horizontal=True):
        with st.container(width=130):
            progress.train_button(run, veiled=veiled, seconds=visit().pace)
        with st.container(width="stretch"), st.expander("Settings of this step"):
            sliders_below(what_and_pace)


def what_and_pace() -> float:
    """Distribution, objective and pace; returns the seconds that the run may take."""
    with st.container(width=300):
        controls.distribution_control()
    controls.variant_control(
        "boundary",
        "objective",
        "Paper: eq. 4 to the letter. Ours: aimed at a level just below ε, with a distance that looks both ways.",
    )
    controls.levels_control()
    return steering.pace_control()


def lead() -> None:
    """The same, and the button."""
    seconds = what_and_pace()
    with st.container(width=130):
        progress.train_button(run, veiled=veiled, seconds=seconds)


def sliders_below(first: Callable[[], object]) -> None:
    """A first row of controls, and a second one with the sliders."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first()
    with st.container(horizontal=True, vertical_alignment="bottom", key="steering"):
        steering.sliders(run)
        with st.popover("More settings"):
            controls.setting_controls("boundary", *SETTINGS)


session.front_door()
veiled = tour_panel.veils(session.config())
run = None if veiled else session.current_run()
if session.teaching():
    st.title("Boundary", anchor=False)
    progress.teaching_head(run, veiled=veiled)
else:
    trained = run is not None and run.state == "finished"
    task = "it is trained; **play**, pause, step and scrub." if trained else "**train** it, then play, step and scrub."
    tour_panel.heading("Boundary", f"Watch B(z) move to the border of the data: {task}")
    choose()
boundary_page.show(run, session.config())
