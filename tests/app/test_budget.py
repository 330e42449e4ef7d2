"""What one request may cost: refused before it is queued, with what it needs, what is allowed, and a way out."""

from __future__ import annotations

from typing import Any

import pytest

from bdsg.app.labels import plain
from bdsg.app.pages.tour import lessons
from bdsg.app.visit import budget
from bdsg.app.visit.links import MOST_METHODS
from bdsg.baselines.registry import METHODS
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.errors import BDSGError
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import Dimension

LARGEST: dict[str, Any] = {
    "kind": "iresnet",
    "blocks": 32,
    "hidden": [512] * 8,
    "steps": 50_000,
    "batch_size": 8192,
}


def config(density: dict[str, Any] | None = None, **boundary: Any) -> ExperimentConfig:
    return ExperimentConfig.from_dict(
        {"data": {"preset": "bimodal"}, "density": density or {"kind": "closed_form"}, "boundary": boundary}
    )


def test_every_preset_and_lesson_is_allowed_with_every_model() -> None:
    for name in PRESETS:
        for kind in ("closed_form", "iresnet", "resflow"):
            budget.check_run(ExperimentConfig.from_dict({"data": {"preset": name}, "density": {"kind": kind}}))
        budget.check_contest(ExperimentConfig.from_dict({"data": {"preset": name}}), METHODS[:MOST_METHODS])
    for step in (*lessons.STEPS, *lessons.FAILURES.values()):
        budget.check_run(ExperimentConfig.from_dict(dict(step.choices)))


@pytest.mark.parametrize(
    ("density", "boundary"),
    [
        (LARGEST, {}),
        ({**LARGEST, "batch_size": 256}, {}),
        ({"kind": "resflow", "steps": 50_000, "log_determinant": "truncated", "series_terms": 100}, {}),
        (None, {"hidden": [512] * 8, "steps": 50_000}),
        (None, {"batch_size": 4096, "steps": 50_000, "hidden": [512, 512]}),
    ],
)
def test_a_run_of_hours_is_refused(density: dict[str, Any] | None, boundary: dict[str, Any]) -> None:
    with pytest.raises(BDSGError, match=r"needs about .* allowed here: take .* or|GB, but 2 are allowed here: take"):
        budget.check_run(config(density, **boundary))


def test_a_batch_that_fills_the_memory_is_refused_though_it_is_quick() -> None:
    with pytest.raises(BDSGError, match=r"needs about \d+\.\d+ GB, but 2 are allowed here"):
        budget.check_run(config({**LARGEST, "hidden": [512], "steps": 1}))


def test_the_server_sets_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    long = config({"kind": "iresnet", "steps": 50_000})
    budget.check_run(config({"kind": "iresnet"}))
    monkeypatch.setenv("BDSG_MOST_MINUTES", "0.1")
    with pytest.raises(BDSGError, match=r"This run needs about 1 minute of a core, but 0.1 minutes are allowed here"):
        budget.check_run(config({"kind": "iresnet"}))
    with pytest.raises(BDSGError, match=r"This contest needs .*choose fewer methods"):
        budget.check_contest(config(), METHODS[:3])
    monkeypatch.setenv("BDSG_MOST_MINUTES", "0")
    budget.check_run(long)
    monkeypatch.setenv("BDSG_MOST_GIGABYTES", "0.001")
    with pytest.raises(BDSGError, match=r"GB, but 0.001 are allowed here"):
        budget.check_run(config({"kind": "iresnet"}))
    monkeypatch.delenv("BDSG_MOST_GIGABYTES")
    for text in ("many", "-1", "nan"):
        monkeypatch.setenv("BDSG_MOST_MINUTES", text)
        with pytest.raises(BDSGError, match=r"BDSG_MOST_MINUTES is .* 0 lifts the limit"):
            budget.check_run(config())


def test_a_study_is_counted_by_its_dearest_trial() -> None:
    steps = Dimension("boundary.steps", 100, 50_000, log=True)
    layers = Dimension("boundary.hidden", choices=("8-8", "512-512", "16-16"))
    plan = Plan(config(), (steps, layers), trials=100, seeds=0)
    dearest = budget.dearest_trial(plan)
    assert dearest.boundary.steps == 50_000
    assert dearest.boundary.hidden == (512, 512)
    with pytest.raises(
        BDSGError, match=r"This study needs .* (minutes|hours) of a core, but 60 minutes are allowed here"
    ):
        budget.check_study(plan)
    budget.check_study(Plan(config(), (Dimension("boundary.lambda1", 1.0, 100.0),), trials=1000))
    with pytest.raises(BDSGError, match=r"fewer trials"):
        budget.check_study(Plan(config(), (Dimension("boundary.lambda1", 1.0, 100.0),), trials=100_000))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("seed is '![x](//a.b/c.png)', but must", r"seed is '!\[x](//a.b/c.png)', but must"),
        ("<img src=x> $x$ **b** ~s~", r"\<img src=x> \$x\$ \*\*b\*\* \~s\~"),
        ("batch_size of _own_ `python -m bdsg`", r"batch_size of \_own\_ `python -m bdsg`"),
        ("see http://a.b, www.c.d", "see http:\u2060//a.b, www\u2060.c.d"),
        ("back\\slash\n\n# head", r"back\\slash # head"),
    ],
)
def test_text_from_a_link_makes_no_picture_and_no_link(text: str, shown: str) -> None:
    assert plain(text) == shown
