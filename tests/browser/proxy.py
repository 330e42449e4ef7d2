"""deploy/nginx.conf in front of the app, on this machine: other ports, and a certificate of its own making."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import re
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.browser.serving import ROOT

CONFIG = ROOT / "deploy" / "nginx.conf"

WHOLE = """daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    include {folder}/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/bdsg.conf;
}}
"""


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def localised(text: str, app: str, folder: Path, plain: int, secure: int) -> str:
    """The file as it stands, with this machine's addresses and the certificate in ``folder``."""
    changed = {
        r"server 127\.0\.0\.1:8501;": f"server {app.removeprefix('http://')};",
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"listen 443 ": f"listen 127.0.0.1:{secure} ",
        r"ssl_certificate +\S+;": f"ssl_certificate {folder}/own.pem;",
        r"ssl_certificate_key +\S+;": f"ssl_certificate_key {folder}/own.key;",
    }
    for pattern, instead in changed.items():
        text, count = re.subn(pattern, instead, text)
        assert count == 1, f"{pattern} stands {count} times in {CONFIG}"
    return text


@contextlib.contextmanager
def proxied(nginx: str, app: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Run nginx in front of the app; gives its secure and its plain address."""
    plain, secure = free_ports(2)
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(folder / "own.key")]
    certify = ["openssl", "req", "-x509", *made, "-out", str(folder / "own.pem"), *name]
    subprocess.run(certify, check=True, capture_output=True)
    (folder / "mime.types").write_text("types { text/html html; }\n")
    (folder / "bdsg.conf").write_text(localised(CONFIG.read_text(), app, folder, plain, secure))
    # Its workers keep what a slow reader has not taken yet in the folder, which only who runs the tests may open.
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    whole = folder / "nginx.conf"
    whole.write_text(WHOLE.format(folder=folder, user=f"{user} {group}"))
    process = subprocess.Popen([nginx, "-c", str(whole), "-p", str(folder), "-e", str(folder / "error.log")])
    address = f"https://127.0.0.1:{secure}"
    try:
        _wait_for(address, process, folder)
        yield address, f"http://127.0.0.1:{plain}"
    finally:
        process.terminate()
        process.wait(20)


def trusting(folder: Path) -> ssl.SSLContext:
    """What trusts the certificate in ``folder``."""
    return ssl.create_default_context(cafile=str(folder / "own.pem"))


def _wait_for(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(100):
        assert process.poll() is None, (folder / "error.log").read_text()
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", context=trusting(folder), timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError((folder / "error.log").read_text())
