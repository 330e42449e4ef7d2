"""The two objectives: eq. 4 spelled out, and ours aimed at the middle of the band."""

from __future__ import annotations

import math

import pytest
import torch

from bdsg.boundary.objectives import OurObjective, PaperObjective, make_objective, parameters
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import EmptyBoundaryError

MODEL = ClosedForm(GaussianMixture(**PRESETS["bimodal_separate"].mixture))
DATA = MODEL.sample(300, torch.Generator().manual_seed(0)).float()
SAMPLES = MODEL.sample(2000, torch.Generator().manual_seed(1)).float()
Z = torch.randn(64, 2, generator=torch.Generator().manual_seed(2))


def make(objective: str, epsilon: float = 0.01, **settings: float) -> PaperObjective | OurObjective:
    config = BoundaryConfig(objective=objective, hidden=(8, 8), **settings)  # type: ignore[arg-type]
    made = make_objective(config, MODEL, DATA, SAMPLES, epsilon, epsilon / 10, torch.Generator().manual_seed(3))
    assert isinstance(made, PaperObjective | OurObjective)
    return made


def test_paper_is_equation_4() -> None:
    objective = make("paper", lambda1=0.3, lambda2=0.025)
    terms = objective.terms(Z, torch.Generator())
    points, count = objective.generator(Z).double(), len(Z)
    circle = Z.double() / Z.double().norm(dim=1, keepdim=True)
    l0 = MODEL.log_prob(points).exp().mean()
    l1 = (points[:, None] - DATA.double()).norm(dim=2).amin(1).mean()
    latent_apart = (circle[:, None] - circle).norm(dim=2)
    apart = (points[:, None] - points).norm(dim=2) + torch.eye(count)
    l2 = (latent_apart / apart).sum(1).div(count - 1).mean()
    for found, expected in ((terms.l0, l0), (terms.l1, l1), (terms.l2, l2), (terms.loss, l0 + 0.3 * l1 + 0.025 * l2)):
        assert float(found.detach()) == pytest.approx(float(expected.detach()), rel=1e-4)


def test_ours_aims_at_the_middle_of_the_band_and_at_the_places() -> None:
    objective = make("ours", lambda1=3.0, lambda2=0.025)
    assert isinstance(objective, OurObjective)
    tree, log_level = objective.tree, math.log(0.01 / math.sqrt(10))
    assert tree.log_levels.tolist() == pytest.approx([log_level], rel=1e-12)
    assert tree.count == 2
    points, code = objective.generator(Z).double(), objective.ours.read(Z)
    components = code.branches
    axes, centres = tree.axes[0, components].double(), tree.centres[0, components]
    places = tree.at(*code)[0].double()
    offsets = points - centres - (axes @ places[:, :, None])[:, :, 0]
    # Circles around (±4, 0) with ½/2π·exp(−r²/2) = ε*; the slope of log p is −r there.
    radius = math.sqrt(-2 * math.log(4 * math.pi * 0.01 / math.sqrt(10)))
    misfit = (MODEL.log_prob(points) - log_level).abs()
    cost = torch.where(misfit < 3, misfit**2, 6 * misfit - 9)
    l0 = (cost / (1 + (radius * offsets.norm(dim=1)) ** 2)).mean()
    l1 = (offsets.norm(dim=1) / radius).mean()
    local = (points - centres) / radius
    pairs = [(i, j) for i in range(len(Z)) for j in range(i) if components[i] == components[j]]
    ratios = [(places[i] - places[j]).norm() / (axes[i] @ (local[i] - local[j]) / radius).norm() for i, j in pairs]
    l2 = torch.stack(ratios).mean()
    expected = (l0 + 3 * l1 + 0.025 * l2, l0, l1, l2)
    found = objective.terms(Z, torch.Generator())
    assert [float(x.detach()) for x in found] == pytest.approx([float(x.detach()) for x in expected], rel=2e-3)


@pytest.mark.parametrize("name", ["paper", "ours"])
def test_every_weight_of_the_generator_is_trained(name: str) -> None:
    objective = make(name)
    trained = parameters(objective.generator)
    gradients = torch.autograd.grad(objective.terms(Z, torch.Generator()).loss, trained)
    assert len(trained) == 6  # three layers
    assert all(gradient.abs().max() > 0 for gradient in gradients)


def test_weights_of_zero_leave_density_alone() -> None:
    terms = make("paper", lambda1=0.0, lambda2=0.0).terms(Z, torch.Generator())
    assert torch.equal(terms.loss, terms.l0)
    assert terms.l1 > 0
    assert terms.l2 > 0


def test_ours_needs_a_boundary() -> None:
    with pytest.raises(EmptyBoundaryError):
        make("ours", epsilon=1.0)
