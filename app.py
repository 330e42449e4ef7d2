"""The front door: page list, look, and the state that a link carries."""

import streamlit as st

from bdsg.ui import address, controls, looking, memory, session, stage, tour

pages = [
    st.Page("pages/learn.py", title="Learn", icon=":material/school:", default=True),
    st.Page("pages/tour.py", title="Tour", icon=":material/explore:"),
    st.Page("pages/density.py", title="Density", icon=":material/landscape:"),
    st.Page("pages/boundary.py", title="Boundary", icon=":material/radio_button_unchecked:"),
    st.Page("pages/evaluate.py", title="Evaluate", icon=":material/grid_on:"),
    st.Page("pages/rivals.py", title="Rivals", icon=":material/swords:"),
    st.Page("pages/tune.py", title="Tune", icon=":material/tune:"),
    st.Page("pages/images.py", title="Images", icon=":material/image:"),
    st.Page("pages/history.py", title="History", icon=":material/history:"),
    st.Page("pages/compare.py", title="Compare", icon=":material/compare:"),
]
page = st.navigation(pages, position="top")
st.set_page_config(page_title=f"{page.title} · BDSG", page_icon=stage.ASSETS / "icon.svg", layout="wide")
st.html(stage.ASSETS / "page.css")
with session.guarded():
    looking.begin_page()
    address.follow()  # reads the link, of which there may be something to say
    session.take_over_ending()
    session.show_notice()
    tour.panel(page.url_path)
    page.run()
    controls.teaching_footer()
    address.write()
    memory.show()
    looking.end_page()
session.queue()  # after the page is drawn: its workers load while the visitor looks
