"""The compiled steps, part by part, against autograd in double precision and brute force."""

from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from bdsg.boundary import loss_terms
from bdsg.boundary.generators.dense import on_circle
from bdsg.boundary.kernels.adam import adam
from bdsg.boundary.kernels.density import Densities, log_density
from bdsg.boundary.kernels.nearest import Candidates, distance_term, make_candidates
from bdsg.boundary.kernels.network import backward, forward
from bdsg.boundary.objectives import PaperObjective
from bdsg.boundary.training.compiled_objective import compiled_stepper
from bdsg.boundary.training.compiled_steps import KernelStepper
from bdsg.boundary.training.packing import flat_density, flat_network, with_columns
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, DensityModel, TabulatedDensity
from tests.bench.reference_boundary import ReferenceTrainer, gradient_of

MIXTURE = ClosedForm(GaussianMixture(**PRESETS["three_modes"].mixture))
DATA = MIXTURE.sample(300, torch.Generator().manual_seed(0)).float()


def table(low: float = -9.0, high: float = 9.0) -> TabulatedDensity:
    corners = torch.full((2,), low).double(), torch.full((2,), high).double()
    return TabulatedDensity(MIXTURE, *corners, (60, 70)).float()


def objective(density: DensityModel = MIXTURE, **settings: object) -> PaperObjective:
    raw: dict[str, object] = {"hidden": (8, 8, 8), "batch_size": 64, "lambda1": 0.3, "lambda2": 0.025, **settings}
    config = BoundaryConfig(objective="paper", **raw)  # type: ignore[arg-type]
    return PaperObjective(config, density, DATA, torch.Generator().manual_seed(1))


def stepper_for(made: PaperObjective) -> KernelStepper:
    stepper = compiled_stepper(made, made.config)
    assert isinstance(stepper, KernelStepper)
    return stepper


def latents(steps: int, batch: int, seed: int = 2) -> Tensor:
    return torch.randn(steps, batch, 2, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("batch", [64, 50, 9])
@pytest.mark.parametrize(("lambda1", "lambda2"), [(0.3, 0.025), (0.0, 0.25), (0.3, 0.0)])
def test_each_of_fifty_steps_has_the_loss_and_gradient_of_autograd(batch: int, lambda1: float, lambda2: float) -> None:
    made = objective(batch_size=batch, lambda1=lambda1, lambda2=lambda2)
    stepper, z = stepper_for(made), latents(50, batch)
    truth = objective(batch_size=batch, lambda1=lambda1, lambda2=lambda2)
    truth.data = DATA.double()
    truth_network = truth.generator.double()  # type: ignore[attr-defined]
    for step in range(50):
        truth_network.load_state_dict(made.generator.state_dict())  # type: ignore[attr-defined]
        terms = stepper.steps(z[step : step + 1], np.array([0.005]), step)
        points = truth_network(z[step].double())
        rounded = torch.from_numpy(stepper.workspace.points.T.copy())
        torch.testing.assert_close(points.float(), rounded, atol=1e-4, rtol=1e-4)
        # The truth at the points as rounded: where two nearly meet, rounding decides their ratio.
        points = points + (rounded.double() - points).detach()
        l0 = loss_terms.density_term(MIXTURE.log_prob(points))
        l1 = loss_terms.distance_term(points, DATA.double())
        l2 = loss_terms.dispersion_term(on_circle(z[step].double()), points)
        expected = [loss_terms.weighted_sum(l0, l1, l2, lambda1, lambda2), l0, l1, l2]
        assert terms[0].tolist() == pytest.approx([float(term.detach()) for term in expected], rel=1e-5)
        slopes = torch.autograd.grad(expected[0], list(truth_network.parameters()))
        size = float(torch.cat([slope.flatten() for slope in slopes]).norm())
        for weight, slope in zip(made.generator.parameters(), slopes, strict=True):  # type: ignore[attr-defined]
            assert float((weight.grad - slope).norm()) < 1e-4 * size


def test_the_first_step_is_that_of_eq_4_in_full() -> None:
    made, plain, z = objective(), objective(), latents(1, 64)
    trainer = ReferenceTrainer(plain.generator.double(), MIXTURE, DATA.double(), 0.3, 0.025)  # type: ignore[attr-defined]
    expected, found = trainer.step(z[0].double(), 0.001), stepper_for(made).steps(z, np.array([0.001]), 0)
    assert found[0].tolist() == pytest.approx(expected, rel=1e-5)
    slope = gradient_of(trainer.generator)
    assert float((gradient_of(made.generator) - slope).norm() / slope.norm()) < 1e-4  # type: ignore[arg-type]
    moved = torch.cat([weight.flatten() for weight in made.generator.parameters()])  # type: ignore[attr-defined]
    truth = torch.cat([weight.flatten() for weight in trainer.generator.parameters()])
    torch.testing.assert_close(moved.double(), truth, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("activation", [nn.Tanh, nn.SiLU])
@pytest.mark.parametrize(
    ("widths", "columns"), [((2, 8, 8, 2), 16), ((3, 5, 2), 7), ((13, 64, 33, 2), 40), ((2, 2), 5)]
)
def test_a_network_forwards_and_backwards(widths: tuple[int, ...], columns: int, activation: type[nn.Module]) -> None:
    torch.manual_seed(0)
    modules = [part for into, out in itertools.pairwise(widths) for part in (nn.Linear(into, out), activation())]
    module = nn.Sequential(*modules[:-1])
    truth = copy.deepcopy(module).double()
    flat = flat_network(module, columns)
    x, pull = latents(1, columns)[0].repeat(1, 8)[:, : widths[0]], latents(1, columns, 5)[0][:, : widths[-1]]
    flat.values[: widths[0], :columns] = x.T.numpy()
    forward(flat.widths, flat.activation, flat.weights, flat.values, flat.slopes)
    expected = truth(x.double())
    last = len(flat.values) - flat.widths[-1]
    np.testing.assert_allclose(flat.values[last:, :columns][: widths[-1]].T, expected.detach().numpy(), atol=3e-6)
    flat.errors[last:, :columns][: widths[-1]] = pull.T.numpy()
    backward(flat.widths, flat.weights, flat.values, flat.slopes, flat.errors, flat.gradient)
    (expected * pull.double()).sum().backward()
    for mine, other in zip(module.parameters(), truth.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad.float(), atol=1e-5, rtol=1e-5)
    # Padding stays out of it.
    assert np.count_nonzero(flat.gradient) <= sum(weight.numel() for weight in module.parameters())
    torch.testing.assert_close(module(x), expected.float(), atol=3e-6, rtol=1e-5)  # it is the same module still


def densities(model: DensityModel, x: Tensor) -> Densities:
    found = Densities(*np.zeros((3, len(x)), np.float32), np.zeros(len(x), np.int64), np.zeros(len(x), np.float32))
    density, points = flat_density(model), np.ascontiguousarray(x.detach().T.numpy())
    assert density is not None
    assert log_density(density, points[0], points[1], found) == 0
    return found


def test_log_density_of_a_mixture_and_its_gradient() -> None:
    x = 20 * (2 * torch.rand(500, 2, generator=torch.Generator().manual_seed(0)) - 1)
    exact = x.double().requires_grad_()
    expected = MIXTURE.log_prob(exact)
    (slope,) = torch.autograd.grad(expected.sum(), exact)
    found = densities(MIXTURE, x)
    np.testing.assert_allclose(found.log_density, expected.detach().numpy(), rtol=2e-6, atol=2e-6)
    np.testing.assert_allclose(np.stack([found.slope_x, found.slope_y], 1), slope.numpy(), rtol=1e-4, atol=1e-4)


def test_a_table_gives_what_its_module_gives() -> None:
    model = table()
    x = 9.0 * (2 * torch.rand(500, 2, generator=torch.Generator().manual_seed(0)) - 1)
    x[:4] = torch.tensor([[-9.0, -9.0], [9.0, 9.0], [-9.0, 9.0], [0.0, 9.0]])
    x.requires_grad_()
    expected = model.log_prob(x)
    (slope,) = torch.autograd.grad(expected.sum(), x)
    found = densities(model, x)
    np.testing.assert_allclose(found.log_density, expected.detach().numpy(), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(np.stack([found.slope_x, found.slope_y], 1), slope.numpy(), rtol=1e-3, atol=1e-3)


def test_points_that_leave_the_table_are_looked_up_in_the_model() -> None:
    # A window so small that B's first curve lies partly outside it.
    small, wide = objective(table(-3.0, 3.0), batch_size=64), objective(MIXTURE, batch_size=64)
    terms = []
    for made in (small, wide):
        stepper = stepper_for(made)
        terms.append(stepper.steps(latents(40, 64), np.full(40, 0.001), 0))
        points = stepper.points(latents(1, 64)[0])
    assert (np.abs(points) > 3.0).any()
    assert (np.abs(points) < 3.0).any()
    assert len(terms[0]) == 40
    np.testing.assert_allclose(terms[0], terms[1], rtol=2e-3)


@pytest.mark.parametrize(
    "samples",
    [
        DATA.numpy(),
        np.zeros((20, 2), np.float32),
        np.repeat(np.eye(2, dtype=np.float32), 30, 0),
        np.stack([np.linspace(0, 1, 50), np.zeros(50)], 1).astype(np.float32) + 100,
    ],
    ids=["mixture", "one place", "two places", "a line far out"],
)
def test_the_nearest_sample_is_the_nearest(samples: np.ndarray) -> None:
    spread = max(1.0, float(np.ptp(samples)))
    places = samples.mean(0) + 3 * spread * (np.random.default_rng(0).random((2000, 2)) - 0.5)
    points = np.ascontiguousarray(np.concatenate([places, samples[:10]]).T, np.float32)
    pull = np.zeros_like(points)
    found = distance_term(make_candidates(samples), points[0], points[1], pull[0], pull[1])
    exact = torch.from_numpy(points.T.copy()).double().requires_grad_()
    truth = torch.cdist(exact, torch.from_numpy(samples).double()).amin(1).mean()
    (slope,) = torch.autograd.grad(loss_terms.distance_term(exact, torch.from_numpy(samples).double()), exact)
    assert found == pytest.approx(float(truth.detach()), rel=1e-5)
    misses = np.linalg.norm(pull.T - slope.numpy(), axis=1) * len(exact)
    assert (misses > 1e-2).mean() < 2e-3  # ties apart, where either sample is as near


def test_lists_of_samples_stay_bounded() -> None:
    crowd = np.random.default_rng(0).normal(size=(4000, 2)).astype(np.float32) * 1e-4
    made = make_candidates(np.concatenate([crowd, crowd + 10.0]))
    assert isinstance(made, Candidates)
    assert made.x.size < 1 << 23


def test_adam_is_that_of_pytorch() -> None:
    weights = torch.nn.Parameter(latents(1, 50)[0].flatten())
    optimiser = torch.optim.Adam([weights], lr=0.01)
    mine, first, second = weights.detach().numpy().copy(), *np.zeros((2, 100), np.float32)
    for step, slope in enumerate(latents(30, 50, 3).reshape(30, 100), start=1):
        weights.grad = slope.clone()
        optimiser.step()
        adam(mine, slope.numpy(), first, second, 0.01, step)
    np.testing.assert_allclose(mine, weights.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_networks_workspace_begins_a_cache_line() -> None:
    """Elsewhere a step takes up to a sixth longer."""
    made = [flat_network(nn.Sequential(nn.Linear(2, 5)), columns) for columns in (1, 16, 40)]
    assert all(net.values.ctypes.data % 64 == 0 for net in [*made, *(with_columns(net, 100) for net in made)])


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_step_that_is_not_finite_ends_the_steps(bad: float) -> None:
    made = objective()
    stepper, z = stepper_for(made), latents(20, 64)
    z[7, 3, 0] = bad
    terms = stepper.steps(z, np.full(20, 0.001), 0)
    assert len(terms) == 8
    assert np.isfinite(terms[:7]).all()
    assert not np.isfinite(terms[7, 0])


def test_without_a_kernel_there_is_no_stepper() -> None:
    class Other:
        dim = 2
        log_prob = MIXTURE.log_prob

    made = objective()
    assert compiled_stepper(objective(Other()), made.config) is None  # type: ignore[arg-type]
    double = objective()
    double.data = DATA.double()
    assert compiled_stepper(double, made.config) is None
