"""Links hold the whole config: there and back for every preset and every setting."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from bdsg.app.components import run_payloads
from bdsg.app.visit import links
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.errors import ConfigError
from tests.frontend.scripts import node


def there_and_back(choices: links.Choices) -> links.Choices:
    """Through the very text of an address."""
    text = urlencode(links.to_parameters(choices))
    again = links.from_parameters(dict(parse_qsl(text, keep_blank_values=True)))
    assert again is not None
    return again


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_named_in_full_and_written_out(name: str) -> None:
    chosen: dict[str, Any] = {"data": {"preset": name}}
    config = ExperimentConfig.from_dict(chosen)
    assert there_and_back(chosen) == chosen
    full = there_and_back(config.to_dict())
    assert ExperimentConfig.from_dict(full) == config
    numbers = dataclasses.asdict(config.data.mixture_numbers())
    written = {**config.to_dict(), "data": {"mixture": numbers, "samples": config.data.samples}}
    assert ExperimentConfig.from_dict(there_and_back(written)).key() == config.key()


def test_every_setting_is_in_the_link() -> None:
    changed = {
        "data": {"preset": "ring", "samples": 77},
        "density": {"kind": "resflow", "hidden": [8, 9], "coefficient": 0.9, "steps": 7},
        "boundary": {
            "objective": "paper",
            "hidden": [5],
            "lambda1": 0.125,
            "snapshots": 9,
            "changes": [{"step": 7, "lambda2": 0.0}, {"step": 90, "lambda1": 1.5, "learning_rate": 1e-6}],
        },
        "epsilon": 0.0123456789012345,
        "delta": 0.001,
        "seed": 2**31 - 1,
        "device": "cuda",
    }
    config = ExperimentConfig.from_dict(changed)
    assert ExperimentConfig.from_dict(there_and_back(changed)) == config
    assert ExperimentConfig.from_dict(there_and_back(config.to_dict())) == config


def test_as_many_changes_as_there_may_be_fit_into_a_link() -> None:
    changes = [{"step": 10 * i, "lambda1": 0.125 + i, "lambda2": 0.0625, "learning_rate": 0.0123} for i in range(1, 80)]
    changes += [{"step": 1000 + i, "lambda2": i / 64} for i in range(21)]
    chosen: dict[str, Any] = {"data": {"preset": "ring"}, "boundary": {"steps": 2000, "changes": changes}}
    assert ExperimentConfig.from_dict(there_and_back(chosen)) == ExperimentConfig.from_dict(chosen)


def test_other_parameters_are_left_alone() -> None:
    assert links.from_parameters({"teach": "1", "frame": "7"}) is None
    assert links.from_parameters({"seed": "3", "frame": "7"}) == {"seed": 3, "data": {"preset": "bimodal"}}


@pytest.mark.parametrize("text", ["", "big", "nan", "inf", "0.2", "-1"])
def test_a_level_that_cannot_be_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match=r"must be a number from 0.001 to 0.1"):
        run_payloads.level_in(text, 0.001, 0.1)
    assert math.isclose(run_payloads.level_in("0.02", 0.001, 0.1), 0.02)


def test_the_address_keeps_its_other_parameters_to_the_letter(tmp_path: Path) -> None:
    driver = """
    const search = "?data.preset=ring&data.mixture=%7B%22a%22%7D&teach";
    const set = queryWith(search, "frame", 12);
    print([
      set, queryWith(set, "frame", 3), queryWith(set, "frame", null), queryWith("", "at", 0.5),
      queryWith("?at=1", "at", null),
      ["frame=7", "frame=", "frame=x", "other=7", "frame=1e1"].map((text) => numberIn(`?${text}`, "frame")),
    ]);
    """
    added, changed, dropped, first, last, read = node(("core/address",), driver, folder=tmp_path)
    start = "?data.preset=ring&data.mixture=%7B%22a%22%7D&teach"
    assert (added, changed, dropped) == (f"{start}&frame=12", f"{start}&frame=3", start)
    assert (first, last) == ("?at=0.5", "")
    assert read == [7, None, None, None, 10]
