"""BDSG and what people would use instead: same data, same seed, side by side."""

from bdsg.app.pages.baselines import baselines_page
from bdsg.app.visit import session
from bdsg.app.widgets import page_header

session.front_door()
page_header.show(
    "Rivals", "What would others do with the same data? Two or three methods train side by side; all scores are below."
)
baselines_page.show()
