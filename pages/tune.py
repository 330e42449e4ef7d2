"""See the whole space of settings: many trials, their boundaries side by side, and what matters."""

from bdsg.ui import heading, session, tune_view

session.front_door()
heading.show("Tune", "Which λ1, λ2, M or learning rate? Try hundreds at once: each cell below is one trained B(z).")
tune_view.show()
