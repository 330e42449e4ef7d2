"""What the browser's history gets of the addresses that Streamlit adds: one entry for each change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.test_stage_scripts import node

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
    assert node(("entries.js",), driver, folder=tmp_path) == [way, way]


@pytest.mark.parametrize("there", [f"tour?{A}", "tour", f"tour?{B}"])
def test_a_link_that_comes_before_its_page_is_the_pages(there: str, tmp_path: Path) -> None:
    address = f"http://localhost/compare?{A}", f"http://localhost/{there}"
    driver = f"print([false, true].map((untouched) => entryFor(...{list(address)}, untouched)));"
    assert node(("entries.js",), driver, folder=tmp_path) == ["push", "replace"]
