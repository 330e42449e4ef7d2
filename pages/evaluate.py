"""Move ε and read every score, with the cells and points behind it."""

from bdsg.ui import controls, evaluation_view, session, tour

session.front_door()
run = session.current_run()
tour.heading(
    "Evaluate",
    "Move **ε**. Every score follows at once, without training. Point at a score to see what it counts.",
)
controls.run_caption()
evaluation_view.show(run)
