"""Two runs side by side: same axes, same threshold, one transport."""

from bdsg.ui import compare_view, controls, heading, session

session.front_door()
heading.show("Compare", "Two runs at the same share of their way. One transport drives both; axes and ε are the same.")
controls.run_caption()
compare_view.show()
