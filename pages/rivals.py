"""BDSG and what people would use instead: same data, same seed, side by side."""

from bdsg.ui import heading, rivals_view, session

session.front_door()
heading.show(
    "Rivals", "What would others do with the same data? Two or three methods train side by side; all scores are below."
)
rivals_view.show()
