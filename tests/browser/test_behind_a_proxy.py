"""The app behind deploy/nginx.conf: it works under the strict policy, asks nothing of other machines, is guarded."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit
from playwright.sync_api import Browser, Page, expect

from tests import needs
from tests.browser.proxy import CONFIG, proxied, trusting
from tests.browser.serving import settle

PAGES = ("", "play", "tour", "density", "boundary", "evaluate", "rivals", "tune", "images", "history", "compare")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proxy")


@pytest.fixture(scope="module")
def addresses(server: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The secure and the plain address."""
    with proxied(needs.program(["nginx"], "nginx-light"), server, folder) as both:
        yield both


def asked(folder: Path, address: str, method: str = "GET", size: int | None = None) -> tuple[int, dict[str, str]]:
    """Status and headers; redirects are not followed.  ``size``: bytes that are announced, of which none is sent."""

    class Here(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(Here, urllib.request.HTTPSHandler(context=trusting(folder)))
    headers = {} if size is None else {"Content-Length": str(size)}
    try:
        with opener.open(urllib.request.Request(address, method=method, headers=headers), timeout=30) as reply:
            return reply.status, {name.lower(): value for name, value in reply.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


def test_the_policy_names_the_one_script_that_streamlits_page_holds() -> None:
    """An upgrade of Streamlit may change it: then this says so, and what it is now."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = [text for text in re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) if text]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert re.findall(r"'sha256-([^']+)'", CONFIG.read_text(encoding="utf-8")) == digests


@pytest.mark.browser
def test_every_page_works_under_the_policy_and_asks_nothing_of_other_machines(
    chromium: Browser, addresses: tuple[str, str]
) -> None:
    secure, _ = addresses
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    refused: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("websocket", lambda line: hosts.add(urlsplit(line.url).hostname))
    for name in PAGES:
        page.goto(f"{secure}/{name}")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if name == "":
            _moves(page)
    _trains(page, secure)
    _uploads(page, secure)
    assert refused == []
    assert hosts - {None} == {"127.0.0.1"}  # a blob has no host
    context.close()


def _moves(page: Page) -> None:
    player = page.locator(".bdsg.player")
    frame = player.get_attribute("data-frame", timeout=60_000)
    page.wait_for_selector(f".bdsg.player:not([data-frame='{frame}'])")


def _trains(page: Page, secure: str) -> None:
    page.goto(f"{secure}/boundary?data.preset=bimodal&boundary.steps=40&boundary.snapshots=5")
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Evaluate").first.click()
    page.wait_for_selector(".bdsg.evaluate[data-ready='1']")
    page.get_by_text("Ranking, clustering, rarity").click()  # Plotly's curves
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)


def _uploads(page: Page, secure: str) -> None:
    """The page's token comes back through the proxy."""
    page.goto(f"{secure}/density?data.preset=bimodal")
    settle(page)
    page.get_by_role("button", name="Use your own points").click()
    rows = "".join(f"{k},{k * k % 7}\n" for k in range(30))
    content = f"left,right\n{rows}".encode()
    page.locator("input[type=file]").set_input_files({"name": "p.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_role("button", name="Fit a mixture")).to_be_visible()


def test_headers_and_limits_are_those_of_the_file(addresses: tuple[str, str], folder: Path) -> None:
    secure, plain = addresses
    for path in ("", "/boundary", "/_stcore/health", "/no/such/page", "/_stcore/metrics"):
        _, headers = asked(folder, f"{secure}{path}")
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "'unsafe-eval'" not in headers["content-security-policy"]  # 'wasm-unsafe-eval' compiles kernels alone
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "max-age" in headers["strict-transport-security"]
        assert headers["server"] == "nginx"
    assert "Secure" in asked(folder, f"{secure}/_stcore/health")[1]["set-cookie"]
    assert asked(folder, f"{secure}/_stcore/metrics")[0] == 404
    assert asked(folder, f"{secure}/_stcore/upload_file/a/b", "PUT", 7_000_000)[0] == 413
    assert asked(folder, f"{secure}/_stcore/upload_file/a/b", "PUT")[0] == 403  # no token
    status, headers = asked(folder, f"{plain}/boundary")
    assert status == 301
    assert headers["location"].startswith("https://")


def test_other_sites_open_no_connection_and_one_address_not_any_number(
    addresses: tuple[str, str], folder: Path
) -> None:
    secure, _ = addresses
    with contextlib.closing(_visit(secure, "https://elsewhere.example", folder)) as visit:
        assert visit.getresponse().status == 403
    with contextlib.ExitStack() as stack:
        status, count = 101, 0
        while count < 80 and status == 101:
            visit = stack.enter_context(contextlib.closing(_visit(secure, secure, folder)))
            status = visit.getresponse().status
            count += status == 101
        assert status == 429
        assert count > 40


def _visit(secure: str, origin: str, folder: Path) -> http.client.HTTPSConnection:
    """What a page of ``origin`` asks of the app at first: a connection that stays."""
    connection = http.client.HTTPSConnection(secure.removeprefix("https://"), context=trusting(folder), timeout=30)
    key = {"Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(), "Sec-WebSocket-Version": "13"}
    headers = {"Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket", **key}
    connection.request("GET", "/_stcore/stream", headers={**headers, "Sec-WebSocket-Protocol": "streamlit"})
    return connection
