"""A real server and a real Chromium, for the tests and for the benchmarks."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, TimeoutError

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def chromium_path() -> str | None:
    """Chromium on the PATH, if there is one."""
    return next((path for name in CHROMIUM if (path := shutil.which(name)) is not None), None)


def launch(playwright: Playwright, path: str) -> Browser:
    """A headless browser."""
    return playwright.chromium.launch(executable_path=path, args=QUIET.split())


@contextlib.contextmanager
def serve(cache: Path, log: Path) -> Iterator[str]:
    """The app as a person starts it; gives its address."""
    with running("app.py", cache, log) as (address, _):
        yield address


@contextlib.contextmanager
def running(script: str, cache: Path, log: Path, **more: str) -> Iterator[tuple[str, int]]:
    """A Streamlit script, in its own folder or under the project's root; gives its address and its process's number.

    ``more``: variables of its environment; with ``STREAMLIT_SERVER_BASE_URL_PATH`` the address holds that path.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "BDSG_CACHE": str(cache), "PYTHONPATH": path, **more}
    with log.open("w") as output:
        folder = ROOT if not Path(script).is_absolute() else Path(script).parent
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}/{more.get('STREAMLIT_SERVER_BASE_URL_PATH', '')}".rstrip("/")
            _wait_for(address, process)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as reply:
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


def settle(page: Page) -> None:
    """Wait, five seconds at most, for the script's end: a control that is about to be replaced loses a click."""
    with contextlib.suppress(TimeoutError):
        page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=5_000)
