"""Compiled steps for every ε against the objective's own terms by autograd in double precision."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from bdsg.boundary.level_sets.level_tree import LevelTree
from bdsg.boundary.objectives import OurObjective, make_objective
from bdsg.boundary.training.compiled_objective import compiled_stepper
from bdsg.boundary.training.compiled_steps import KernelStepper
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.experiments.train import train_boundary, train_by_autograd

LATENT = torch.randn(50, 2, generator=torch.Generator().manual_seed(4))


def objective(name: str, **settings: object) -> OurObjective:
    """With branches that split, join or end within the range."""
    density = ClosedForm(GaussianMixture(**PRESETS[name].mixture))
    raw: dict[str, object] = {"hidden": (24, 16), "batch_size": 64, "levels": 5, **settings}
    config, random = BoundaryConfig(**raw), torch.Generator().manual_seed(1)  # type: ignore[arg-type]
    samples = density.sample(1000, torch.Generator().manual_seed(0)).float()
    made = make_objective(config, density, samples, samples, 0.01, 0.001, random)
    assert isinstance(made, OurObjective)
    return made


def stepper_for(made: OurObjective) -> KernelStepper:
    stepper = compiled_stepper(made, made.config)
    assert stepper is not None
    return stepper


def doubled(made: OurObjective) -> OurObjective:
    """The same in double precision, with weights of its own."""
    parts = {field.name: getattr(made.tree, field.name) for field in dataclasses.fields(LevelTree)}
    tree = LevelTree(**{name: part.double() if part.is_floating_point() else part for name, part in parts.items()})
    twin = OurObjective(made.config, made.density, tree, 0.01, 0.001, torch.Generator())
    twin.ours.load_state_dict(made.ours.state_dict())
    twin.ours.double()
    return twin


class Positions(OurObjective):
    """Trains at levels that are given."""

    given: torch.Tensor

    def positions(self, count: int, random: torch.Generator) -> torch.Tensor:
        return self.given


@pytest.mark.parametrize("name", ["bimodal", "three_modes"])
def test_each_of_thirty_steps_has_the_loss_and_gradient_of_autograd(name: str) -> None:
    made = objective(name)
    stepper, random = stepper_for(made), torch.Generator().manual_seed(2)
    latents = stepper.draw(30, random)
    assert latents.shape == (30, 64, 3)
    for step, z in enumerate(latents):
        truth = doubled(made)
        truth.__class__, truth.given = Positions, z[:, 2].double()  # type: ignore[attr-defined]
        expected = truth.terms(z[:, :2].double(), random)
        slopes = torch.autograd.grad(expected.loss, list(truth.ours.parameters()))
        terms = stepper.steps(latents[step : step + 1], np.full(1, 0.003), step)
        assert terms[0].tolist() == pytest.approx([float(term.detach()) for term in expected], rel=2e-4, abs=1e-6)
        assert terms[0, 0] == pytest.approx(float(expected.loss.detach()), rel=1e-5)
        size = float(torch.cat([slope.flatten() for slope in slopes]).norm())
        for weight, slope in zip(made.ours.parameters(), slopes, strict=True):
            assert weight.grad is not None
            assert float((weight.grad - slope).norm()) < 1e-4 * size


def test_points_are_those_at_the_configs_epsilon() -> None:
    made = objective("three_modes")
    found = torch.from_numpy(stepper_for(made).points(LATENT))
    for expected in (made.ours(LATENT), made.ours(LATENT, 0.01)):
        torch.testing.assert_close(found, expected.detach(), atol=1e-5, rtol=1e-5)


def test_compiled_training_draws_what_autograd_draws() -> None:
    """The same z and levels, so the same way, as long as rounding has not parted them."""
    settings = {"steps": 6, "snapshots": 2, "learning_rate": 1e-3, "batch_size": 37}
    ends = []
    for train in (train_boundary, train_by_autograd):
        made, random = objective("bimodal", **settings), torch.Generator().manual_seed(7)
        *_, last = train(made, made.config, LATENT, random, lambda: False)
        ends.append(last)
    np.testing.assert_allclose(ends[0].points, ends[1].points, atol=1e-4)
    assert ends[0].terms["loss"] == pytest.approx(ends[1].terms["loss"], rel=1e-4)
    np.testing.assert_allclose(ends[0].forces, ends[1].forces, rtol=1e-2, atol=1e-2)


def test_training_in_steps_lowers_every_term() -> None:
    made = objective("three_modes", batch_size=128)
    stepper = stepper_for(made)
    rates = 0.01 * np.cos(np.linspace(0, np.pi / 2, 400))
    terms = stepper.steps(stepper.draw(400, torch.Generator().manual_seed(3)), rates, 0)
    assert (terms[-20:, :3].mean(0) < 0.3 * terms[:20, :3].mean(0)).all()
