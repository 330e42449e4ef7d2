"""The address is derived from the visit: what a field says there, the same field reads again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bdsg.app.visit import address
from bdsg.app.visit.state import Visit

RING = {"data": {"preset": "ring"}}
SAID: dict[str, dict[str, Any]] = {
    "": {"choices": {**RING, "seed": 3}, "teaching": True, "watching": "abc", "tour": "4-3"},
    "compare": {"choices": RING, "second": {**RING, "epsilon": 0.02}, "against": "objective"},
    "rivals": {"methods": ("vae", "bdsg")},
    "tune": {"study": "k"},
    "images": {"images": "mnist", "left_out": "2"},
}


@pytest.mark.parametrize("page", SAID)
def test_what_a_page_says_is_read_again(page: str) -> None:
    told = dataclasses.replace(Visit(), **SAID[page])
    text = address.parameters(told, page)
    again = Visit()
    address.read(again, page, text, back=False)
    assert {name: getattr(again, name) for name in SAID[page]} == SAID[page]
    assert address.parameters(again, page) == text


def test_every_field_of_an_address_is_said_above() -> None:
    assert {name for page in SAID for name in address.fields(page)} == {name for one in SAID.values() for name in one}


def test_a_page_has_its_own_fields_alone() -> None:
    told = Visit(study="k", methods=("vae", "bdsg"), tour="2")
    assert address.parameters(told, "density") == {"data.preset": "bimodal", "tour": "2"}
    assert address.parameters(told, "tune") == {"data.preset": "bimodal", "tour": "2", "study": "k"}


def test_a_field_is_read_once_and_anew_where_the_browser_went_back() -> None:
    here = Visit()
    address.read(here, "tune", {"study": "a"}, back=False)
    address.read(here, "tune", {"study": "b", "data.preset": "ring"}, back=False)
    assert (here.study, here.arrived) == ("a", frozenset())
    address.read(here, "tune", {"data.preset": "ring"}, back=True)
    assert (here.study, here.choices) == (None, RING)
    address.read(here, "tune", {}, back=True)
    assert here.choices == RING


def test_what_cannot_be_read_leaves_the_rest() -> None:
    here = Visit()
    address.read(here, "rivals", {"methods": "vae", "seed": "x", "tour": "2"}, back=False)
    assert (here.methods, here.tour, here.choices) == (None, "2", {"data": {"preset": "bimodal"}})
    assert here.notice is not None
    assert "so its settings are not taken over. seed" in here.notice
    assert "so the first three are shown. methods" in here.notice
