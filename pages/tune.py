"""See the whole space of settings: many trials, their boundaries side by side, and what matters."""

import streamlit as st

from bdsg.ui import session, tune_view

session.front_door()
st.title("Tune", anchor=False)
st.markdown("Which λ1, λ2, M or learning rate? Try hundreds at once: each cell below is one trained B(z).")
tune_view.show()
