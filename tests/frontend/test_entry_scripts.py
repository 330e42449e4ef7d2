"""What the browser's history gets of the addresses that Streamlit adds: one entry for each change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.frontend.scripts import node

A, B = "data.preset=ring&boundary.lambda1=1", "data.preset=ring&boundary.lambda1=2"

CASES = [
    ("tune", "tune?" + A, "replace"),  # a page's link, written when the page is drawn
    ("tune?study=x", "tune?study=x&" + A, "replace"),
    ("tune?" + A, "tune?" + B, "push"),
    ("tune?" + A, "tune", "none"),  # the link is dropped before another page opens
    ("tune?" + A, f"tune?frame=3&at=0.1&{A}&watching=x", "replace"),
    ("tune?" + A, "tune?boundary.lambda1=1&data.preset=ring", "replace"),
    ("tour?" + A, f"tour?{A}&tour=2", "push"),
]


@pytest.mark.parametrize(("here", "there", "way"), CASES)
def test_an_address_that_is_added(here: str, there: str, way: str, tmp_path: Path) -> None:
    base = "http://localhost/app/"
    driver = f'print([false, true].map((untouched) => entryFor("{base}{here}", "{base}{there}", untouched)));'
    assert node(("memory/entries",), driver, folder=tmp_path) == [way, way]


@pytest.mark.parametrize("there", [f"tour?{A}", "tour", f"tour?{B}"])
def test_a_link_that_comes_before_its_page_is_the_pages(there: str, tmp_path: Path) -> None:
    address = f"http://localhost/compare?{A}", f"http://localhost/{there}"
    driver = f"print([false, true].map((untouched) => entryFor(...{list(address)}, untouched)));"
    assert node(("memory/entries",), driver, folder=tmp_path) == ["push", "replace"]


def test_a_page_without_a_link_is_lent_the_present_one_until_it_writes_its_own(tmp_path: Path) -> None:
    """A visitor who presses a button before the page has written its link can come back to it all the same."""
    base = "http://localhost/app/"
    first, plain, lent = f"{base}evaluate?{A}&at=0.1", f"{base}tour", f"{base}tour?{A}"
    driver = f"""
    const [first, plain, lent] = {json.dumps([first, plain, lent])}, two = first.replace("?", "?b.seed=1&");
    const pairs = [[first, plain], [plain, first], [lent, lent + "&tour=1"], [lent, plain], [two, plain]];
    print(pairs.map((pair) => withLink(...pair)));
    """
    assert node(("memory/entries",), driver, folder=tmp_path) == [lent, first, lent + "&tour=1", plain, plain]
    steps = f"""
    const ways = [];
    for (const [link, untouched] of [["{A}", true], ["{B}", true], ["{B}", false]])
      ways.push(entryFor("{lent}", "{plain}?" + link, untouched, true));
    print(ways);
    """
    assert node(("memory/entries",), steps, folder=tmp_path) == ["replace", "replace", "push"]


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (f"boundary?{A}", f"boundary?{B}"),
        (f"boundary?{A}&watching=x", f"boundary?{B}"),
        (f"tour?{A}&seed=3", f"tour?{A}&seed=3"),  # the visitor went back before the page was drawn
    ],
)
def test_the_link_of_a_visit_that_begins_is_written_where_it_began(at: str, written: str, tmp_path: Path) -> None:
    driver = f"""
    globalThis.window = {{ location: new URL("http://localhost/{at}"), history: {{
      replaceState(state, unused, address) {{ window.location = new URL(address, window.location.href); }} }} }};
    writeLink({{ was: "?{A}", query: "?{B}" }});
    print(window.location.href);
    """
    assert node(("memory/entries",), driver, folder=tmp_path) == f"http://localhost/{written}"
