"""The pulls of the loss's terms: compiled against autograd, and both against the numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from bdsg.boundary.kernels.density import log_density
from bdsg.boundary.kernels.paper import paper_terms
from bdsg.boundary.kernels.terms import EVALUATE
from bdsg.boundary.objectives import Objective, OurObjective, PaperObjective, make_objective
from bdsg.boundary.term_gradients import SHOWN, forces_by_autograd
from bdsg.boundary.training.compiled_objective import _paper_workspace, compiled_stepper
from bdsg.boundary.training.compiled_steps import KernelStepper
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import Weights
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, TabulatedDensity
from bdsg.experiments import run_experiment
from bdsg.runs.result import Result

LATENT = torch.randn(300, 2, generator=torch.Generator().manual_seed(5))
CLOSE = (1e-3, 2e-3, 1e-2)
"""Largest difference of each pull as a share of the largest: two points that nearly meet lose digits in L2."""


def closed_form(name: str) -> ClosedForm:
    return ClosedForm(GaussianMixture(**PRESETS[name].mixture))


def made(kind: str, preset: str, *, table: float | None = None, **settings: Any) -> Objective:
    raw = {"data": {"preset": preset}, "boundary": {"objective": kind, "hidden": [8, 8], "batch_size": 64, **settings}}
    config, density = ExperimentConfig.from_dict(raw), closed_form(preset)
    random = torch.Generator().manual_seed(1)
    samples = density.sample(1500, random).float()
    edge = torch.full((2,), table or 0.0).double()
    tabulated = TabulatedDensity(density, -edge, edge, (80, 80)).float() if table else density
    return make_objective(config.boundary, tabulated, samples[:200], samples, 0.01, 0.001, random)


def trained(objective: Any, steps: int) -> KernelStepper:
    stepper = compiled_stepper(objective, objective.config)
    assert isinstance(stepper, KernelStepper)
    z = stepper.draw(max(1, steps), torch.Generator().manual_seed(2))
    stepper.steps(z, np.full(len(z), 0.01 if steps else EVALUATE), 0)
    return stepper


@pytest.mark.parametrize("steps", [0, 60])
@pytest.mark.parametrize(
    ("kind", "preset", "table", "levels"),
    [
        ("paper", "bimodal", None, 1), ("paper", "ring", None, 1), ("paper", "bimodal", 3.0, 1),
        ("ours", "bimodal", None, 1), ("ours", "ring", None, 1), ("ours", "bimodal", 9.0, 1),
        ("ours", "three_modes", None, 5),
    ],
)  # fmt: skip
def test_compiled_pulls_are_those_of_autograd(
    kind: str, preset: str, table: float | None, levels: int, steps: int
) -> None:
    objective = made(kind, preset, table=table, levels=levels)
    stepper = trained(objective, steps)
    points = stepper.points(LATENT)
    assert table != 3.0 or (np.abs(points[:SHOWN]) > 3.0).any()  # some are looked up beyond the table
    found, truth = stepper.forces(LATENT), forces_by_autograd(objective, LATENT)
    assert found.shape == (3, SHOWN, 2)
    for mine, other, close in zip(found, truth, CLOSE, strict=True):
        assert np.abs(other).max() > 0 or preset == "ring"  # the first circle around it meets hardly any density
        np.testing.assert_allclose(mine, other, rtol=0, atol=close * np.abs(other).max())


@pytest.mark.parametrize("kind", ["paper", "ours"])
def test_pulls_are_the_gradient_of_the_weighted_loss(kind: str) -> None:
    """With the points themselves as parameters: −N·∇L, term by term, at weights that were changed on the way."""
    objective = made(kind, "three_modes")
    stepper, z = trained(objective, 40), LATENT[:7]
    stepper.weigh(Weights(0.7, 0.2, 0.01))
    points = torch.from_numpy(stepper.points(z).copy()).requires_grad_()
    l0, l1, l2 = objective.terms_at(z, points)
    (slope,) = torch.autograd.grad(l0 + 0.7 * l1 + 0.2 * l2, points)
    total = stepper.forces(z).sum(0)
    np.testing.assert_allclose(total, -7 * slope.numpy(), rtol=1e-3, atol=1e-3 * float(slope.abs().max()))


def test_the_terms_at_b_are_the_terms_of_the_loss() -> None:
    for kind, levels in (("paper", 1), ("ours", 1)):
        objective = made(kind, "bimodal", levels=levels)
        with torch.no_grad():
            terms = objective.terms(LATENT, torch.Generator())
            parts = objective.terms_at(LATENT, objective.generator(LATENT))
        assert [float(part) for part in parts] == pytest.approx([float(term) for term in terms[1:]], rel=1e-4)


def test_eq_4_by_hand() -> None:
    objective = made("paper", "unimodal")
    assert isinstance(objective, PaperObjective)
    objective.data = torch.tensor([[0.0, 0.0], [3.0, 0.0]])
    circle, points = np.array([[1.0, -1.0], [0.0, 0.0]], np.float32), np.array([[1.0, 1.0], [4.0, 5.0]], np.float32)
    loss, workspace, terms = trained(objective, 0).loss, _paper_workspace(2), np.zeros(4)
    workspace.points[:] = points.T
    log_density(loss.density, *workspace.points, workspace.found)
    paper_terms(circle, loss, workspace, terms)
    slopes = workspace.slopes.transpose(0, 2, 1)
    x = torch.from_numpy(points).double().requires_grad_()
    density = torch.exp(objective.density.log_prob(x))
    (slope,) = torch.autograd.grad(density.mean(), x)
    np.testing.assert_allclose(slopes[0], slope.numpy(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(slopes[1], [[0.5 / 2**0.5] * 2, [0.5 / 26**0.5, 2.5 / 26**0.5]], rtol=1e-5)
    # ‖z_i − z_j‖ = 2 on the circle, ‖b_i − b_j‖ = 5, N = 2: one pair, −2·(−3, −4)/125.
    np.testing.assert_allclose(slopes[2], 2 / 125 * np.array([[3, 4], [-3, -4]]), rtol=1e-5)
    expected = [float(density.mean().detach()), 0.5 * (2**0.5 + 26**0.5), 2 / 5]
    np.testing.assert_allclose(terms[1:], expected, rtol=1e-5)


def test_one_point_alone_is_not_pushed() -> None:
    for kind in ("paper", "ours"):
        objective = made(kind, "bimodal")
        stepper = trained(objective, 0)
        z = LATENT[:1]
        pulls = stepper.forces(z)
        assert np.isfinite(pulls).all()
        assert not pulls[2].any()
        np.testing.assert_allclose(pulls, forces_by_autograd(objective, z), rtol=1e-3, atol=1e-5)


def test_ours_pulls_every_point_to_its_place() -> None:
    objective = made("ours", "ring")
    assert isinstance(objective, OurObjective)
    stepper = trained(objective, 0)
    points = stepper.points(LATENT)
    code = objective.ours.read(LATENT[:SHOWN])
    targets = objective.ours.to_data(objective.tree.at(*code)[0], code).numpy()
    pull = stepper.forces(LATENT)[1]
    assert ((targets - points[:SHOWN]) * pull).sum(1).min() > 0


@pytest.mark.parametrize("boundary", [{"objective": "paper"}, {"objective": "ours"}, {"levels": 4, "batch_size": 32}])
def test_every_snapshot_of_a_run_has_them(boundary: dict[str, Any]) -> None:
    raw = {"data": {"preset": "bimodal", "samples": 64}, "boundary": {"steps": 30, "snapshots": 4, **boundary}}
    config = ExperimentConfig.from_dict(raw)
    *_, result = run_experiment.run(config)
    assert isinstance(result, Result)
    forces, steps = result.arrays.snapshot_forces, result.arrays.snapshot_steps
    assert forces.shape == (len(steps), 3, SHOWN, 2)
    assert forces.dtype == np.float32
    assert np.isfinite(forces).all()
    assert all(forces[-1, term].any() for term in range(3))
