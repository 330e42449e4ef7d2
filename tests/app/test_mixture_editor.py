"""An own mixture as the canvas, the table and JSON write it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from bdsg.app.widgets.mixture_editor import brief
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.data.mixture_rows import MOST_MODES, from_rows, read_modes, to_rows
from bdsg.errors import ConfigError

MODE = {"weight": 1, "x": 0.5, "y": -1, "long": 2, "short": 0.5, "angle": 30}


def test_a_turned_mode_by_hand() -> None:
    mixture = from_rows([{**MODE, "angle": 90}, {**MODE, "weight": 3, "angle": 45, "long": 3, "short": 1}])
    np.testing.assert_allclose(mixture.weights, [0.25, 0.75])
    np.testing.assert_allclose(mixture.covariances[0], [[0.25, 0], [0, 4]], atol=1e-12)
    np.testing.assert_allclose(mixture.covariances[1], [[5, 4], [4, 5]], atol=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_edited(name: str) -> None:
    mixture = GaussianMixture(*PRESETS[name].mixture.values())
    rows = read_modes(to_rows(mixture))
    numbers = json.loads(json.dumps(dataclasses.asdict(brief(from_rows(rows)))))
    again = GaussianMixture.from_config(ExperimentConfig.from_dict({"data": {"mixture": numbers}}).data)
    np.testing.assert_allclose(again.weights, mixture.weights, atol=2e-6)
    np.testing.assert_allclose(again.means, mixture.means, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(again.covariances, mixture.covariances, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "must hold 1 to"),
        ([], "must hold 1 to"),
        ([MODE] * (MOST_MODES + 1), "must hold 1 to"),
        ([MODE, 7], "must be a JSON object"),
        ([{**MODE, "colour": 1}], "colour"),
        ([{**MODE, "x": "here"}], "Gaussian 1, x"),
        ([MODE, {**MODE, "y": float("nan")}], "Gaussian 2, y"),
        ([{name: value for name, value in MODE.items() if name != "angle"}], "Gaussian 1, angle"),
    ],
)
def test_what_a_browser_may_send_is_refused_in_a_sentence(raw: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_modes(raw)


def test_widths_of_zero_are_a_sentence() -> None:
    with pytest.raises(ConfigError, match="σ above 0"):
        from_rows(read_modes([{**MODE, "short": 0}]))
