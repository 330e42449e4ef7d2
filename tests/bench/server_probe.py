"""The server's own answer, without a browser: a session that speaks Streamlit's protocol and asks for a page."""

from __future__ import annotations

import asyncio
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PAUSE_SECONDS = 0.5
MOST_BYTES = 50_000_000


async def probe(address: str, query: str, until: float) -> list[float]:
    """Seconds of each rerun of the landing page's script until a moment of the monotonic clock."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    taken = []
    async with connect(url, subprotocols=["streamlit"], origin=address, max_size=MOST_BYTES) as socket:
        while time.monotonic() < until:
            begun = time.monotonic()
            await _rerun(socket, query)
            taken.append(time.monotonic() - begun)
            await asyncio.sleep(PAUSE_SECONDS)
    return taken


async def _rerun(socket: ClientConnection, query: str) -> None:
    asked = BackMsg()
    asked.rerun_script.query_string = query
    await socket.send(asked.SerializeToString())
    while True:
        told = ForwardMsg()
        told.ParseFromString(await socket.recv(decode=False))
        if told.WhichOneof("type") == "script_finished":
            return
