"""Move ε and read every score, with the cells and points behind it."""

from bdsg.ui import evaluation_view, session, tour

session.front_door()
run = session.current_run()
tour.heading(
    "Evaluate",
    "Move **ε**. Every score follows at once, without training. Point at a score to see what it counts.",
)
evaluation_view.show(run)
