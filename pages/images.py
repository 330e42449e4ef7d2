"""Images: what B(z) makes, a walk across the boundary, scores of what was left out, and the rivals' figures."""

import streamlit as st

from bdsg.ui import images_view, session

session.front_door()
st.title("Images", anchor=False)
st.markdown("Trained without one class. **B(z)** makes images at the edge of the rest; the class left out lies beyond.")
images_view.show()
