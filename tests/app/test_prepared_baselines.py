"""What is prepared for the rivals page: of the present settings, small, and true to its own scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bdsg.app.pages.baselines import prepared_baselines
from bdsg.app.pages.baselines.baseline_animation import POINTS, in_data_units
from bdsg.app.pages.baselines.prepared_baselines import NAMES, config_of, outcomes_for, prepared, read
from bdsg.baselines.registry import BASELINES, METHODS, OURS
from bdsg.experiments.compare import contest_key
from bdsg.experiments.problem import Problem
from bdsg.metrics import Band
from bdsg.metrics.boundary import bp1
from bdsg.serving.job import BASELINE_SNAPSHOTS

MOST_BYTES = 400_000


@pytest.mark.parametrize("preset", NAMES)
def test_each_file_belongs_to_the_present_settings(preset: str) -> None:
    found, config = read(preset), config_of(preset)
    assert tuple(found) == METHODS
    for name, (key, _) in found.items():
        wanted = contest_key(config, name, BASELINE_SNAPSHOTS)
        assert key == wanted, (
            f"run `python -m bdsg.app.pages.baselines.prepared_baselines {preset}` to train {name} anew"
        )
    assert (prepared_baselines.FOLDER / f"{preset}.safetensors.gz").stat().st_size < MOST_BYTES


@pytest.mark.parametrize("preset", NAMES)
def test_points_and_curves_agree_with_the_scores_beside_them(preset: str) -> None:
    config = config_of(preset)
    problem, band = Problem(config), Band(config.epsilon, config.delta)
    mixture, scene = problem.mixture, problem.scene
    for name, outcome in outcomes_for(config).items():
        row, rates = outcome.row, outcome.curves["roc"]
        assert np.trapezoid(rates[1], rates[0]) == pytest.approx(row.auroc, abs=3e-3), name
        assert len(outcome.frames) == len(outcome.steps) <= 16
        if outcome.frames.shape[1] and row.bp1 is not None:
            share = bp1(mixture.log_prob(in_data_units(outcome.frames[-1], scene)), band)
            assert share == pytest.approx(row.bp1, abs=4 * 0.5 / POINTS**0.5), name  # four standard errors


def test_what_generates_moves_and_other_contests_have_nothing() -> None:
    for name, outcome in prepared("three_modes").items():
        moves = name in OURS or BASELINES[name].module.removeprefix("neural.") in (
            "fence_gan",
            "minl_gan",
            "ano_gan",
            "egbad",
            "vae",
            "wgan",
        )
        assert (outcome.frames.shape[1] == POINTS) == moves
        if moves:
            assert np.abs(np.diff(outcome.frames.astype(int), axis=0)).sum() > 0
    assert outcomes_for(config_of("paper_b")) == {}


def test_a_missing_file_is_empty_and_a_written_one_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(prepared_baselines, "FOLDER", tmp_path / "none")
    assert read("ring") == {}
    found = {"vae": ("k", prepared("three_modes")["vae"])}
    prepared_baselines.write("ring", found)
    again = read("ring")
    assert (tuple(again), again["vae"][0], again["vae"][1].row) == (("vae",), "k", found["vae"][1].row)
