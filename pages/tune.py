"""See the whole space of settings: many trials, their boundaries side by side, and what matters."""

from bdsg.app.pages.tune import tune_page
from bdsg.app.visit import session
from bdsg.app.widgets import page_header

session.front_door()
page_header.show("Tune", "Which λ1, λ2, M or learning rate? Try hundreds at once: each cell below is one trained B(z).")
tune_page.show()
