"""BDSG and baselines side by side: on which truth, and with which scores."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from bdsg.baselines.contract import BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.baselines.neural.minl_gan import MinLGANSettings
from bdsg.baselines.neural.vae import VAESettings
from bdsg.baselines.registry import BASELINES, METHODS, OURS
from bdsg.baselines.report import table
from bdsg.config import ExperimentConfig
from bdsg.errors import ConfigError, EmptyBoundaryError
from bdsg.experiments.compare import Trained, bdsg_config, contest, contest_key, score_trained
from bdsg.experiments.problem import Problem
from bdsg.metrics import auroc
from bdsg.metrics.boundary import boundary_scores
from bdsg.runs.result import Progress, Scene

OWN: dict[str, Any] = {
    "data": {
        "mixture": {"weights": [0.6, 0.4], "means": [[-2, 0], [2, 1]], "covariances": [[[1, 0.3], [0.3, 0.5]]] * 2},
        "samples": 128,
    },
    "density": {"kind": "iresnet", "steps": 30, "blocks": 2, "hidden": [8], "batch_size": 64},
    "boundary": {"steps": 20, "hidden": [8], "batch_size": 32},
    "seed": 3,
}
CONFIG = ExperimentConfig.from_dict(OWN)
PROBLEM = Problem(CONFIG)
QUICK = {"vae": VAESettings(steps=5, hidden=(8,)), "minl_gan": MinLGANSettings(steps=5, hidden=(8,))}


def rows_of(events: list[Any]) -> dict[str, BaselineScores]:
    return {event.method: event for event in events if isinstance(event, BaselineScores)}


def test_a_perfect_score_is_perfect_and_chance_is_chance() -> None:
    perfect = score_trained("vae", PROBLEM, Trained(-PROBLEM.log_p_x, None, 1.5))
    assert [perfect.auroc, perfect.auprc_anomalous, perfect.auprc_normal] == [1, pytest.approx(1), pytest.approx(1)]
    assert [perfect.near_auroc, perfect.near_auprc_anomalous] == [1, pytest.approx(1)]
    assert (perfect.title, perfect.seconds, perfect.bp1, perfect.covered) == ("VAE", 1.5, None, None)
    chance = score_trained(
        "vae", PROBLEM, Trained(np.random.default_rng(0).normal(size=len(PROBLEM.grid.nodes)), None, 0.0)
    )
    assert chance.auroc == pytest.approx(0.5, abs=0.02)
    normal = PROBLEM.log_p_x >= math.log(CONFIG.epsilon)
    assert chance.auprc_normal == pytest.approx(normal.mean(), abs=0.02)
    assert chance.auprc_anomalous == pytest.approx(1 - normal.mean(), abs=0.02)


def test_near_the_boundary_far_nodes_do_not_count() -> None:
    far = np.abs(PROBLEM.log_p_x - math.log(CONFIG.epsilon)) > math.log(10)
    assert 0.2 < far.mean() < 0.95
    scores = np.where(far, PROBLEM.log_p_x, -PROBLEM.log_p_x)  # wrong wherever it is far
    row = score_trained("vae", PROBLEM, Trained(scores, None, 0.0))
    assert row.near_auroc == 1
    assert row.auroc is not None
    assert row.auroc < 0.9


def test_boundary_scores_are_those_of_the_metrics() -> None:
    points = np.random.default_rng(0).normal(size=(500, 2)) * 3
    row = score_trained("wgan", PROBLEM, Trained(-PROBLEM.log_p_x, points, 0.0))
    log_p_x = PROBLEM.mixture.log_prob(points)
    wanted = boundary_scores(PROBLEM.contour, PROBLEM.band, points, log_p_x)
    inside = (log_p_x <= math.log(CONFIG.epsilon)) & (log_p_x >= math.log(CONFIG.delta))
    assert row.bp1 == pytest.approx(inside.mean())
    assert (row.boundary_recall, row.components) == (wanted.boundary_recall, wanted.component_recalls)
    assert row.bf1 == pytest.approx(2 * row.bp1 * row.boundary_recall / (row.bp1 + row.boundary_recall))


def test_every_method_takes_part_and_has_its_scores() -> None:
    quick = {}
    for name, entry in BASELINES.items():
        defaults = entry.load().Settings()
        small = {"steps": 4, "hidden": (8,)} if hasattr(defaults, "steps") else {"points": 500}
        small |= {"ano_gan": {"inversion_steps": 2}, "mixture": {"modes": 3}}.get(name, {})
        quick[name] = dataclasses.replace(defaults, **small)
    events = list(contest(CONFIG, snapshots=2, settings=quick))
    rows = rows_of(events)
    assert tuple(rows) == METHODS
    assert isinstance(events[0], Scene)
    for name, row in rows.items():
        assert row.error is None
        assert row.seconds > 0
        for value in (row.auroc, row.auprc_anomalous, row.auprc_normal, row.near_auroc, row.near_auprc_normal):
            assert value is not None
            assert 0 <= value <= 1
        generates = name in OURS or bool(BASELINES[name].generates)
        assert (row.bp1 is not None) == (row.bf1 is not None) == (row.covered is not None) == generates
        snapshots = [event for event in events if isinstance(event, BaselineSnapshot) and event.method == name]
        assert len(snapshots) >= (2 if hasattr(quick.get(name), "steps") else 1)
        assert {len(snapshot.scores) for snapshot in snapshots} == {64 * 64}
    for ranks in (event for event in events if isinstance(event, BaselineRanks)):
        assert 0 < ranks.ranks.min() < ranks.ranks.max() < 1
        normal = PROBLEM.log_p_x >= math.log(CONFIG.epsilon)
        assert auroc(normal, -ranks.ranks.ravel()) == pytest.approx(rows[ranks.method].auroc, abs=1e-6)
    assert sum(isinstance(event, BaselineRanks) for event in events) == len(METHODS)
    assert rows["bdsg"].auroc == rows["bdsg_paper"].auroc  # one flow, two objectives
    assert rows["mixture"].auroc > 0.99  # the family that the data come from
    stages = {event.stage for event in events if isinstance(event, Progress)}
    assert {"bdsg density", "bdsg boundary", "bdsg_paper boundary", "vae", "neighbours"} <= stages


def test_a_method_alone_gets_the_bits_that_it_gets_in_company() -> None:
    alone = rows_of(list(contest(CONFIG, ["minl_gan"], snapshots=2, settings=QUICK)))["minl_gan"]
    company = rows_of(list(contest(CONFIG, ["vae", "minl_gan"], snapshots=5, settings=QUICK)))["minl_gan"]
    assert dataclasses.replace(alone, seconds=0.0) == dataclasses.replace(company, seconds=0.0)
    other = dataclasses.replace(CONFIG, seed=4)
    assert rows_of(list(contest(other, ["minl_gan"], settings=QUICK)))["minl_gan"].auroc != alone.auroc


@pytest.mark.parametrize("method", ["vae", "neighbours", "bdsg"])
def test_a_stop_ends_it_without_a_row(method: str) -> None:
    events = list(contest(CONFIG, [method, "minl_gan"], stop=lambda: True))
    assert rows_of(events) == {}


def test_a_divergence_has_a_row_that_says_so_and_the_others_go_on() -> None:
    absurd = VAESettings(steps=20, hidden=(8,))
    object.__setattr__(absurd, "learning_rate", 1e38)
    rows = rows_of(list(contest(CONFIG, ["vae", "neighbours"], settings={"vae": absurd})))
    assert "The VAE training diverged at step" in str(rows["vae"].error)
    assert rows["vae"].auroc is None
    assert rows["neighbours"].auroc is not None
    assert "Lower vae.learning_rate" in table(rows.values())


def test_bdsg_never_uses_the_closed_form_and_keeps_its_own_settings() -> None:
    closed = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})
    assert (
        bdsg_config(closed, "bdsg", 4).density
        == ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "density": {"kind": "iresnet"}}).density
    )
    own = bdsg_config(CONFIG, "bdsg", 4)
    assert (own.density, own.boundary.steps, own.boundary.objective) == (CONFIG.density, 20, "ours")
    paper = bdsg_config(CONFIG, "bdsg_paper", 4)
    assert paper.boundary.objective == "paper"
    assert paper.boundary.hidden == (8, 8, 8)
    assert paper.density_key() == own.density_key()


def test_a_part_in_a_contest_has_a_key_of_all_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    other = dataclasses.replace(CONFIG, seed=4)
    keys = {contest_key(config, name, 4) for config in (CONFIG, other) for name in METHODS}
    assert len(keys) == 2 * len(METHODS)
    assert contest_key(CONFIG, "vae", 4) == contest_key(CONFIG, "vae", 4) != contest_key(CONFIG, "vae", 5)
    longer = dataclasses.replace(CONFIG, boundary=dataclasses.replace(CONFIG.boundary, steps=21))
    assert contest_key(longer, "bdsg", 4) != contest_key(CONFIG, "bdsg", 4)
    before = contest_key(CONFIG, "vae", 4)
    monkeypatch.setattr("bdsg.baselines.neural.vae.VAE.Settings", lambda: VAESettings(steps=7))
    assert contest_key(CONFIG, "vae", 4) != before


def test_a_config_without_boundary_is_refused() -> None:
    with pytest.raises(EmptyBoundaryError):
        next(contest(dataclasses.replace(CONFIG, epsilon=5.0), ["vae"]))
    with pytest.raises(ConfigError, match="must be among"):
        next(contest(CONFIG, ["gan"]))
