"""A visitor without a browser: one WebSocket, and the messages of Streamlit's own protocol."""

from __future__ import annotations

import contextlib
import urllib.error
import urllib.request
from collections.abc import Iterator

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

Answer = tuple[int, str]
"""An HTTP status, and the body."""


ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
"""How a script or a part of it ends unless it is begun again."""


class Visitor:
    """One session of the app at an address such as http://127.0.0.1:8501."""

    def __init__(self, address: str, connection: ClientConnection) -> None:
        self._address, self.connection = address, connection
        self.session = self.page = ""

    def open(self, page: str = "", query: str = "") -> str:
        """Run a page as its link would; everything that it sent, as text."""
        return "\n".join(map(str, self.ask(page_name=page, query_string=query)))

    def press(self, button: str) -> list[ForwardMsg]:
        """Click on a button of the page, by its id."""
        return self.ask(page_script_hash=self.page, widget_states=self.pressed(button))

    @staticmethod
    def pressed(button: str) -> dict[str, object]:
        """The state of the widgets of which this button is pressed."""
        return {"widgets": [{"id": button, "trigger_value": True}]}

    def look(self, fragment: str) -> list[ForwardMsg]:
        """Ask for a part of the page, as the browser's timer does."""
        return self.ask(page_script_hash=self.page, fragment_id=fragment, is_auto_rerun=True)

    def ask(self, **wanted: object) -> list[ForwardMsg]:
        """Ask for a rerun; what the server told until nothing more was to come."""
        self.send(**wanted)
        return self.told()

    def send(self, **wanted: object) -> None:
        """Ask for a rerun, and do not wait."""
        self.connection.send(BackMsg(rerun_script=wanted).SerializeToString())  # type: ignore[arg-type]

    def told(self) -> list[ForwardMsg]:
        """What the server tells until a script or a part of it has ended."""
        told: list[ForwardMsg] = []
        while not told or told[-1].script_finished not in ENDS or not told[-1].HasField("script_finished"):
            told.append(ForwardMsg())
            told[-1].ParseFromString(bytes(self.connection.recv(60)))
            if told[-1].HasField("new_session"):
                self.session = told[-1].new_session.initialize.session_id
            if told[-1].HasField("navigation"):
                self.page = told[-1].navigation.page_script_hash
        return told


@contextlib.contextmanager
def visit(address: str, origin: str | None = None) -> Iterator[Visitor]:
    """Connect as a page at ``origin`` would; by default as the app's own."""
    place = f"ws{address.removeprefix('http')}/_stcore/stream"
    with connect(place, origin=origin or address, subprotocols=["streamlit"], max_size=None, open_timeout=60) as line:  # type: ignore[arg-type,list-item]
        yield Visitor(address, line)


def ask(address: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """One request; headers have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, body, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def token(address: str) -> str:
    """The XSRF token that the server gives to a page."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=60) as reply:
        cookie: str = reply.headers["set-cookie"]
    return cookie.partition("=")[2].partition(";")[0]
