"""What controls of a page that is no longer shown say late undoes nothing."""

from __future__ import annotations

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from bdsg.app.visit.links import Choices
from tests.pages.test_pages import opened
from tests.visits import visit_of

OWN: Choices = {
    "data": {"mixture": {"weights": [1.0], "means": [[0, 0]], "covariances": [[[1, 0], [0, 1]]]}, "samples": 300},
    "epsilon": 0.02,
    "seed": 5,
    "boundary": {"objective": "paper"},
}


def sent(app: AppTest) -> WidgetStates:
    """What a browser sends of the page's controls: of buttons nothing, unless they are pressed."""
    every = app._tree.get_widget_states().widgets
    return WidgetStates(widgets=[widget for widget in every if not widget.HasField("trigger_value")])


def names(app: AppTest) -> set[str]:
    """Of the controls that the page shows, as Streamlit calls them."""
    return {widget.id for widget in sent(app).widgets}


def forget(app: AppTest, gone: set[str]) -> None:
    """Drop values as a server does when a page has been drawn without their controls; an AppTest keeps them."""
    state = app.session_state._state._state
    for name in gone:
        state._old_state.pop(name, None)
        state._new_widget_state.states.pop(name, None)


@pytest.mark.parametrize("page", ["density", "boundary"])
def test_controls_of_a_page_that_is_no_longer_shown_undo_nothing(page: str) -> None:
    """A browser that has not got the new page yet sends what the old one's controls show: each is called."""
    app = opened(page)
    before, shown = sent(app), names(app)
    visit_of(app).choices = OWN
    visit_of(app).adopted += 1
    app.run()
    gone = shown - names(app)
    assert len(gone) > 3
    forget(app, gone)
    app._run(before)
    assert not app.exception
    assert visit_of(app).choices == OWN
