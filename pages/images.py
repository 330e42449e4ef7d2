"""Images: what B(z) makes, a walk across the boundary, scores of what was left out, and the rivals' figures."""

from bdsg.ui import heading, images_view, session

session.front_door()
heading.show(
    "Images",
    "Trained without one class. **B(z)** makes images at the edge of the rest; the class left out lies beyond.",
)
images_view.show()
