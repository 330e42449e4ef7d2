"""Configs: what is written, over the preset, over the defaults; limits; JSON and keys."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bdsg.config import (
    PAPER_BOUNDARY,
    BoundaryConfig,
    DataConfig,
    DensityConfig,
    ExperimentConfig,
    MixtureConfig,
)
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.errors import BDSGError, ConfigError, EmptyBoundaryError

MIXTURE = {"weights": [0.5, 0.5], "means": [[-2, 0], [2, 0]], "covariances": [[[1, 0], [0, 1]], [[1, 0], [0, 1]]]}


def config(**raw: Any) -> ExperimentConfig:
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, **raw})


@pytest.mark.parametrize("name", PRESETS)
def test_presets_come_back_from_json(name: str) -> None:
    made = ExperimentConfig.from_dict({"data": {"preset": name}})
    assert ExperimentConfig.from_json(made.to_json()) == made
    assert ExperimentConfig.from_json(made.to_json()).key() == made.key()
    assert made.epsilon == PRESETS[name].epsilon
    assert made.delta == pytest.approx(made.epsilon / 10, rel=1e-12)
    assert made.epsilon < math.exp(GaussianMixture.from_config(made.data).peak())
    assert sum(PRESETS[name].mixture["weights"]) == pytest.approx(1.0, abs=1e-12)
    for key, value in PRESETS[name].boundary.items():
        found = getattr(made.boundary, key)
        assert (list(found) if isinstance(found, tuple) else found) == value
    for key, value in PRESETS[name].density.items():
        assert getattr(made.density, key) == value


@pytest.mark.parametrize("name", PRESETS)
def test_a_named_and_a_written_mixture_have_one_key(name: str) -> None:
    named = ExperimentConfig.from_dict({"data": {"preset": name}})
    raw = named.to_dict()
    raw["data"] = {"mixture": PRESETS[name].mixture, "samples": named.data.samples}
    written = ExperimentConfig.from_dict(raw)
    assert written != named
    assert written.key() == named.key()
    assert written.density_key() == named.density_key()


def test_presets_of_the_paper() -> None:
    boundaries = {name: ExperimentConfig.from_dict({"data": {"preset": name}}).boundary for name in PRESETS}
    assert {name for name, boundary in boundaries.items() if boundary.objective == "paper"} == {
        "paper_a", "paper_b", "paper_c", "paper_d", "paper_without_l2", "paper_separate", "paper_wide"
    }  # fmt: skip
    a, b, c, d = (boundaries[f"paper_{letter}"] for letter in "abcd")
    assert (a.hidden, b.hidden) == ((8, 8), (8, 8, 8))  # 2-8-8-2 and 2-8-8-8-2
    assert [boundary.lambda1 for boundary in (a, b, c, d)] == [0.3] * 4
    assert [boundary.lambda2 for boundary in (a, b, c, d)] == [0.025, 0.025, 0.025, 0.25]
    assert [boundary.batch_size for boundary in (a, b, c, d)] == [256, 256, 128, 256]
    assert len(d.hidden) > len(b.hidden)
    assert dataclasses.replace(boundaries["paper_without_l2"], lambda2=0.25) == d  # nothing else is ablated
    assert DataConfig(preset="paper_a").samples == 1024


def test_what_is_written_goes_over_the_preset_over_the_defaults() -> None:
    made = ExperimentConfig.from_dict({"data": {"preset": "paper_d"}, "boundary": {"lambda2": 0.5}, "epsilon": 0.02})
    assert made.boundary.lambda2 == 0.5
    assert made.boundary.hidden == (8, 8, 8, 8, 8)  # the preset's
    assert made.boundary.steps == 700  # the preset's, too
    assert made.boundary.lambda1 == 0.3  # the published weight, and no default
    assert made.boundary.snapshots == BoundaryConfig().snapshots
    assert (made.epsilon, made.delta) == (0.02, 0.002)


def test_another_variant_than_the_presets_starts_from_its_own_defaults() -> None:
    ours = ExperimentConfig.from_dict({"data": {"preset": "paper_d"}, "boundary": {"objective": "ours"}})
    assert ours.boundary == BoundaryConfig()
    paper = config(boundary={"objective": "paper"})
    assert paper.boundary == BoundaryConfig(objective="paper", **PAPER_BOUNDARY)
    assert config(density={"kind": "resflow"}).density.log_determinant == "roulette"
    assert config(density={"kind": "resflow", "log_determinant": "exact"}).density.log_determinant == "exact"
    assert config(density={"kind": "iresnet"}).density.log_determinant == "exact"


def test_the_norm_that_older_configs_name_is_understood_and_another_is_a_sentence() -> None:
    assert config(density={"kind": "resflow", "norm": "spectral"}) == config(density={"kind": "resflow"})
    with pytest.raises(ConfigError, match=r"density.norm is 'mixed', but .* removed: leave it out") as caught:
        config(density={"kind": "resflow", "norm": "mixed"})
    assert caught.value.key == "density.norm"


def test_a_mixture_alone_is_enough() -> None:
    made = ExperimentConfig.from_dict({"data": {"mixture": MIXTURE}})
    assert made.data.mixture == MixtureConfig((0.5, 0.5), ((-2.0, 0.0), (2.0, 0.0)), (((1.0, 0.0), (0.0, 1.0)),) * 2)
    assert (made.density, made.boundary) == (DensityConfig(), BoundaryConfig())
    assert (made.epsilon, made.delta, made.seed) == (0.01, 0.001, 0)


def test_keys_tell_runs_apart_and_forget_how_they_were_written() -> None:
    base = config()
    assert re.fullmatch("[0-9a-f]{32}", base.key())
    changed = [
        config(seed=1), config(epsilon=0.02), config(delta=0.002), config(boundary={"lambda1": 2.0}),
        config(density={"kind": "iresnet"}), config(data={"preset": "bimodal", "samples": 500}),
        config(data={"preset": "ring"}),
    ]  # fmt: skip
    assert len({made.key() for made in [base, *changed]}) == 1 + len(changed)
    assert config(boundary={"lambda1": 50}).key() == config(boundary={"lambda1": 50.0}).key() == base.key()
    assert config(epsilon=0.01, seed=0, delta=None).key() == base.key()


def test_whole_numbers_are_floats_where_floats_are_meant() -> None:
    made = dataclasses.replace(config(), epsilon=1, delta=0.5)
    assert made.to_json() == dataclasses.replace(config(), epsilon=1.0, delta=0.5).to_json()
    assert isinstance(made.epsilon, float)
    assert isinstance(made.seed, int)


def test_density_keys_ignore_the_boundary_and_the_levels() -> None:
    base = config(density={"kind": "iresnet"})
    for same in ({"boundary": {"steps": 9}}, {"epsilon": 0.02}):
        assert config(density={"kind": "iresnet"}, **same).density_key() == base.density_key()
    for other in ({"seed": 1}, {"data": {"preset": "ring"}}, {"density": {"kind": "iresnet", "blocks": 3}}):
        raw: dict[str, Any] = {"density": {"kind": "iresnet"}, **other}
        assert config(**raw).density_key() != base.density_key()


WRONG: list[tuple[Any, str, str]] = [
    (None, "config", "JSON object"),
    ([], "config", "JSON object"),
    ({}, "data", "every run needs data"),
    ({"data": {}}, "data", "exactly one of"),
    ({"data": {"preset": "bimodal", "mixture": MIXTURE}}, "data", "exactly one of"),
    ({"data": {"preset": "bimodel"}}, "data.preset", "must be one of unimodal, bimodal"),
    ({"data": {"preset": ["bimodal"]}}, "data.preset", "must be one of"),
    ({"data": {"preset": "bimodal", "samples": 15}}, "data.samples", "between 16 and 20,000"),
    ({"data": {"preset": "bimodal", "samples": 100.5}}, "data.samples", "whole number from 16 to 20,000"),
    ({"data": {"preset": "bimodal"}, "sede": 3}, "config.sede", "not a known setting: choose from data"),
    ({"data": {"preset": "bimodal"}, 7: 3}, "config.7", "not a known setting"),
    ({"data": {"preset": "bimodal"}, "seed": -1}, "seed", "between 0 and 2,147,483,647"),
    ({"data": {"preset": "bimodal"}, "seed": True}, "seed", "must be a number"),
    ({"data": {"preset": "bimodal"}, "seed": None}, "seed", "must be a number"),
    ({"data": {"preset": "bimodal"}, "seed": 1.0}, "seed", "whole number"),
    ({"data": {"preset": "bimodal"}, "epsilon": "0.1"}, "epsilon", "must be a number"),
    ({"data": {"preset": "bimodal"}, "epsilon": float("nan")}, "epsilon", "finite number"),
    ({"data": {"preset": "bimodal"}, "epsilon": 10**400}, "epsilon", "finite number"),
    ({"data": {"preset": "bimodal"}, "epsilon": 0}, "epsilon", "between 1e-12"),
    ({"data": {"preset": "bimodal"}, "epsilon": 0.01, "delta": 0.01}, "delta", "below epsilon, 0.01: try 0.001"),
    ({"data": {"preset": "bimodal"}, "density": []}, "density", "JSON object"),
    ({"data": {"preset": "bimodal"}, "density": {"kind": "glow"}}, "density.kind", "closed_form, iresnet, resflow"),
    ({"data": {"preset": "bimodal"}, "density": {"kind": ["iresnet"]}}, "density.kind", "must be one of"),
    ({"data": {"preset": "bimodal"}, "density": {"coefficient": 1.0}}, "density.coefficient", "between 0.1 and 0.995"),
    ({"data": {"preset": "bimodal"}, "density": {"hidden": []}}, "density.hidden", "1 to 8 whole numbers"),
    ({"data": {"preset": "bimodal"}, "density": {"hidden": [8] * 9}}, "density.hidden", "1 to 8 whole numbers"),
    ({"data": {"preset": "bimodal"}, "density": {"hidden": [8.5]}}, "density.hidden", "whole number from 1 to 512"),
    ({"data": {"preset": "bimodal"}, "density": {"hidden": [8, 513]}}, "density.hidden", "between 1 and 512"),
    ({"data": {"preset": "bimodal"}, "density": {"hidden": 64}}, "density.hidden", "1 to 8 whole numbers"),
    ({"data": {"preset": "bimodal"}, "boundary": {"objective": None}}, "boundary.objective", "ours, paper"),
    ({"data": {"preset": "bimodal"}, "boundary": {"lambda1": -0.1}}, "boundary.lambda1", "between 0.0 and 100.0"),
    ({"data": {"preset": "bimodal"}, "boundary": {"lamda1": 1}}, "boundary.lamda1", "choose from objective"),
    ({"data": {"mixture": []}}, "data.mixture", "JSON object"),
    ({"data": {"mixture": {"weights": [1]}}}, "data.mixture.means", "is missing"),
    ({"data": {"mixture": {**MIXTURE, "weights": 1}}}, "data.mixture.weights", "lists of numbers"),
    ({"data": {"mixture": {**MIXTURE, "means": [[1, "a"]]}}}, "data.mixture.means", "must be a number"),
    ({"data": {"mixture": {**MIXTURE, "means": []}}}, "data.mixture.means", "lists of numbers"),
    ({"data": {"mixture": {**MIXTURE, "sigma": 1}}}, "data.mixture.sigma", "choose from weights, means, covariances"),
]


@pytest.mark.parametrize(("raw", "key", "remedy"), WRONG)
def test_a_wrong_setting_is_named_with_its_remedy(raw: Any, key: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict(raw)
    assert caught.value.key == key
    assert str(caught.value).startswith(f"{key} is ")
    assert remedy in str(caught.value)
    assert isinstance(caught.value, BDSGError)


def test_limits_themselves_are_allowed() -> None:
    low = config(epsilon=1e-12, density={"hidden": [1], "blocks": 1}, boundary={"lambda1": 0, "steps": 1}, seed=0)
    assert low.delta == pytest.approx(1e-13)
    high = config(seed=2**31 - 1, density={"hidden": [512] * 8}, data={"preset": "ring", "samples": 20_000})
    assert high.density.hidden == (512,) * 8


@pytest.mark.parametrize(
    "text", ["", "{", "nonsense", '{"data": {"preset": "bimodal"},}', "[" * 100_000, '{"seed": ' + "1" * 5000 + "}"]
)
def test_text_that_is_not_json(text: str) -> None:
    with pytest.raises(ConfigError, match="is not valid JSON") as caught:
        ExperimentConfig.from_json(text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("depth", [100, 900, 985, 2000])
def test_deep_nesting_is_a_config_error(depth: int) -> None:
    with pytest.raises(ConfigError):
        ExperimentConfig.from_json('{"data": ' + "[" * depth + "]" * depth + "}")
    nested: Any = []
    for _ in range(depth):
        nested = [nested]
    with pytest.raises(ConfigError):
        ExperimentConfig.from_dict({"data": nested})


def test_a_number_too_long_to_show_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="epsilon is a int too long to show, but must be a finite number"):
        config(epsilon=10**5000)


def test_not_a_number_in_json_is_refused() -> None:
    for word in ("NaN", "Infinity", "-Infinity", "1e999"):
        with pytest.raises(ConfigError, match=r"epsilon is .* finite number"):
            ExperimentConfig.from_json(f'{{"data": {{"preset": "bimodal"}}, "epsilon": {word}}}')


def test_long_values_are_cut_in_messages() -> None:
    with pytest.raises(ConfigError) as caught:
        config(density={"kind": "x" * 10_000})
    assert len(str(caught.value)) < 250


def test_an_empty_boundary_names_a_level_that_works() -> None:
    error = EmptyBoundaryError(0.5, 0.159)
    assert str(error) == (
        "epsilon is 0.5, but the density is nowhere above 0.159, so nothing would count as normal: "
        "choose an epsilon below it, for example 0.016."
    )


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
SETTINGS = sorted(
    {field.name for kind in (DataConfig, DensityConfig, BoundaryConfig, ExperimentConfig, MixtureConfig)
     for field in dataclasses.fields(kind)}
)  # fmt: skip
WORDS = st.sampled_from([*SETTINGS, *PRESETS, "ours", "paper", "iresnet"])
JUNK = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(JUNK)
@settings(max_examples=200)
def test_junk_raises_nothing_but_config_error(raw: Any) -> None:
    for whole in (raw, {"data": raw}, {"data": {"preset": "bimodal"}, "density": raw},
                  {"data": {"preset": "bimodal"}, "boundary": raw}, {"data": {"mixture": raw}}):  # fmt: skip
        try:
            made = ExperimentConfig.from_dict(whole)
        except ConfigError:
            continue
        assert ExperimentConfig.from_json(made.to_json()) == made


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_any_text_is_a_config_error(text: str) -> None:
    with pytest.raises(ConfigError):
        ExperimentConfig.from_json(text)


NUMBER = st.floats(0.0, 100.0)


@given(
    st.sampled_from(sorted(PRESETS)),
    NUMBER,
    NUMBER,
    st.integers(0, 2**31 - 1),
    st.floats(1e-12, 1e6),
    st.floats(0.01, 0.99),
)
@settings(max_examples=100)
def test_valid_configs_come_back_exactly(
    preset: str, lambda1: float, lambda2: float, seed: int, epsilon: float, ratio: float
) -> None:
    delta = max(epsilon * ratio, 1e-13)
    made = ExperimentConfig.from_dict(
        {
            "data": {"preset": preset},
            "boundary": {"lambda1": lambda1, "lambda2": lambda2},
            "epsilon": epsilon,
            "delta": delta if delta < epsilon else None,
            "seed": seed,
        }
    )
    assert ExperimentConfig.from_json(made.to_json()) == made
    assert ExperimentConfig.from_dict(json.loads(json.dumps(made.to_dict()))).key() == made.key()


def test_settings_of_a_flow_do_not_matter_to_the_closed_form() -> None:
    closed = [ExperimentConfig.from_dict({"data": {"preset": "ring"}, "density": {"blocks": n}}).key() for n in (4, 5)]
    learned = [
        ExperimentConfig.from_dict({"data": {"preset": "ring"}, "density": {"kind": "iresnet", "blocks": n}}).key()
        for n in (4, 5)
    ]
    assert closed[0] == closed[1]
    assert learned[0] != learned[1]


UNITS = {"names": ["height (cm)", "weight (kg)"], "shift": [100.0, 30.0], "scale": [20.0, 8.0]}


def with_units(units: object) -> ExperimentConfig:
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal", "units": units}})


def test_units_are_shown_and_change_no_number() -> None:
    config, plain = with_units(UNITS), ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})
    assert ExperimentConfig.from_json(config.to_json()) == config
    assert (config.key(), config.density_key()) == (plain.key(), plain.density_key())
    assert config.data.units is not None
    np.testing.assert_allclose(config.data.units.of(np.array([[0.0, 1.0]])), [[100.0, 38.0]])
    assert "units" not in plain.to_dict()["data"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"names": "xy"}, "must be a list of two"),
        ({"names": ["x", ""]}, "must be text of 1 to 40 characters"),
        ({"names": ["x", 3]}, "must be text of 1 to 40 characters"),
        ({"names": ["x"]}, "must hold two names"),
        ({"shift": [1.0, 2.0, 3.0]}, "must hold two names"),
        ({"scale": [1.0, 0.0]}, "two scales above 0"),
        ({"scale": [1.0, float("nan")]}, "data.units.scale"),
        ({"scale": None}, "data.units.scale"),
        ({"colour": "red"}, "not a known setting"),
    ],
)
def test_bad_units_are_a_sentence(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        with_units({**UNITS, **changed})
