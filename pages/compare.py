"""Two runs side by side: same axes, same threshold, one transport."""

from bdsg.app.pages import compare_page
from bdsg.app.visit import session
from bdsg.app.widgets import controls, page_header

session.front_door()
page_header.show(
    "Compare", "Two runs at the same share of their way. One transport drives both; axes and ε are the same."
)
controls.run_caption()
compare_page.show()
