"""The table of log p_g: exact where a cubic is, of fourth order where it is smooth, and the model's own outside."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.interpolate import make_interp_spline
from torch import Tensor

from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow, TabulatedDensity
from bdsg.density.spline_table import spline_coefficients
from bdsg.errors import ConfigError

LOW, HIGH = torch.tensor([-4.0, -3.0]).double(), torch.tensor([5.0, 3.5]).double()


def gaussian() -> ClosedForm:
    return ClosedForm(GaussianMixture([1.0], [[0.5, -0.25]], [[[1.5, 0.6], [0.6, 0.8]]]))


def mixture() -> ClosedForm:
    return ClosedForm(GaussianMixture([0.6, 0.4], [[-1.5, 0.0], [1.5, 0.5]], [np.eye(2), [[0.6, 0.2], [0.2, 0.5]]]))


def window_points(count: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    uniform = torch.rand(count, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (LOW + (HIGH - LOW) * uniform).to(dtype)


def gradient_of(density: ClosedForm | ResidualFlow | TabulatedDensity, x: Tensor) -> Tensor:
    x = x.detach().requires_grad_()
    return torch.autograd.grad(density.log_prob(x).sum(), x)[0]


def test_a_gaussian_is_exact_with_its_gradient() -> None:
    density = gaussian()
    table = TabulatedDensity(density, LOW, HIGH, (7, 5))
    x = torch.cat([window_points(500), LOW[None], HIGH[None], torch.stack([LOW[0], HIGH[1]])[None]])
    torch.testing.assert_close(table.log_prob(x), density.log_prob(x), rtol=1e-12, atol=1e-12)
    white = torch.linalg.solve(density.covariances[0], (density.means[0] - x).T).T  # ∇ log N = Σ⁻¹(μ − x)
    torch.testing.assert_close(gradient_of(table, x), white, rtol=1e-11, atol=1e-11)
    assert table.largest_error.value < 1e-12
    assert table.largest_error.gradient < 1e-11


def test_the_spline_is_scipys_with_not_a_knot_ends() -> None:
    random = np.random.default_rng(0)
    values, density = random.normal(size=(9, 6)), gaussian()
    coefficients = spline_coefficients(torch.from_numpy(values))
    table = TabulatedDensity(density, LOW, HIGH, (9, 6))
    rows = torch.tensor([[1.0, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]).double() / 6
    table.cells = rows @ coefficients.unfold(0, 4, 1).unfold(1, 4, 1) @ rows.T
    axes = [np.linspace(float(LOW[i]), float(HIGH[i]), n) for i, n in ((0, 9), (1, 6))]
    x = window_points(200).numpy()
    along_second = make_interp_spline(axes[1], values.T, k=3)(x[:, 1])  # (200, 9)
    expected = np.array(
        [make_interp_spline(axes[0], row, k=3)(p) for row, p in zip(along_second, x[:, 0], strict=True)]
    )
    np.testing.assert_allclose(table.log_prob(torch.from_numpy(x)).numpy(), expected, rtol=1e-10, atol=1e-10)


def test_error_on_a_mixture_falls_with_the_fourth_power_and_its_gradient_with_the_third() -> None:
    density, x = mixture(), window_points(20_000)
    truth, slope = density.log_prob(x), gradient_of(density, x)
    errors = []
    for side in (81, 161, 321):
        table = TabulatedDensity(density, LOW, HIGH, (side, side))
        misses = (table.log_prob(x) - truth).abs().max(), (gradient_of(table, x) - slope).norm(dim=1).max()
        errors.append([float(miss) for miss in misses])
        # What it says of itself agrees with other points than its own.
        assert misses[0] < 1.2 * table.largest_error.value < 2 * misses[0]
        assert misses[1] < 1.5 * table.largest_error.gradient < 3 * misses[1]
    orders = np.log2(np.array(errors)[:-1] / np.array(errors)[1:])
    assert (np.abs(orders[:, 0] - 4) < 0.5).all(), orders
    assert (np.abs(orders[:, 1] - 3) < 0.5).all(), orders


def test_gradient_is_the_interpolants_own() -> None:
    table = TabulatedDensity(mixture(), LOW, HIGH, (12, 10))  # so coarse that the model's gradient is another
    x, step = window_points(200) * 0.99, 1e-6
    found = gradient_of(table, x)
    for i in range(2):
        aside = torch.zeros(2).double()
        aside[i] = step
        slope = (table.log_prob(x + aside) - table.log_prob(x - aside)) / (2 * step)
        torch.testing.assert_close(found[:, i], slope, rtol=1e-6, atol=1e-7)
    assert (found - gradient_of(mixture(), x)).abs().max() > 0.01


def test_upstream_gradients_are_each_points_own() -> None:
    table = TabulatedDensity(mixture(), LOW, HIGH, (40, 40))
    x = window_points(30).requires_grad_()
    weights = torch.linspace(-1, 2, 30).double()
    (found,) = torch.autograd.grad((weights * table.log_prob(x)).sum(), x)
    torch.testing.assert_close(found, weights[:, None] * gradient_of(table, x))


def test_value_and_gradient_are_continuous_across_cells() -> None:
    table = TabulatedDensity(mixture(), LOW, HIGH, (10, 10))
    node = LOW + 4 * (HIGH - LOW) / 9
    around = node + 1e-9 * torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]).double()
    assert float(table.log_prob(around).std()) < 1e-8
    assert float(gradient_of(table, around).std(0).max()) < 1e-7


def test_outside_the_window_the_model_answers() -> None:
    density = mixture()
    table = TabulatedDensity(density, LOW, HIGH, (20, 20))
    inner, outer = window_points(50), window_points(50, 1) + (HIGH - LOW)  # beyond it both ways
    mixed = torch.stack([inner, outer], 1).reshape(-1, 2)
    found, slope = table.log_prob(mixed), gradient_of(table, mixed)
    torch.testing.assert_close(found[1::2], density.log_prob(outer), rtol=1e-14, atol=0)
    torch.testing.assert_close(slope[1::2], gradient_of(density, outer), rtol=1e-14, atol=0)
    assert torch.equal(found[::2], table.log_prob(inner))
    assert torch.equal(slope[::2], gradient_of(table, inner))
    assert not torch.equal(found[::2], density.log_prob(inner))
    torch.testing.assert_close(table.log_prob(outer), density.log_prob(outer), rtol=1e-14, atol=0)


def test_the_step_at_the_windows_edge_is_within_the_stated_error() -> None:
    table = TabulatedDensity(mixture(), LOW, HIGH, (60, 60))
    heights = torch.linspace(float(LOW[1]), float(HIGH[1]), 300).double()
    edge = torch.stack([HIGH[0].expand(300), heights], 1)
    step = table.log_prob(edge) - table.log_prob(edge + torch.tensor([1e-12, 0.0]).double())
    assert 0 < step.abs().max() <= 1.05 * table.largest_error.value
    assert table.largest_error.value < 0.01


def test_what_is_no_number_goes_to_the_model() -> None:
    table = TabulatedDensity(gaussian(), LOW, HIGH, (8, 8))
    x = torch.tensor([[math.nan, 0.0], [0.0, 0.0], [1e6, 0.0]]).double()
    found = table.log_prob(x)
    assert math.isnan(found[0])
    assert found[1] == table.log_prob(x[1:2])
    assert found[2] == gaussian().log_prob(x[2:])


def test_a_trained_flow_is_met_within_the_stated_error(flow: ResidualFlow) -> None:
    table = TabulatedDensity(flow, LOW, HIGH, (96, 96))
    x = window_points(3000, 5)
    with torch.no_grad():
        miss = float((table.log_prob(x) - flow.log_prob(x)).abs().max())
    assert miss <= 1.2 * table.largest_error.value < 0.01
    slope = (gradient_of(table, x) - gradient_of(flow, x)).norm(dim=1)
    assert float(slope.max()) <= 1.5 * table.largest_error.gradient
    assert float(slope.square().mean().sqrt()) == pytest.approx(table.largest_error.typical_gradient, rel=0.2)
    assert table.largest_error.typical_gradient < table.largest_error.gradient
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0)).double()
    assert torch.equal(table.to_data(z), flow.to_data(z))
    assert torch.equal(table.to_latent(x), flow.to_latent(x))
    samples = [one.sample(9, torch.Generator().manual_seed(1)) for one in (table, flow)]
    assert torch.equal(*samples)
    assert table.dim == 2


def test_single_precision_loses_only_rounding() -> None:
    double = TabulatedDensity(mixture(), LOW, HIGH, (128, 128))
    single = TabulatedDensity(mixture(), LOW, HIGH, (128, 128)).float()
    x = window_points(2000)
    found = single.log_prob(x.float())
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), double.log_prob(x), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(gradient_of(single, x.float()).double(), gradient_of(double, x), rtol=1e-4, atol=1e-4)


def test_the_same_density_gives_the_same_table() -> None:
    first = TabulatedDensity(mixture(), LOW, HIGH, (30, 20))
    torch.rand(7)
    again = TabulatedDensity(mixture(), LOW, HIGH, (30, 20))
    assert torch.equal(first.cells, again.cells)
    assert first.largest_error == again.largest_error


def test_what_cannot_be_tabulated_is_refused() -> None:
    solid = ClosedForm(GaussianMixture([1.0], [[0.0, 0.0, 0.0]], [np.eye(3)]))
    with pytest.raises(ConfigError, match="dimension is 3, but only a density of the plane"):
        TabulatedDensity(solid, LOW, HIGH, (9, 9))
    with pytest.raises(ConfigError, match="at least 4 nodes"):
        TabulatedDensity(gaussian(), LOW, HIGH, (9, 3))
    with pytest.raises(ConfigError, match="high above low"):
        TabulatedDensity(gaussian(), LOW, LOW, (9, 9))
