"""A component that Streamlit puts up anew in the same place is there once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from bdsg.app.components.browser_components import NAMES
from bdsg.standalone.page import bundle

pytestmark = pytest.mark.browser
DRAWN = [name for name in NAMES if name != "memory"]

TWICE = """async ([text, within]) => {
  const { default: component } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const place = document.body.appendChild(document.createElement("div"));
  const parentElement = within === "shadow" ? place.attachShadow({ mode: "open" }) : place;
  const given = { parentElement, key: "a", data: undefined, setStateValue() {}, setTriggerValue() {} };
  const leave = component(given);
  leave();
  component(given);
  return [parentElement.querySelectorAll(".bdsg").length, parentElement.querySelectorAll("style.bdsg-style").length];
}"""


@pytest.mark.parametrize("within", ["shadow", "light"])
@pytest.mark.parametrize("name", DRAWN)
def test_it_is_there_once(page: Page, name: str, within: str) -> None:
    page.set_content("<body></body>")
    assert page.evaluate(TWICE, [bundle(name), within]) == [1, 1]
