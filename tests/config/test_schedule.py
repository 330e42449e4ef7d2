"""Changes on the way are part of the config: limits, JSON, keys, and what holds at each step."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bdsg.config import BoundaryConfig, ExperimentConfig
from bdsg.config.schedule import MOST_CHANGES, Change, Weights
from bdsg.errors import ConfigError


def config(changes: Any, **boundary: Any) -> ExperimentConfig:
    return ExperimentConfig.from_dict({"data": {"preset": "ring"}, "boundary": {"changes": changes, **boundary}})


TWO = [{"step": 100, "lambda2": 0}, {"step": 800, "lambda1": 3, "learning_rate": 0.5}]


def test_changes_come_back_from_json_and_are_part_of_the_key() -> None:
    made = config(TWO)
    assert made.boundary.changes == (Change(100, lambda2=0.0), Change(800, lambda1=3.0, learning_rate=0.5))
    assert ExperimentConfig.from_json(made.to_json()) == made
    assert ExperimentConfig.from_dict(made.to_dict()).key() == made.key()
    assert "null" not in made.to_json().split('"changes"')[1]
    keys = {made.key(), config(TWO[:1]).key(), config([]).key(), config([{**TWO[0], "step": 101}, TWO[1]]).key()}
    assert len(keys) == 4
    assert made.density_key() == config([]).density_key()


def test_without_changes_config_and_key_are_as_they_were() -> None:
    plain = ExperimentConfig.from_dict({"data": {"preset": "ring"}})
    assert "changes" not in plain.to_json()
    assert config([]).key() == plain.key() == "d64e0fafd041770d62609818096af8a9"


def test_weights_hold_from_their_step_on() -> None:
    boundary = config(TWO).boundary
    before, between, after = Weights(50.0, 0.1, 0.01), Weights(50.0, 0.0, 0.01), Weights(3.0, 0.0, 0.5)
    expected = {0: before, 99: before, 100: between, 799: between, 800: after}
    assert {step: boundary.weights_at(step) for step in expected} == expected


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ("no list", "boundary.changes", "must be a list such as"),
        ([[400, 0.1]], "boundary.changes[0]", "must be a JSON object"),
        ([{"lambda2": 0}], "boundary.changes[0].step", "is missing"),
        ([{"step": 3, "lambda3": 0}], "boundary.changes[0].lambda3", "not a known setting"),
        ([{"step": 3}], "boundary.changes[0]", "changes nothing"),
        ([{"step": 801, "lambda2": 0}], "boundary.changes[0].step", "between 0 and 800"),
        ([{"step": -1, "lambda2": 0}], "boundary.changes[0].step", "between 0 and 800"),
        ([{"step": 1.5, "lambda2": 0}], "boundary.changes[0].step", "whole number from 0 to 800"),
        ([{"step": True, "lambda2": 0}], "boundary.changes[0].step", "whole number"),
        ([TWO[1], TWO[0]], "boundary.changes[1].step", "above the step before it, 800"),
        ([TWO[0], TWO[0]], "boundary.changes[1].step", "above the step before it, 100"),
        ([{"step": 3, "lambda1": 100.5}], "boundary.changes[0].lambda1", "between 0.0 and 100.0"),
        ([{"step": 3, "learning_rate": 0}], "boundary.changes[0].learning_rate", "between 1e-06 and 1.0"),
        ([{"step": 3, "lambda2": "much"}], "boundary.changes[0].lambda2", "must be a number"),
        ([{"step": i, "lambda2": 0} for i in range(101)], "boundary.changes", "may hold 100 at most"),
    ],
)
def test_what_cannot_be_is_a_sentence(changes: Any, key: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        config(changes)
    assert str(caught.value).startswith(f"{key} is")


def test_a_hand_at_the_helm_drops_what_was_planned_for_later() -> None:
    boundary = config(TWO).boundary
    assert boundary.steered(Change(300, lambda1=7.0)).changes == (Change(100, lambda2=0.0), Change(300, lambda1=7.0))
    again = boundary.steered(Change(100, lambda1=7.0))
    assert again.changes == (Change(100, lambda1=7.0, lambda2=0.0),)
    assert again.steered(Change(100, lambda1=8.0)).changes == (Change(100, lambda1=8.0, lambda2=0.0),)


def test_a_change_before_the_first_step_is_a_start_with_other_values() -> None:
    assert config([]).boundary.steered(Change(0, lambda2=0.7)) == dataclasses.replace(BoundaryConfig(), lambda2=0.7)


def test_more_than_can_be_kept_are_refused() -> None:
    boundary = config([{"step": i, "lambda2": i / 1000} for i in range(1, MOST_CHANGES + 1)]).boundary
    with pytest.raises(ConfigError, match="101 changes"):
        boundary.steered(Change(500, lambda2=0.5))
