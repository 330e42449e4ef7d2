"""A run's end reaches every page, whatever the network and Streamlit lose on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.serving import running
from tests.server.visitor import visit

LONG = "data.preset=unimodal&boundary.steps=50000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with running("app.py", folder / "cache", folder / "server.log") as (address, _):
        yield address


def buttons(told: list[ForwardMsg]) -> dict[str, str]:
    """Id by label of the buttons that came, the latest last."""
    elements = [message.delta.new_element for message in told if message.delta.HasField("new_element")]
    return {element.button.label: element.button.id for element in elements if element.HasField("button")}


def timers(told: list[ForwardMsg]) -> set[str]:
    """The parts that the browser is to ask for again."""
    return {message.auto_rerun.fragment_id for message in told if message.HasField("auto_rerun")}


@pytest.mark.parametrize("page", ["boundary", "density"])
def test_a_timer_that_goes_on_after_the_end_brings_the_whole_page(server: str, page: str) -> None:
    """Streamlit may lose the page that shows the end: the timer that this page would have stopped asks on."""
    with visit(server) as visitor:
        opened = visitor.ask(page_name=page, query_string=f"{LONG}&seed={len(page)}")
        pressed = visitor.press(buttons(opened)["Train"])
        parts = timers(pressed)
        assert parts
        stopped = visitor.press(buttons(pressed)["Stop"])
        assert "Train" in buttons(stopped)
        assert not timers(stopped)
        for part in parts:
            assert "Train" in buttons(visitor.look(part))


def test_a_look_at_a_run_under_way_brings_its_part_alone(server: str) -> None:
    with visit(server) as visitor:
        pressed = visitor.press(buttons(visitor.ask(page_name="boundary", query_string=f"{LONG}&seed=9"))["Train"])
        for part in timers(pressed):
            assert not buttons(visitor.look(part))
        visitor.press(buttons(pressed)["Stop"])
