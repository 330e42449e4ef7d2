"""Move ε and read every score, with the cells and points behind it."""

from bdsg.app.pages import evaluation_page
from bdsg.app.pages.tour import tour_panel
from bdsg.app.visit import session

session.front_door()
run = session.current_run()
tour_panel.heading(
    "Evaluate",
    "Move **ε**. Every score follows at once, without training. Point at a score to see what it counts.",
)
evaluation_page.show(run)
