"""What varies, over which range: read from the config's own limits."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from bdsg.config import BoundaryConfig, ExperimentConfig
from bdsg.errors import ConfigError
from bdsg.tuning.goals import known_goals
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import Dimension, applied, grid, parse_dimension, suggested, value_of, varied

CONFIG = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})


def test_every_setting_of_the_boundary_can_vary_within_its_own_limits() -> None:
    for field in dataclasses.fields(BoundaryConfig):
        name = f"boundary.{field.name}"
        if not field.metadata or field.name == "snapshots":
            assert name not in varied()
            continue
        found = suggested(CONFIG, name)
        if found.choices:
            assert value_of(CONFIG, name) in found.choices
            continue
        assert field.metadata["low"] <= found.low < found.high <= field.metadata["high"]
        assert found.low <= value_of(CONFIG, name) <= found.high


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda1=1:100:log", Dimension("boundary.lambda1", 1.0, 100.0, log=True)),
        ("samples=64:4096", Dimension("data.samples", 64, 4096)),
        ("density.learning_rate=0.001:0.1:log", Dimension("density.learning_rate", 0.001, 0.1, log=True)),
        ("hidden=64-64|8-8-8", Dimension("boundary.hidden", choices=("64-64", "8-8-8"))),
        ("batch_size=64|128", Dimension("boundary.batch_size", choices=(64, 128))),
        ("objective", Dimension("boundary.objective", choices=("ours", "paper"))),
    ],
)
def test_a_range_is_written_in_a_word(text: str, expected: Dimension) -> None:
    found = parse_dimension(CONFIG, text)
    assert found == expected
    assert Dimension.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lambda3", "is no setting that can vary"),
        ("lambda1=100:1", "must rise, and lie between 0.0 and 100.0"),
        ("lambda1=1:1000", "must rise, and lie between 0.0 and 100.0"),
        ("lambda1=0:1:log", "must be above 0 on a logarithmic range"),
        ("lambda1=1:x", "must be two numbers"),
        ("lambda1=1:2:cubic", "must be log or linear"),
        ("samples=64.5:100", "must have whole ends"),
        ("hidden=64", "must be two numbers|must be a list of choices"),
        ("hidden=64-64|64-64", "at least two different choices"),
        ("data.preset", "is no setting that can vary"),
    ],
)
def test_what_cannot_vary_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        parse_dimension(CONFIG, text)


def test_settings_are_applied_and_nothing_else_changes() -> None:
    changed = applied(CONFIG, {"boundary.lambda1": 7.0, "boundary.hidden": "8-8-8", "data.samples": 99})
    assert changed.boundary == dataclasses.replace(CONFIG.boundary, lambda1=7.0, hidden=(8, 8, 8))
    assert changed.data.samples == 99
    assert dataclasses.replace(changed, boundary=CONFIG.boundary, data=CONFIG.data) == CONFIG
    with pytest.raises(ConfigError, match="whole numbers joined by hyphens"):
        applied(CONFIG, {"boundary.hidden": "8-x"})


def test_a_grid_holds_the_ends_and_no_more_points_than_wanted() -> None:
    dimensions = (parse_dimension(CONFIG, "lambda1=1:100:log"), parse_dimension(CONFIG, "samples=16:64"))
    points = grid(dimensions, 30)
    assert len(points) == 25
    assert len({tuple(point.values()) for point in points}) == 25
    values = sorted({float(point["boundary.lambda1"]) for point in points})
    assert values == pytest.approx([10 ** (k / 2) for k in range(5)])
    assert {point["data.samples"] for point in points} == {16, 28, 40, 52, 64}
    for dimension in dimensions:
        shares = sorted({dimension.share(point[dimension.name]) for point in points})
        assert shares == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_bp1_never_stands_alone() -> None:
    with pytest.raises(ConfigError, match="add boundary_recall"):
        known_goals(["bp1", "seconds"])
    assert known_goals(["bp1", "br", "br"]) == ("bp1", "boundary_recall")


def test_a_plan_survives_json_and_its_name_does_not_depend_on_its_size() -> None:
    plan = Plan(CONFIG, (parse_dimension(CONFIG, "lambda1"),), ("bf1", "seconds"), trials=7)
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
    assert dataclasses.replace(plan, trials=9, batch=3).name() == plan.name()
    assert dataclasses.replace(plan, seed=1).name() != plan.name()
    low, high = plan.box()
    assert (low < [-1.75 - 2, -2]).all()
    assert (high > [1.75 + 2, 2]).all()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"trials": 0}, "trials is 0, but must lie between"),
        ({"sampler": "tea"}, "must be one of tpe"),
        ({"sampler": "cmaes", "goals": ("bf1", "seconds")}, "one goal"),
        ({"dimensions": ()}, "at least one setting"),
        ({"goals": ("fame",)}, "must be among bf1"),
    ],
)
def test_an_impossible_plan_is_a_sentence(settings: dict[str, object], sentence: str) -> None:
    plan = {"config": CONFIG, "dimensions": (parse_dimension(CONFIG, "lambda1"),), **settings}
    with pytest.raises(ConfigError, match=sentence):
        Plan(**plan)  # type: ignore[arg-type]


def test_shares_of_a_logarithmic_range() -> None:
    assert Dimension("boundary.lambda1", 1.0, 100.0, log=True).share(10.0) == pytest.approx(0.5)
    assert math.isclose(Dimension("boundary.lambda1", 0.0, 100.0).share(10.0), 0.1)
