"""The front door: page list, look, and the state that a link carries."""

import streamlit as st

from bdsg.app.components import browser_components
from bdsg.app.pages.tour import tour_panel
from bdsg.app.visit import address, browser_storage, refresh, session
from bdsg.app.widgets import controls

PAGES = {
    "learn": ("Learn", "school"),
    "play": ("Play", "play_circle"),
    "tour": ("Tour", "explore"),
    "density": ("Density", "landscape"),
    "boundary": ("Boundary", "radio_button_unchecked"),
    "evaluate": ("Evaluate", "grid_on"),
    "rivals": ("Rivals", "swords"),
    "tune": ("Tune", "tune"),
    "images": ("Images", "image"),
    "history": ("History", "history"),
    "compare": ("Compare", "compare"),
}
"""Title and icon of each; the first is what the app opens with."""


def main() -> None:
    """Draw the page that is asked for."""
    # Before the navigation: a page has no icon of its own, and browsers would ask elsewhere for one.
    st.set_page_config(page_icon=browser_components.ASSETS / "icon.svg", layout="wide")
    pages = [
        st.Page(f"pages/{name}.py", title=title, icon=f":material/{icon}:", default=name == "learn")
        for name, (title, icon) in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{page.title} · BDSG")
    st.html(browser_components.ASSETS / "page.css")
    with session.guarded():
        refresh.begin_page()
        address.follow(page.url_path)  # reads the link, of which there may be something to say
        session.take_over_ending()
        session.show_notice()
        tour_panel.panel(page.url_path)
        page.run()
        controls.teaching_footer()
        address.write(page.url_path)
        browser_storage.show()
        refresh.end_page()
    session.queue()  # after the page is drawn: its workers load while the visitor looks
    refresh.hand_over()


if __name__ == "__main__":  # and not where a new process loads the script of the one that started it
    main()
