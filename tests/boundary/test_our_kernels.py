"""Our objective's compiled steps against its own terms by autograd in double precision."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.boundary.level_sets.level_tree import LevelTree
from bdsg.boundary.objectives import OurObjective, Terms, make_objective
from bdsg.boundary.training.compiled_objective import compiled_stepper
from bdsg.boundary.training.compiled_steps import KernelStepper
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, DensityModel, TabulatedDensity
from bdsg.experiments.train import train_boundary, train_by_autograd


def closed_form(name: str) -> ClosedForm:
    return ClosedForm(GaussianMixture(**PRESETS[name].mixture))


def objective(density: DensityModel, **settings: object) -> OurObjective:
    raw: dict[str, object] = {"objective": "ours", "hidden": (24, 16), "batch_size": 64, **settings}
    config, random = BoundaryConfig(**raw), torch.Generator().manual_seed(1)  # type: ignore[arg-type]
    samples = density.sample(1000, torch.Generator().manual_seed(0)).float()
    made = make_objective(config, density, samples, samples, 0.01, 0.001, random)
    assert isinstance(made, OurObjective)
    return made


def stepper_for(made: OurObjective) -> KernelStepper:
    stepper = compiled_stepper(made, made.config)
    assert stepper is not None
    return stepper


class AtGivenLevels(OurObjective):
    """Trains at levels that are given."""

    given: Tensor

    def positions(self, count: int, random: torch.Generator) -> Tensor:
        return self.given


def expected_at(made: OurObjective, z: Tensor) -> tuple[Terms, list[Tensor]]:
    """The terms and the loss's gradients in double precision by autograd, with made's weights, for z (N, 3)."""
    parts = {name: part.double() if part.is_floating_point() else part for name, part in vars(made.tree).items()}
    twin = AtGivenLevels(made.config, made.density, LevelTree(**parts), 0.01, 0.001, torch.Generator())
    twin.ours.load_state_dict(made.ours.state_dict())
    twin.ours.double()
    twin.given = z[:, 2].double()
    terms = twin.terms(z[:, :2].double(), torch.Generator())
    return terms, list(torch.autograd.grad(terms.loss, list(twin.ours.parameters())))


def latents(steps: int, batch: int) -> Tensor:
    z = torch.randn(steps, batch, 2, generator=torch.Generator().manual_seed(2))
    return torch.nn.functional.pad(z, (0, 1))


@pytest.mark.parametrize(
    ("name", "levels", "batch"),
    [(name, 1, batch) for name in ("unimodal", "three_modes", "ring") for batch in (64, 9)]
    + [("bimodal", 5, 64), ("three_modes", 5, 64), ("bimodal", 2, 37)],  # with branches that split, join or end
)
def test_each_of_fifty_steps_has_the_loss_and_gradient_of_autograd(name: str, levels: int, batch: int) -> None:
    made = objective(closed_form(name), batch_size=batch, levels=levels)
    stepper = stepper_for(made)
    latents = stepper.draw(50, torch.Generator().manual_seed(2))
    assert latents.shape == (50, batch, 3)
    assert (latents[:, :, 2].max() > 0) == (levels > 1)
    for step, z in enumerate(latents):
        expected, slopes = expected_at(made, z)
        terms = stepper.steps(latents[step : step + 1], np.array([0.002]), step)
        assert terms[0].tolist() == pytest.approx([float(term.detach()) for term in expected], rel=2e-4, abs=1e-6)
        assert terms[0, 0] == pytest.approx(float(expected.loss.detach()), rel=1e-5)
        size = float(torch.cat([slope.flatten() for slope in slopes]).norm())
        for weight, slope in zip(made.ours.parameters(), slopes, strict=True):
            assert weight.grad is not None
            assert float((weight.grad - slope).norm()) < 1e-4 * size


@pytest.mark.parametrize(("lambda1", "lambda2"), [(0.0, 0.0), (0.0, 1.0), (3.0, 0.0)])
def test_weights_of_zero_leave_their_term_out(lambda1: float, lambda2: float) -> None:
    made = objective(closed_form("ring"), lambda1=lambda1, lambda2=lambda2)
    z = latents(1, 64)
    expected, slopes = expected_at(made, z[0])
    terms = stepper_for(made).steps(z, np.zeros(1), 0)
    assert terms[0].tolist() == pytest.approx([float(term.detach()) for term in expected], rel=1e-5)
    for weight, slope in zip(made.ours.parameters(), slopes, strict=True):
        torch.testing.assert_close(weight.grad, slope.float(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("levels", [1, 5])
def test_points_come_in_the_order_of_their_z_at_the_configs_epsilon(levels: int) -> None:
    made = objective(closed_form("three_modes"), levels=levels)
    stepper = stepper_for(made)
    for count in (64, 1500, 3):
        z = latents(1, count)[0, :, :2]
        for expected in (made.ours(z), made.ours(z, 0.01)):
            torch.testing.assert_close(torch.from_numpy(stepper.points(z)), expected.detach(), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("levels", [1, 5])
def test_compiled_training_draws_what_autograd_draws(levels: int) -> None:
    """The same z and levels, so the same way, as long as rounding has not parted them."""
    settings = {"steps": 6, "snapshots": 2, "learning_rate": 1e-3, "batch_size": 37, "levels": levels}
    ends = []
    for train in (train_boundary, train_by_autograd):
        made, random = objective(closed_form("bimodal"), **settings), torch.Generator().manual_seed(7)
        *_, last = train(made, made.config, latents(1, 50)[0, :, :2], random, lambda: False)
        ends.append(last)
    np.testing.assert_allclose(ends[0].points, ends[1].points, atol=1e-4)
    assert ends[0].terms["loss"] == pytest.approx(ends[1].terms["loss"], rel=1e-4)
    np.testing.assert_allclose(ends[0].forces, ends[1].forces, rtol=1e-2, atol=1e-2)


def test_a_batch_may_miss_curves_and_have_no_pair() -> None:
    made = objective(closed_form("ring"), batch_size=8)
    stepper, z = stepper_for(made), latents(1, 8)
    # One z for each of the eight curves, by the quantiles of |z|.
    edges = torch.cat([torch.zeros(1), made.ours.edges[0]])
    radii = (-2 * torch.log1p(-0.5 * (edges[1:] + edges[:-1]))).sqrt()
    z[0, :, :2] = z[0, :, :2] / z[0, :, :2].norm(dim=1, keepdim=True) * radii[:, None]
    terms = stepper.steps(z, np.zeros(1), 0)
    assert stepper.workspace.curves.tolist() == list(range(8))
    assert terms[0, 3] == 0.0
    assert np.isfinite(terms).all()
    z[0] = z[0, 2]
    stepper.steps(z, np.zeros(1), 0)
    assert stepper.workspace.curves.tolist() == [2] * 8


def test_points_that_leave_the_table_are_looked_up_in_the_model() -> None:
    model = closed_form("bimodal")
    wide = objective(model)
    corners = torch.full((2,), -3.0).double(), torch.full((2,), 3.0).double()
    small = copy.copy(wide)
    small.density = TabulatedDensity(model, *corners, (120, 120)).float()
    small.ours = small.generator = copy.deepcopy(wide.ours)
    z, rates = latents(30, 64), np.full(30, 0.002)
    terms = [stepper_for(made).steps(z, rates, 0) for made in (small, wide)]
    assert float(wide.ours(z[0, :, :2]).detach().abs().max()) > 3.0
    np.testing.assert_allclose(terms[0], terms[1], rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("levels", [1, 5])
def test_training_in_steps_lowers_every_term(levels: int) -> None:
    made = objective(closed_form("three_modes"), batch_size=128, levels=levels)
    stepper, rates = stepper_for(made), 0.01 * np.cos(np.linspace(0, math.pi / 2, 400))
    terms = stepper.steps(stepper.draw(400, torch.Generator().manual_seed(3)), rates, 0)
    assert (terms[-20:, :3].mean(0) < (0.2 if levels == 1 else 0.3) * terms[:20, :3].mean(0)).all()
