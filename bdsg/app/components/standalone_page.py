"""A run's animation as one HTML file: the player's bundle and its payload, and nothing from the network."""

from __future__ import annotations

import base64
import html

from bdsg.app.components import browser_components

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
:root {{ --st-background-color: #ffffff; --st-text-color: #1b2430; --st-font: system-ui, sans-serif; }}
@media (prefers-color-scheme: dark) {{ :root {{ --st-background-color: #11161d; --st-text-color: #e6eaf0; }} }}
body {{ margin: 0 auto; padding: 16px; max-width: 1120px; background: var(--st-background-color); }}
</style>
</head>
<body>
<main></main>
<script type="module">
import component from "data:text/javascript;base64,{module}";
const bytes = Uint8Array.from(atob("{payload}"), (sign) => sign.charCodeAt(0));
const show = () => component({{ data: bytes, key: "player", parentElement: document.querySelector("main") }});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
show();
</script>
</body>
</html>
"""
_POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data: blob:"


def page(payload: bytes, title: str) -> str:
    """The player with the bytes of a ``PlayerPayload``, as a page that works from a disk."""
    return _PAGE.format(
        policy=_POLICY,
        title=html.escape(title),
        module=base64.b64encode(browser_components.bundle("player").encode()).decode("ascii"),
        payload=base64.b64encode(payload).decode("ascii"),
    )
