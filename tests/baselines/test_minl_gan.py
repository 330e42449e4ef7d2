"""MinLGAN: its regularisation against the divergence that it stands for, and the tail."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.baselines.neural import minl_gan
from tests.baselines.samples import SMALL, gaussian, seeded


def test_minimum_likelihood_has_the_gradient_of_the_divergence() -> None:
    """For an optimal D, λ E exp(logit D(G(z))) must push G as −KL(p_x ‖ p_G) does; both Gaussian, so known."""
    shift = torch.tensor(0.7, requires_grad=True)
    z = torch.randn(400_000, generator=seeded())

    def logit(x: Tensor) -> Tensor:  # log p_x/p_G with p_x = N(0, 1) and p_G = N(shift, 1), D itself held fixed
        return -0.5 * x**2 + 0.5 * (x - shift.detach()) ** 2

    (slope,) = torch.autograd.grad(minl_gan.minimum_likelihood(logit(z + shift)), shift)
    assert float(slope) == pytest.approx(-0.7, abs=0.02)  # KL = shift²/2


def test_minl_gan_moves_from_the_data_to_the_tail() -> None:
    distances = {}
    for weight in (0.0, 10.0):
        settings = minl_gan.MinLGANSettings(regularisation=weight, steps=800, **SMALL)
        baseline = minl_gan.MinLGAN(2, seeded(), settings).fit(gaussian(4000))
        points = baseline.sample(2000, seeded(1))
        distances[weight] = float(np.median(np.linalg.norm(points, axis=1)))
    assert distances[0.0] == pytest.approx(1.18, abs=0.45)  # of the data: √(2 ln 2)
    assert distances[10.0] > 1.5 * distances[0.0]


def test_minl_gan_scores_by_an_ensemble() -> None:
    baseline = minl_gan.MinLGAN(2, seeded(), minl_gan.MinLGANSettings(steps=20, ensemble=4, **SMALL)).fit(gaussian(200))
    assert len(baseline._ensemble) == 4
    x = torch.from_numpy(gaussian(5)).float()
    each = torch.stack([-torch.sigmoid(member(x)).log() for member in baseline._ensemble])
    torch.testing.assert_close(baseline.scores(x), each.mean(0))
    assert (each.std(0) > 0).all()
