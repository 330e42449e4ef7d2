"""Images: what B(z) makes, a walk across the boundary, scores of what was left out, and the rivals' figures."""

from bdsg.app.pages.images import images_page
from bdsg.app.visit import session
from bdsg.app.widgets import page_header

session.front_door()
page_header.show(
    "Images",
    "Trained without one class. **B(z)** makes images at the edge of the rest; the class left out lies beyond.",
)
images_page.show()
