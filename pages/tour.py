"""Seven questions answered by real runs, and failures worth seeing."""

import streamlit as st

from bdsg.app.pages.tour import tour_panel
from bdsg.app.pages.tour.lessons import FAILURES, STEPS
from bdsg.app.visit import session
from bdsg.app.visit.links import to_parameters
from bdsg.app.widgets import page_header

session.front_door()
page_header.show(
    "Tour",
    f"{len(STEPS)} steps, about five minutes. Each asks you to predict something; then a real run gives the answer.",
)
with st.container(key="keys"):
    st.caption("Keys: **1**, **2**, **3** answer, **N** goes on.")
if st.button("Start the tour", key="tour_start", type="primary", icon=":material/play_arrow:"):
    tour_panel.begin()

st.markdown("#### Failures worth seeing")
st.markdown("Each goes wrong for one reason. Open it, train it (about a second), then try to mend it.")
for name, failure in FAILURES.items():
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            link = "&".join(f"{key}={value}" for key, value in to_parameters(failure.choices).items())
            st.markdown(f"**{failure.title}**  \n{failure.reason} [Link](boundary?{link})")
        with st.container(width=110):
            if st.button("Open", key=f"failure:{name}", icon=":material/arrow_forward:", width="stretch"):
                session.adopt(dict(failure.choices))
                st.switch_page("pages/boundary.py")
