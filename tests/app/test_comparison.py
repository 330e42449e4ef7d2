"""Which runs are compared, and what is said to differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bdsg.app.pages import comparison
from bdsg.config import ExperimentConfig
from tests.app.payload_parts import full_payload
from tests.frontend.scripts import node
from tests.frontend.test_stage_scripts import part

CHOICES: dict[str, Any] = {
    "data": {"preset": "ring", "samples": 300},
    "boundary": {"objective": "paper", "steps": 90, "lambda2": 0.5},
    "epsilon": 0.02,
}


def test_the_other_objective_keeps_the_steps_and_drops_what_belongs_to_the_first() -> None:
    config = ExperimentConfig.from_dict(comparison.other_objective(CHOICES))
    ours = ExperimentConfig.from_dict({**CHOICES, "boundary": {"steps": 90}})
    assert config == ours
    back = ExperimentConfig.from_dict(comparison.other_objective(comparison.other_objective(CHOICES)))
    assert (back.boundary.objective, back.boundary.steps) == ("paper", 90)


@pytest.mark.parametrize(
    ("kind", "other"), [("closed_form", "iresnet"), ("iresnet", "closed_form"), ("resflow", "closed_form")]
)
def test_the_other_density_changes_nothing_else(kind: str, other: str) -> None:
    choices = {**CHOICES, "density": {"kind": kind}}
    first, second = (ExperimentConfig.from_dict(c) for c in (choices, comparison.other_density(choices)))
    assert second.density.kind == other
    assert (first.data, first.boundary, first.epsilon, first.seed) == (
        second.data,
        second.boundary,
        second.epsilon,
        second.seed,
    )


def test_differences_are_those_settings_and_no_others() -> None:
    first = ExperimentConfig.from_dict(CHOICES)
    changed = {**CHOICES, "data": {"preset": "grid", "samples": 300}, "seed": 4}
    second = ExperimentConfig.from_dict({**changed, "boundary": {**CHOICES["boundary"], "hidden": [4, 5]}})
    assert comparison.differences(first, first) == []
    assert comparison.differences(first, second) == [
        ("Distribution", "Ring of eight", "Grid of nine"),
        ("Hidden layers", "8, 8, 8", "4, 5"),
        ("Seed", "0", "4"),
    ]


def test_a_setting_that_one_run_does_not_have_is_absent_there() -> None:
    learned = ExperimentConfig.from_dict({**CHOICES, "density": {"kind": "iresnet", "blocks": 7}})
    rows = comparison.differences(ExperimentConfig.from_dict(CHOICES), learned)
    assert ("Blocks", "–", "7") in rows
    assert ("Density model", "Closed form", "IResNet") in rows


def test_bp1_is_listed_next_to_boundary_recall_and_nothing_rounds_up_to_all() -> None:
    scores = {"bp1": 0.9999, "boundary_recall": 0.02, "bf1": None, "bp2": 1.0, "components": 8, "components_covered": 0}
    rows = comparison.score_rows({**scores, "distance_mean": 0.1234}, {**scores, "distance_mean": None})
    assert [row[0] for row in rows[:2]] == ["BP1", "Boundary recall"]
    assert {name: (a, b) for name, a, b in rows} == {
        "BP1": ("> 99.9 %",) * 2,
        "Boundary recall": ("2.0 %",) * 2,
        "BF1": ("–",) * 2,
        "BP2": ("100 %",) * 2,
        "Components covered": ("0 of 8",) * 2,
        "Mean distance": ("0.123", "–"),
    }


def test_titles_say_what_tells_the_two_apart() -> None:
    first = ExperimentConfig.from_dict(CHOICES)
    assert comparison.titles(first, ExperimentConfig.from_dict(comparison.other_objective(CHOICES))) == (
        "A: Paper, eq. 4",
        "B: Ours",
    )
    assert comparison.titles(first, ExperimentConfig.from_dict(comparison.other_density(CHOICES))) == (
        "A: Closed form",
        "B: IResNet",
    )
    assert comparison.titles(first, first) == ("A", "B")


def test_two_timelines_keep_the_same_share_of_their_way(tmp_path: Path) -> None:
    for name, last in (("short", 4), ("long", 8)):
        (tmp_path / name).write_bytes(full_payload(**part(0, last), autoplay=True))
    driver = """
    const pair = new Ensemble(), read = payloads.map((bytes) => readTensors(bytes));
    pair.replace(read, false);
    const seen = [[pair.playing, pair.share]];
    const places = () => pair.sides.map((side) => side.playhead);
    pair.seek(4);
    seen.push([places(), pair.share, pair.words]);
    pair.toggle();
    pair.advance(0.5); // nine snapshots play at the slowest rate, 4 a second
    seen.push([places(), pair.playing]);
    pair.advance(100);
    seen.push([places(), pair.playing, pair.share]);
    pair.loop = true;
    pair.toggle();
    seen.push(places());
    pair.advance(2.3);
    seen.push(places());
    print(seen);
    """
    names = ("core/arrays", "player/timeline", "core/dom", "side_by_side/ensemble")
    seen = node(names, driver, tmp_path / "short", tmp_path / "long", folder=tmp_path)
    assert seen[0] == [True, 0]
    assert seen[1] == [[2, 4], 0.5, "steps 2 | 4"]
    assert seen[2] == [[3, 6], True]
    assert seen[3] == [[4, 8], False, 1]
    assert seen[4] == [0, 0]
    assert seen[5][0] == 4  # a looping leader rests beyond its last snapshot, the other does not leave its own
