"""What a boundary generator is: a prepared run that already moves, and three sentences."""

import streamlit as st

from bdsg.app.components import browser_components, demo_run
from bdsg.app.visit import session
from bdsg.app.widgets import page_header

session.front_door()
page_header.show(
    "Where does normal end?",
    "Data come from somewhere dense. Far away, nothing is normal. **B(z)** is a small network that learns to put "
    "its points just outside **the border** between the two. The method is BDSG, *Boundary of Distribution Support "
    "Generator*, by Dionelis, Yaghoobi and Tsaftaris.",
)
picture, words = st.columns([3, 2], gap="large")
with picture:
    browser_components.player(demo_run.payload(), key="learn")
with words:
    st.markdown(
        """
##### What you see
- **Red dots**: the data, normal samples.
- **Blue diamonds**: B(z), one point for each random z. Each training step moves all of them.
- **The line**: where the true density is exactly ε. Inside it a point counts as normal. B(z) aims a hair outside it:
  at √(δε), the middle of the band from ε down to δ = ε/10.

##### Why it is hard
There is hardly any data at the border, so a model that imitates the data seldom goes there.
B(z) is trained for three things at once:

| Term | Wants |
| --- | --- |
| **L0** density | low density: leave the middle |
| **L1** distance | stay close to the data |
| **L2** dispersion | spread out, forget no mode |

##### What it is for
Points on the border are the hardest anomalies: strong tests for a detector, and a threshold you can see.
"""
    )
    st.page_link("pages/play.py", label="Try it: drag the data, and B(z) follows", icon=":material/play_circle:")
    st.page_link("pages/tour.py", label="Take the tour: guess first, then see", icon=":material/explore:")
    st.page_link("pages/density.py", label="Start: choose your data", icon=":material/arrow_forward:")
st.caption(demo_run.caption())
