"""Sobol samples of a mixture: distributed as it is, and far more evenly than independent ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.density.quasi_random import QuasiRandomSamples

MIXTURE = GaussianMixture([0.7, 0.3], [[-2.0, 0.0], [3.0, 1.0]], [np.eye(2), [[0.5, 0.1], [0.1, 0.2]]])


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_each_point_alone_is_distributed_as_the_mixture() -> None:
    model = ClosedForm(MIXTURE)
    firsts = torch.cat([QuasiRandomSamples(model, seeded(seed))(1) for seed in range(600)])
    latent = model.to_latent(firsts).numpy()  # standard normal, and independent, if x is the mixture's
    for column in latent.T:
        assert stats.kstest(column, "norm").pvalue > 0.001
    assert abs(np.corrcoef(latent.T)[0, 1]) < 4 / np.sqrt(600)


def test_a_batch_is_far_more_even_than_independent_draws() -> None:
    model, error = ClosedForm(MIXTURE), {"sobol": 0.0, "independent": 0.0}
    truth = torch.tensor(MIXTURE.weights @ MIXTURE.means)
    for seed in range(20):
        batches = {
            "sobol": QuasiRandomSamples(model, seeded(seed))(256),
            "independent": model.sample(256, seeded(seed)),
        }
        for name, batch in batches.items():
            error[name] += float((batch.mean(0) - truth).square().sum())
    assert error["sobol"] < error["independent"] / 30


def test_every_batch_of_a_power_of_two_has_its_share_of_each_mode() -> None:
    draw = QuasiRandomSamples(ClosedForm(MIXTURE), seeded(5))
    for _ in range(8):
        right = int((draw(256)[:, 0] > 1).sum())
        assert right == pytest.approx(0.3 * 256, abs=2.5)


@pytest.mark.parametrize("dim", [1, 8, 64])
def test_any_dimension(dim: int) -> None:
    x = QuasiRandomSamples(ClosedForm(GaussianMixture([1.0], [np.zeros(dim)], [np.eye(dim)])), seeded(1))(4096)
    assert x.shape == (4096, dim)
    assert torch.isfinite(x).all()
    torch.testing.assert_close(torch.cov(x.T).reshape(dim, dim), torch.eye(dim).double(), atol=0.12, rtol=0)


def test_the_same_seed_gives_the_same_points_and_stretches_go_on() -> None:
    model = ClosedForm(MIXTURE)
    whole, parts = QuasiRandomSamples(model, seeded(3))(128), QuasiRandomSamples(model, seeded(3))
    assert torch.equal(whole, torch.cat([parts(64), parts(64)]))
    assert not torch.equal(whole, QuasiRandomSamples(model, seeded(4))(128))
