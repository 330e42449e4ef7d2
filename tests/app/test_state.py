"""What a visit remembers is one typed record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bdsg.app.visit.state import Visit
from bdsg.errors import ConfigError

ROOT = Path(__file__).parents[2]
STATE = ROOT / "bdsg" / "app" / "visit" / "state.py"


def test_only_values_of_controls_lie_beside_it() -> None:
    for place in ("app.py", "pages/*.py", "bdsg/app/**/*.py"):
        for path in ROOT.glob(place):
            loose = re.findall(r"session_state\.(\w+)", path.read_text(encoding="utf-8"))
            assert set(loose) <= ({"visit"} if path == STATE else {"get", "update"}), path


def test_a_config_is_parsed_once_for_as_long_as_the_choices_stay() -> None:
    here = Visit()
    choices = {"data": {"preset": "ring"}}
    first = here.config_of(choices)
    assert here.config_of(choices) is first
    assert here.config_of({"data": {"preset": "ring"}}) is not first
    with pytest.raises(ConfigError, match="seed is -1"):
        here.config_of({"seed": -1, **choices})


def test_a_picture_is_made_anew_only_of_something_else() -> None:
    here, made = Visit(), list[int]()
    for of in ("a", "a", "b", "a"):
        here.once("plane", of, lambda: made.append(1))
    assert len(made) == 3


def test_two_visits_share_nothing() -> None:
    first, second = Visit(), Visit()
    first.history_removed.append("x")
    assert first.name != second.name
    assert second.history_removed == []
