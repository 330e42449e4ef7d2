"""Downloads from a server on this machine, which breaks off half-way, repeats itself, or sends something else."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from bdsg.data.images import DATA_SETS, fetching, load
from bdsg.data.images.registry import Remote
from bdsg.errors import DataError

CONTENT = np.random.default_rng(0).bytes(300_000)
REMOTE = Remote("file.bin", f"sha256:{hashlib.sha256(CONTENT).hexdigest()}")


class Server(ThreadingHTTPServer):
    """What it is told to do with each request, in turn; without an order it serves the whole file, or a range."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/file.bin": CONTENT}
        self.orders: list[str] = []
        self.asked: list[tuple[str, str | None]] = []

    @property
    def source(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append((self.path, asked))
        order = self.server.orders.pop(0) if self.server.orders else ""
        content = self.server.files.get(self.path)
        if content is None or order == "missing":
            self.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and order != "whole" else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if order == "encoded":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        body = content[start:]
        self.wfile.write({"half": body[: len(body) // 2], "nothing": b""}.get(order, body))

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Callable[..., Path]:
    return lambda *sources: fetching.fetch(REMOTE, sources or [server.source], tmp_path / "cache", pause=0)


def test_a_download_goes_on_where_it_broke_off(server: Server, fetch: Callable[..., Path]) -> None:
    server.orders = ["half", "half"]
    assert fetch().read_bytes() == CONTENT
    ranges = [asked for _, asked in server.asked]
    assert ranges == [None, "bytes=150000-", "bytes=225000-"]
    assert [path.name for path in fetch().parent.iterdir()] == ["file.bin"]
    assert len(server.asked) == 3  # it is cached now


def test_another_run_takes_up_what_an_earlier_one_left(server: Server, fetch: Callable[..., Path]) -> None:
    server.orders = ["half", "nothing"]
    with pytest.raises(DataError, match=r"file\.bin could not be fetched .* broke off.*put the file into"):
        fetch()
    assert fetch().read_bytes() == CONTENT
    assert server.asked[-1] == ("/file.bin", "bytes=150000-")


def test_a_server_that_knows_no_ranges_sends_all_again(server: Server, fetch: Callable[..., Path]) -> None:
    server.orders = ["half", "whole"]
    assert fetch().read_bytes() == CONTENT


def test_a_part_of_something_else_is_thrown_away(server: Server, fetch: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    for size in (1000, len(CONTENT), len(CONTENT) + 5):  # the server has nothing to add to the last two
        (tmp_path / "cache" / "file.bin.part").write_bytes(bytes(size))
        path = fetch()
        assert path.read_bytes() == CONTENT
        path.unlink()


def test_a_wrong_file_is_refused_and_not_kept(server: Server, fetch: Callable[..., Path], tmp_path: Path) -> None:
    server.files["/file.bin"] = CONTENT[:-1] + b"x"
    with pytest.raises(DataError, match="does not match the checksum sha256:"):
        fetch()
    assert not list((tmp_path / "cache").iterdir())


def test_mirrors_are_tried_in_turn(server: Server, fetch: Callable[..., Path]) -> None:
    server.orders = ["missing"]
    assert fetch(server.source, server.source).read_bytes() == CONTENT
    server.files.clear()
    with pytest.raises(DataError, match="answered 404"):
        fetching.fetch(Remote("other.bin", REMOTE.checksum), [server.source], fetch().parent, pause=0)


def test_no_server_is_said_to_be_none(fetch: Callable[..., Path]) -> None:
    with pytest.raises(DataError, match="no connection") as error:
        fetch("http://127.0.0.1:9/")
    assert "\n" not in str(error.value)


def test_gzip_files_are_not_unpacked_on_their_way(server: Server, tmp_path: Path) -> None:
    """Some servers say Content-Encoding: gzip of a file that is one."""
    content = gzip.compress(CONTENT)
    server.files["/file.bin"], server.orders = content, ["encoded"]
    remote = Remote("file.bin", f"md5:{hashlib.md5(content).hexdigest()}")
    assert fetching.fetch(remote, [server.source], tmp_path, pause=0).read_bytes() == content


def test_a_data_set_is_fetched_once(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    monkeypatch.delenv("BDSG_DATA", raising=False)
    images = np.random.default_rng(1).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    labels = np.array([5, 0, 4], np.uint8)
    remotes = []
    for name, array in (("images.gz", images), ("labels.gz", labels)):
        header = bytes((0, 0, 8, array.ndim)) + b"".join(size.to_bytes(4, "big") for size in array.shape)
        content = server.files[f"/{name}"] = gzip.compress(header + array.tobytes())
        remotes.append(Remote(name, f"md5:{hashlib.md5(content).hexdigest()}"))
    known = replace(DATA_SETS["mnist"], sources=(server.source,), files={"train": tuple(remotes), "test": ()})
    monkeypatch.setitem(DATA_SETS, "mnist", known)
    for _ in range(2):
        found = load("mnist", "train", download=True)
        np.testing.assert_array_equal(found.images[..., 0], images)
        np.testing.assert_array_equal(found.labels, labels)
    assert len(server.asked) == 2
