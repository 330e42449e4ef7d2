"""A run's end reaches every page, whatever the network and Streamlit lose on the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.serving import ROOT, running
from tests.server.visitor import visit

LONG = "data.preset=unimodal&boundary.steps=50000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address; its event loop is late for every timer."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(Path(__file__).with_name("late_loop.py"), folder / "sitecustomize.py")
    path = os.pathsep.join([str(folder), str(ROOT)])
    with running("app.py", folder / "cache", folder / "server.log", PYTHONPATH=path) as (address, _):
        yield address


def buttons(told: list[ForwardMsg]) -> dict[str, str]:
    """Id by label of the buttons that came, the latest last."""
    elements = [message.delta.new_element for message in told if message.delta.HasField("new_element")]
    return {element.button.label: element.button.id for element in elements if element.HasField("button")}


def timers(told: list[ForwardMsg]) -> set[str]:
    """The parts that the browser is to ask for again."""
    return {message.auto_rerun.fragment_id for message in told if message.HasField("auto_rerun")}


@pytest.mark.parametrize("page", ["boundary", "density"])
def test_a_page_arrives_though_a_timer_asks_in_the_moment_of_its_end(server: str, page: str) -> None:
    with visit(server) as visitor:
        pressed = visitor.press(buttons(visitor.ask(page_name=page, query_string=f"{LONG}&seed={len(page)}"))["Train"])
        parts = timers(pressed)
        assert parts
        visitor.send(page_script_hash=visitor.page, widget_states=visitor.pressed(buttons(pressed)["Stop"]))
        visitor.send(page_script_hash=visitor.page, fragment_id=min(parts), is_auto_rerun=True)
        told = visitor.told() + visitor.told()
        assert list(buttons(told))[-1] != "Stop"
        assert "Train" in buttons(told)


def test_a_look_at_a_run_under_way_brings_its_part_alone(server: str) -> None:
    with visit(server) as visitor:
        pressed = visitor.press(buttons(visitor.ask(page_name="boundary", query_string=f"{LONG}&seed=9"))["Train"])
        for part in timers(pressed):
            assert not buttons(visitor.look(part))
        visitor.press(buttons(pressed)["Stop"])
