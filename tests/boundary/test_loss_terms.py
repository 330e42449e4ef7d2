"""The loss, term by term: worked out by hand, by a double loop, and by autograd of that loop."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from bdsg.boundary import loss_terms

# Three points worked out by hand.
#   B(z): (0,0), (3,4), (6,8)           z: (1,0), (0,1), (-1,0)          log p_g: log 0.1, log 0.02, log 0.03
#   x:    (0,1), (3,0)
# L0 = (0.1 + 0.02 + 0.03)/3 = 0.05
# L1: nearest of (0,0) is (0,1) at 1 [(3,0) is at 3]; of (3,4): (0,1) at √(9+9) = 4.2426 and (3,0) at 4, so 4;
#     of (6,8): (0,1) at √(36+49) = 9.2195 and (3,0) at √(9+64) = 8.5440, so √73.  L1 = (1 + 4 + √73)/3
# L2: ‖z_1−z_2‖ = √2, ‖z_1−z_3‖ = 2, ‖z_2−z_3‖ = √2;  ‖B_1−B_2‖ = 5, ‖B_1−B_3‖ = 10, ‖B_2−B_3‖ = 5
#     i=1: (√2/5 + 2/10)/2;  i=2: (√2/5 + √2/5)/2;  i=3: (2/10 + √2/5)/2;  L2 = (4√2/5 + 0.4)/6
POINTS = torch.tensor([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]], dtype=torch.float64)
LATENT = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
DATA = torch.tensor([[0.0, 1.0], [3.0, 0.0]], dtype=torch.float64)
LOG_DENSITY = torch.tensor([0.1, 0.02, 0.03], dtype=torch.float64).log()
L0, L1, L2 = 0.05, (5 + math.sqrt(73)) / 3, (4 * math.sqrt(2) / 5 + 0.4) / 6


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def distance(a: Tensor, b: Tensor) -> Tensor:
    return torch.sqrt(((a - b) ** 2).sum())


def naive_distance_term(points: Tensor, data: Tensor) -> Tensor:
    total = torch.zeros((), dtype=points.dtype)
    for b in points:
        total = total + torch.stack([distance(b, x) for x in data]).min()
    return total / len(points)


def naive_dispersion_term(latent: Tensor, points: Tensor) -> Tensor:
    count, total = len(points), torch.zeros((), dtype=points.dtype)
    for i in range(count):
        for j in range(count):
            if j != i:
                total = total + distance(latent[i], latent[j]) / distance(points[i], points[j]) / (count - 1)
    return total / count


def test_terms_by_hand() -> None:
    assert float(loss_terms.density_term(LOG_DENSITY)) == pytest.approx(L0, rel=1e-12)
    assert float(loss_terms.distance_term(POINTS, DATA)) == pytest.approx(L1, rel=1e-12)
    assert float(loss_terms.dispersion_term(LATENT, POINTS)) == pytest.approx(L2, rel=1e-12)


def test_sum_by_hand() -> None:
    terms = [torch.tensor(value, dtype=torch.float64) for value in (L0, L1, L2)]
    assert float(loss_terms.weighted_sum(*terms, 0.3, 0.025)) == pytest.approx(L0 + 0.3 * L1 + 0.025 * L2, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_terms_by_a_double_loop(seed: int) -> None:
    points, data, latent = normal(12, 3, seed=seed), normal(30, 3, seed=seed + 10), normal(12, 2, seed=seed + 20)
    torch.testing.assert_close(loss_terms.distance_term(points, data), naive_distance_term(points, data))
    torch.testing.assert_close(loss_terms.dispersion_term(latent, points), naive_dispersion_term(latent, points))


@pytest.mark.parametrize("seed", range(4))
def test_gradients_by_autograd_of_the_double_loop(seed: int) -> None:
    points, data, latent = normal(12, 2, seed=seed).requires_grad_(), normal(30, 2, seed=seed + 10), normal(12, 2)
    for mine, naive in (
        (loss_terms.distance_term(points, data), naive_distance_term(points, data)),
        (loss_terms.dispersion_term(latent, points), naive_dispersion_term(latent, points)),
    ):
        (found,), (expected,) = torch.autograd.grad(mine, points), torch.autograd.grad(naive, points)
        assert expected.abs().min() > 0
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)


def test_gradient_of_the_density_term() -> None:
    log_density = LOG_DENSITY.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss_terms.density_term(log_density), log_density)
    torch.testing.assert_close(gradient, torch.tensor([0.1, 0.02, 0.03]).double() / 3)


def test_a_weight_of_zero_leaves_its_term_out() -> None:
    one, bad = torch.tensor(1.0), torch.tensor(float("nan"))
    assert float(loss_terms.weighted_sum(one, one, bad, 2.0, 0.0)) == 3.0
    assert float(loss_terms.weighted_sum(one, bad, one, 0.0, 2.0)) == 3.0
    assert float(loss_terms.weighted_sum(one, bad, bad, 0.0, 0.0)) == 1.0
    assert math.isnan(float(loss_terms.weighted_sum(one, bad, one, 1e-9, 0.0)))


def test_a_sample_that_is_hit_exactly_has_no_nan_gradient() -> None:
    points = DATA.clone().requires_grad_()
    value = loss_terms.distance_term(points, DATA)
    (gradient,) = torch.autograd.grad(value, points)
    assert float(value.detach()) == pytest.approx(0.0, abs=1e-8)
    assert torch.equal(gradient, torch.zeros_like(gradient))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_collapsed_points_have_a_large_but_finite_dispersion(dtype: torch.dtype) -> None:
    points = torch.ones(5, 2, dtype=dtype).requires_grad_()
    value = loss_terms.dispersion_term(normal(5, 2).to(dtype), points)
    (gradient,) = torch.autograd.grad(value, points)
    assert 1e6 < float(value.detach()) < 1e12
    assert gradient.isfinite().all()
    points = torch.tensor([[1.0, 1.0], [1.0, 1.0], [2.0, 1.0]], dtype=dtype).requires_grad_()  # two of three
    (gradient,) = torch.autograd.grad(loss_terms.dispersion_term(normal(3, 2).to(dtype), points), points)
    assert gradient.isfinite().all()
    assert gradient[2].abs().max() > 0


@pytest.mark.parametrize("offset", [0.0, 1e2, 1e4])
def test_distances_do_not_depend_on_where_the_data_lie(offset: float) -> None:
    # In single precision ‖a‖² + ‖b‖² − 2ab would lose distances of 0.1 already at 100.
    points, data = (normal(200, 2).float() + offset), (normal(400, 2, seed=1).float() + offset)
    expected = (points.double()[:, None] - data.double()).norm(dim=2)
    assert torch.equal(loss_terms.nearest_index(points, data), expected.argmin(1))
    assert float(loss_terms.distance_term(points, data)) == pytest.approx(float(expected.amin(1).mean()), rel=1e-4)


def test_level_term_by_hand() -> None:
    # Misfits 0, 1, −2, −5 cost 0, 1, 4 and 2·3·5 − 3² = 21; divided by 1 + a²: 0 + 1 + 4/2 + 21/5, over 4.
    log_level = math.log(0.01)
    log_density = log_level + torch.tensor([0.0, 1.0, -2.0, -5.0], dtype=torch.float64)
    astray = torch.tensor([7.0, 0.0, 1.0, 2.0], dtype=torch.float64)
    assert float(loss_terms.level_term(log_density, log_level, astray)) == pytest.approx(
        (1 + 2 + 21 / 5) / 4, rel=1e-12
    )


def test_level_term_meets_its_linear_part_smoothly() -> None:
    misfit = torch.tensor([2.999999, 3.000001, -10.0], dtype=torch.float64).requires_grad_()
    values = torch.stack([loss_terms.level_term(m[None], 0.0, torch.zeros(1)) for m in misfit])
    (slopes,) = torch.autograd.grad(values.sum(), misfit)
    assert float((values[1] - values[0]).detach()) == pytest.approx(6 * 2e-6, rel=1e-3)
    assert slopes.tolist() == pytest.approx([6, 6, -6], rel=1e-5)


def test_level_term_gains_nothing_by_going_astray() -> None:
    misfit, astray = normal(5).requires_grad_(), normal(5, seed=1).requires_grad_()
    (gradient,) = torch.autograd.grad(loss_terms.level_term(misfit, 0.0, astray), astray, allow_unused=True)
    assert gradient is None


def test_place_term_by_hand() -> None:
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [1.0, 1.0]], dtype=torch.float64).requires_grad_()
    places = torch.tensor([[0.0, 2.0], [0.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    found = loss_terms.place_term(points, places)
    assert float(found.detach()) == pytest.approx((2 + 5 + 0) / 3, rel=1e-9)
    (gradient,) = torch.autograd.grad(found, points)
    expected = (
        torch.tensor([[0.0, -1.0], [0.6, 0.8], [0.0, 0.0]], dtype=torch.float64) / 3
    )  # 0, not NaN, where it is met
    torch.testing.assert_close(gradient, expected)


def test_component_dispersion_by_hand() -> None:
    # Components 0, 0, 1, 1: the pairs within are (1,2): √2/5 and (3,4): ‖(−2,0)‖/4 = 1/2.
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [50.0, 0.0], [50.0, 4.0]], dtype=torch.float64)
    latent = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]], dtype=torch.float64)
    found = loss_terms.component_dispersion_term(latent, torch.tensor([0, 0, 1, 1]), points)
    assert float(found) == pytest.approx((math.sqrt(2) / 5 + 0.5) / 2, rel=1e-12)


def test_component_dispersion_of_one_component_is_the_papers() -> None:
    points, latent = normal(20, 2).requires_grad_(), normal(20, 2, seed=1)
    found = loss_terms.component_dispersion_term(latent, torch.zeros(20, dtype=torch.long), points)
    naive = naive_dispersion_term(latent, points)
    torch.testing.assert_close(found, naive)
    torch.testing.assert_close(torch.autograd.grad(found, points), torch.autograd.grad(naive, points))


def test_component_dispersion_is_1_where_every_point_is_at_its_place() -> None:
    points, components = normal(30, 2), torch.arange(30) % 3
    assert float(loss_terms.component_dispersion_term(points, components, points)) == pytest.approx(1.0, rel=1e-12)


def test_component_dispersion_without_a_pair_is_zero() -> None:
    points = normal(3, 2).requires_grad_()
    found = loss_terms.component_dispersion_term(normal(3, 2), torch.arange(3), points)
    assert float(found.detach()) == 0.0
    (gradient,) = torch.autograd.grad(found, points)
    assert not gradient.any()


def test_component_dispersion_of_collapsed_points_is_finite() -> None:
    points = torch.zeros(4, 2).requires_grad_()
    found = loss_terms.component_dispersion_term(normal(4, 2).float(), torch.zeros(4, dtype=torch.long), points)
    (gradient,) = torch.autograd.grad(found, points)
    assert found.isfinite()
    assert gradient.isfinite().all()
