"""Choose a distribution, fit its density, see how good the fit is."""

from collections.abc import Callable

import streamlit as st

from bdsg.app.pages import density_page
from bdsg.app.visit import own_points, session
from bdsg.app.widgets import controls, mixture_editor, page_header, progress, upload_dialog, uploading
from bdsg.config.presets import PRESETS

DENSITY_SETTINGS = (
    "blocks", "hidden", "steps", "batch_size", "learning_rate",
    "coefficient", "activation", "log_determinant", "series_terms",
)  # fmt: skip


def choose() -> None:
    """The controls of data and density model."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=330):
            controls.distribution_control()
        controls.variant_control(
            "density", "kind",
            "Closed form: the true density. IResNet and ResFlow: invertible networks that learn it from samples.",
        )  # fmt: skip
        with st.container(width=160):
            progress.train_button(run)
    density_page.state(run)
    if config.data.preset:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(PRESETS[config.data.preset].teaches, width="content")
            _link_button("Edit these Gaussians", "own", "edit", controls.own_mixture)
            _link_button("Paint points", "paint", "brush", uploading.start_painting)
            upload_dialog.show()
    else:
        with st.container():  # there with or without the note: the canvas below it stays where it is
            uploading.note()
        upload_dialog.show()
        own = own_points.of(config)
        with st.expander("Your own mixture", expanded=own is None or own.painted):
            mixture_editor.show(uploading.take_painted)
    with st.expander("More settings"):
        _more_settings()


def _link_button(text: str, key: str, icon: str, on_click: Callable[[], None]) -> None:
    st.button(text, key=key, type="tertiary", icon=f":material/{icon}:", on_click=on_click)


def _more_settings() -> None:
    every = [("", "epsilon"), ("data", "samples"), ("", "seed")]
    learned = [("density", name) for name in DENSITY_SETTINGS] if config.density.kind != "closed_form" else []
    for some in filter(None, (every, learned)):
        for column, names in zip(st.columns(3), (some[k::3] for k in range(3)), strict=True):
            with column:
                for section, name in names:
                    controls.setting_controls(section, name)


session.front_door()
run = session.current_run()
config = session.config()
if session.teaching():
    st.title("Density", anchor=False)
    progress.teaching_head(run)
else:
    page_header.show(
        "Density", "Choose where the data come from. The model's density $p_g$ says how normal each place is."
    )
    choose()
density_page.show(run, config)
