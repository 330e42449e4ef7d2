"""People at the app whose browsers are on other machines: sessions that speak Streamlit's protocol and draw nothing.

They send what a browser sends: a rerun for each click, widget and page, and one for each look at a run under way, as
often as the server tells; they keep what they got and say so, that nothing travels twice.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.server_probe import MOST_BYTES
from tests.bench.visitors import PATIENCE_MS, PLACE, Diary

WIDGETS = ("button", "slider", "bidi_component")
TRAIN, WEIGHT, EVALUATION = re.compile(r"-train$"), re.compile(r"-steer:lambda2:"), re.compile(r"evaluation")


class Line:
    """One session's connection, and what its page holds."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._query = self._page = ""
        self._pages: dict[str, str] = {}
        self._kept: list[str] = []
        self._looks: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._told = asyncio.Condition()
        self.widgets: dict[str, Element] = {}
        self.heading = self.progress = self.error = ""

    async def listen(self) -> None:
        """Take in what the server tells, until the connection ends."""
        async for raw in self._socket:
            told = ForwardMsg()
            told.ParseFromString(bytes(raw))  # type: ignore[arg-type]
            async with self._told:
                self._take(told)
                self._told.notify_all()

    def _take(self, told: ForwardMsg) -> None:
        kind = told.WhichOneof("type")
        if told.metadata.cacheable and told.hash not in self._kept:
            self._kept.append(told.hash)
        if kind == "navigation":
            self._pages = {page.page_name: page.page_script_hash for page in told.navigation.app_pages}
            self._page = told.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = told.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._look_every(told.auto_rerun.fragment_id, told.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in told.stop_auto_rerun.fragment_ids:
                self._look_every(fragment, 0.0)
        elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            self._hold(told.delta.new_element)

    def _hold(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind in WIDGETS:
            self.widgets[getattr(element, kind).id] = element
        elif kind == "heading" and element.heading.tag == "h1":
            self.heading = element.heading.body
        elif kind == "progress":
            self.progress = element.progress.text
        elif kind in ("alert", "exception"):
            self.error = element.alert.body if kind == "alert" else element.exception.message

    def _look_every(self, fragment: str, seconds: float) -> None:
        every, task = self._looks.get(fragment, (0.0, None))
        if every == seconds:
            return
        if task is not None:
            task.cancel()
            del self._looks[fragment]
        if seconds:
            self._looks[fragment] = seconds, asyncio.create_task(self._look(fragment, seconds))

    async def _look(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.ask(fragment=fragment)

    async def ask(
        self, *, page: str | None = None, name: str = "", query: str | None = None, fragment: str = ""
    ) -> None:
        """A rerun: of the page, of another one (``page``: its title; ``name``: as in an address) or of a fragment."""
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string = self._query if query is None else query
        wanted.page_script_hash = self._pages[page] if page else self._page
        wanted.page_name, wanted.fragment_id, wanted.is_auto_rerun = name, fragment, bool(fragment)
        wanted.cached_message_hashes.extend(self._kept)
        await self._socket.send(message.SerializeToString())

    async def press(self, widget: re.Pattern[str]) -> None:
        """A click on a button."""
        await self._change(self._named(widget), trigger_value=True)

    async def slide(self, widget: re.Pattern[str], by: int) -> None:
        """A slider of named stops, moved by so many of them."""
        slider = self.widgets[self._named(widget)].slider
        stops = list(slider.options)
        at = int(slider.default[0]) if not slider.set_value else stops.index(slider.raw_value[0])
        await self._change(slider.id, string_array_value={"data": [stops[(at + by) % len(stops)]]})

    async def tell(self, widget: re.Pattern[str], **state: float) -> None:
        """What a component of the app's own tells it."""
        await self._change(self._named(widget), json_value=json.dumps(state))

    def _named(self, widget: re.Pattern[str]) -> str:
        return next(name for name in reversed(self.widgets) if widget.search(name))

    def label(self, widget: re.Pattern[str]) -> str:
        """What stands on a button that may not have come yet."""
        return next((one.button.label for name, one in self.widgets.items() if widget.search(name)), "")

    def forget(self, widget: re.Pattern[str]) -> None:
        """So that it is seen when a widget comes again, with a page that was asked for."""
        self.widgets = {name: one for name, one in self.widgets.items() if not widget.search(name)}

    async def _change(self, widget: str, **value: object) -> None:
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string, wanted.page_script_hash = self._query, self._page
        wanted.cached_message_hashes.extend(self._kept)
        wanted.widget_states.widgets.add(id=widget, **value)  # type: ignore[arg-type]
        await self._socket.send(message.SerializeToString())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of what the server has told."""
        async with asyncio.timeout(PATIENCE_MS / 1000), self._told:
            await self._told.wait_for(holds)

    def close(self) -> None:
        """Look at nothing any more."""
        for _, task in self._looks.values():
            task.cancel()


class WireVisitor:
    """The same day as :class:`tests.bench.visitors.Visitor` has, without a browser."""

    def __init__(self, number: int, address: str) -> None:
        self.number, self.diary = number, Diary()
        self._address = address
        self._random = random.Random(number)
        self._kind = "iresnet" if number % 4 == 3 else "closed_form"

    async def stay(self, until: float) -> None:
        """Come, and work until some moment of the monotonic clock."""
        place = self._address.replace("http", "ws", 1) + "/_stcore/stream"
        async with connect(place, subprotocols=["streamlit"], origin=self._address, max_size=MOST_BYTES) as socket:  # type: ignore[arg-type,list-item]
            line = Line(socket)
            listening = asyncio.create_task(line.listen())
            try:
                await self._open(line)
                while time.monotonic() < until:
                    await self._round(line)
            except TimeoutError:
                self.diary.errors.append(f"no answer for {PATIENCE_MS / 1000:.0f} s: {line.progress}")
            except AssertionError as error:
                self.diary.errors.append(f"not trained: {error}")
            finally:
                line.close()
                listening.cancel()
        if line.error:
            self.diary.errors.append(line.error)

    async def _open(self, line: Line) -> None:
        seed = 5000 + self.number
        begun = time.monotonic()
        link = f"data.preset=bimodal&boundary.objective=paper&density.kind={self._kind}&density.steps=500&seed={seed}"
        await line.ask(name="boundary", query=link)
        await line.until(lambda: line.label(TRAIN) == "Train")
        self.diary.opened.append(time.monotonic() - begun)

    async def _round(self, line: Line) -> None:
        await self._train(line)
        await self._think()
        await self._answered("to Evaluate", line.ask(page="Evaluate"), line, lambda: line.heading == "Evaluate")
        await line.until(lambda: any(EVALUATION.search(name) for name in line.widgets))
        for _ in range(2):
            await self._think()
            line.heading = ""  # it comes again with the page
            level = 0.01 * self._random.uniform(0.5, 2)
            await self._answered("ε let go", line.tell(EVALUATION, epsilon=level), line, lambda: bool(line.heading))
        await self._think()
        line.forget(TRAIN)
        await self._answered("to Boundary", line.ask(page="Boundary"), line, lambda: line.heading == "Boundary")
        await line.until(lambda: bool(line.label(TRAIN)))
        while line.label(TRAIN) != "Train":  # a weight that was trained for before
            await self._think()
            line.forget(TRAIN)
            by = 1 if self.diary.rounds % 16 < 8 else -1
            await self._answered("λ2", line.slide(WEIGHT, by), line, lambda: bool(line.label(TRAIN)))

    async def _train(self, line: Line) -> None:
        begun = time.monotonic()
        line.progress = ""
        await self._answered("Train", line.press(TRAIN), line, lambda: line.label(TRAIN) in ("Stop", "Trained"))
        places: list[int] = []

        def done() -> bool:
            if found := PLACE.search(line.progress):
                places.append(int(found[1]))
            return line.label(TRAIN) != "Stop"

        await line.until(done)
        assert line.label(TRAIN) == "Trained", line.error
        self.diary.trained.append(time.monotonic() - begun)
        if places:
            self.diary.places.append(places)
        self.diary.rounds += 1

    async def _answered(self, kind: str, asked: object, line: Line, holds: Callable[[], bool]) -> None:
        begun = time.monotonic()
        await asked  # type: ignore[misc]
        await line.until(holds)
        self.diary.answers.setdefault(kind, []).append(time.monotonic() - begun)

    async def _think(self) -> None:
        await asyncio.sleep(self._random.uniform(0.5, 2.5))
