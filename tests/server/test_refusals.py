"""A real server and visitors who mean it ill: what is refused, and that the app goes on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bdsg.data.uploads import MOST_BYTES
from tests.browser.serving import ROOT, running
from tests.server.visitor import ask, token, visit

MARK = "root:x:0"
"""What a file of the system would show."""

CLIMBS = (
    "../../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\win.ini",
    "....//....//etc/passwd",
    "a/../../b",
    "\0",
    "C:\\x",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the server's cache, and beside it what nobody may read or write."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(place: Path) -> Iterator[tuple[str, int]]:
    """The app's address and process; at its end no traceback of ours is in the log."""
    log = place / "server.log"
    # Streamlit asks the internet for its own address before it refuses another site's page: not in a test.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    with running("app.py", place / "cache", log, **nowhere) as both:
        yield both
    assert str(ROOT / "bdsg") not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def server(served: tuple[str, int]) -> str:
    return served[0]


def test_an_upload_needs_the_pages_token(server: str) -> None:
    right = token(server)
    wrong = f"2|00000000|{'0' * 32}|1700000000"
    with visit(server) as visitor:
        visitor.open()
        target = f"{server}/_stcore/upload_file/{visitor.session}/some"
        for header, cookie in ((None, None), (right, None), (None, right), (wrong, right), (right, wrong)):
            headers = {} if header is None else {"X_Xsrftoken": header}
            headers |= {} if cookie is None else {"Cookie": f"_streamlit_xsrf={cookie}"}
            assert ask(target, "PUT", b"x", **headers)[0] == 403
            assert ask(target, "DELETE", **headers)[0] == 403


def test_an_upload_that_is_too_large_is_refused_before_it_is_sent(server: str) -> None:
    right = token(server)
    headers = {"X_Xsrftoken": right, "Cookie": f"_streamlit_xsrf={right}"}
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="t.csv"\r\n\r\n'
    headers["Content_Type"] = "multipart/form-data; boundary=b"
    with visit(server) as visitor:
        visitor.open()
        target = f"{server}/_stcore/upload_file/{visitor.session}/some"
        assert ask(target, "PUT", part + b"x" * (MOST_BYTES - 1000) + b"\r\n--b--\r\n", **headers)[0] == 204
        assert ask(target, "PUT", b"", **headers, Content_Length="6000000")[0] == 413
        assert ask(f"{server}/_stcore/upload_file/nobody/some", "PUT", part + b"\r\n--b--\r\n", **headers)[0] == 400


def test_no_other_site_opens_a_connection(server: str) -> None:
    for origin in ("http://elsewhere.example", "null", server.replace("127.0.0.1", "127.0.0.1.elsewhere.example")):
        with pytest.raises(InvalidStatus, match="403"), visit(server, origin) as visitor:
            visitor.open()


def test_a_message_that_is_too_large_or_none_ends_its_connection_alone(server: str) -> None:
    for message, code in ((b"x" * 2_100_000, 1009), (b"\xff" * 50, 1002)):
        with visit(server) as visitor, visit(server) as neighbour:
            visitor.open()
            visitor.connection.send(message)
            with pytest.raises(ConnectionClosed) as closed:
                visitor.open()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == code
            assert "Where does normal end?" in neighbour.open()


@pytest.mark.parametrize("page", ["", "tune", "evaluate", "rivals", "images", "boundary", "compare"])
def test_no_parameter_of_a_link_leads_to_a_file(server: str, place: Path, page: str) -> None:
    names = ("study", "rivals", "at", "images", "watching", "data.preset", "boundary.hidden", "seed", "compare", "set")
    before = {path for path in place.parent.rglob("*") if (place / "cache") not in path.parents}
    for climb in CLIMBS:
        with visit(server) as visitor:
            sent = visitor.open(page, "&".join(f"{name}={quote(climb)}" for name in names))
        assert MARK not in sent
        assert "ran into an unexpected" not in sent
    assert {path for path in place.parent.rglob("*") if (place / "cache") not in path.parents} == before


def test_no_address_leads_to_a_file(server: str) -> None:
    for climb in CLIMBS[:4]:
        for route in ("", "media/", "component/x/", "app/static/", "_stcore/bidi-components/x/", "static/"):
            for written in (quote(climb), quote(climb, safe="/\\"), quote(quote(climb))):
                status, body = ask(f"{server}/{route}{written}")
                assert MARK not in body
                assert status in (200, 400, 403, 404)  # 200: the app's own page, which is sent for any unknown address


def test_a_link_of_any_length_is_answered_with_a_sentence(server: str) -> None:
    for query in (
        "data.mixture=" + "[" * 30_000,
        "&".join(f"data.x{k}=1" for k in range(900)),  # Streamlit itself ignores more than 1000
        "seed=" + "9" * 19_999,
        "boundary.hidden=" + quote("[" + "8," * 9_000 + "8]"),
        "&".join(f"more{k}={'x' * 1_000}" for k in range(500)),
    ):
        with visit(server) as visitor:
            assert "The link was not understood" in visitor.open("", query)


def test_a_visitor_who_clears_the_caches_takes_no_worker_from_others(served: tuple[str, int]) -> None:
    address, process = served
    if not Path("/proc/self/stat").exists():
        pytest.skip("Processes are counted where there is /proc.")
    with visit(address) as visitor:
        visitor.open()
        before = settled(process)
        assert before > 0
        for _ in range(3):
            visitor.connection.send(BackMsg(clear_cache=True).SerializeToString())
            visitor.open()
        assert settled(process) == before


def settled(process: int) -> int:
    """How many processes the server has started itself, once no more come for a second."""
    counts: list[int] = []
    for _ in range(100):
        counts.append(len(children(process)))
        if counts[-1] and len(counts) > 4 and len(set(counts[-5:])) == 1:
            break
        time.sleep(0.25)
    return counts[-1]


def children(process: int) -> list[str]:
    """Names of a process's own children, by the fourth field of their state."""
    found = []
    for task in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (task / "stat").read_text(errors="replace").rpartition(")")[2].split()
            found += [task.name] if int(state[1]) == process else []
    return found
