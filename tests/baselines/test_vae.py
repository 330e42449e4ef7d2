"""VAE: its bound against Gaussians, and how high it climbs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from bdsg.baselines.neural import vae
from tests.baselines.samples import SMALL, seeded, terms_of, two_modes


def test_vae_divergence_and_reconstruction_are_those_of_gaussians() -> None:
    mean, log_variance = torch.randn(6, 3, generator=seeded()), torch.randn(6, 3, generator=seeded(1))
    q = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance))
    wanted = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(vae.divergence(mean, log_variance), wanted)
    x, spread = np.array([0.3, -1.0]), np.array([0.5, 2.0])
    found = vae.reconstruction(torch.from_numpy(x[None]), torch.zeros(1, 2), torch.from_numpy(np.log(spread)))
    assert float(found) == pytest.approx(multivariate_normal(np.zeros(2), np.diag(spread**2)).logpdf(x))


def test_vae_climbs_its_bound_past_a_gaussian_but_not_past_the_entropy() -> None:
    baseline = vae.VAE(2, seeded(), vae.VAESettings(steps=600, latent=2, spread=0.1, **SMALL))
    bound = terms_of(baseline, "ELBO", two_modes)
    width = 0.3 / math.hypot(3.0, 0.3)  # of a mode, in units of the data's spread
    entropy = math.log(2) + 1 + math.log(2 * math.pi * width)
    assert bound[-50:].mean() > bound[:10].mean() + 0.5
    gaussian_entropy = 1 + math.log(2 * math.pi)
    assert -gaussian_entropy + 0.3 < bound[-50:].mean() < -entropy
    between, within = baseline.score_samples(np.array([[0.0, 0.0], [3.0, 0.0]]))
    assert between > within + 1
    first = np.abs(baseline.sample(4000, seeded(1))[:, 0])
    assert ((first > 2) & (first < 4)).mean() > 0.5  # 0.32 for one Gaussian of the same spread
