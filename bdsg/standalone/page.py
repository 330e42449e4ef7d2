"""A component and its payload as one HTML file: bundle, styles and numbers, and nothing from the network."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

STATIC = Path(__file__).parents[1] / "app" / "static"


def page(component: str, payload: bytes, title: str) -> str:
    """The page of a component, such as ``player`` or ``play``, with the bytes that the server would send it.

    The browser makes the same page from the same template (``frontend/src/play/one_file.ts``).
    """
    parts = {
        "title": html.escape(title),
        "component": component,
        "module": base64.b64encode(bundle(component).encode()).decode("ascii"),
        "payload": base64.b64encode(payload).decode("ascii"),
    }
    return _filled("page", parts)


def list_page(links: Sequence[tuple[str, str, str]]) -> str:
    """A page that leads to others: the file's name, the title and what is said of each."""
    rows = (
        f'<li><a href="{quote(name)}">{html.escape(title)}<small>{html.escape(words)}</small></a></li>'
        for name, title, words in links
    )
    return _filled("list", {"links": "\n".join(rows)})


def _filled(template: str, parts: Mapping[str, str]) -> str:
    text = (Path(__file__).parent / f"{template}.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], text)


def bundle(name: str) -> str:
    """The text of a component's bundle, an ES module."""
    return next(STATIC.glob(f"{name}-*.js")).read_text(encoding="utf-8")
