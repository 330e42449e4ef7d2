"""What shapes a result and is no setting is part of every key."""

from __future__ import annotations

import json

import pytest

from bdsg.config import ExperimentConfig, constants

CONFIG = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})


@pytest.mark.parametrize("name", sorted(constants.BLOCK))
def test_a_constant_that_changes_retires_what_is_stored(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = CONFIG.key(), CONFIG.density_key()
    monkeypatch.setitem(constants.BLOCK, name, 2)
    assert CONFIG.key() != before[0]
    assert CONFIG.density_key() != before[1]


def test_constants_are_plain_numbers() -> None:
    assert json.loads(json.dumps(constants.BLOCK))["LEVEL_RANGE"] == list(constants.LEVEL_RANGE)
    assert len(constants.BLOCK) > 20
