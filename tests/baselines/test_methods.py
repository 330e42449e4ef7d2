"""Each rival against something of its own: its losses by hand, and what its paper says that it does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import Tensor, nn

from bdsg.baselines.classical.gaussian_mixture import Mixture, MixtureSettings
from bdsg.baselines.classical.isolation_forest import IsolationForest
from bdsg.baselines.classical.kernel_density import KernelDensity, KernelDensitySettings
from bdsg.baselines.classical.neighbours import Neighbours, NeighboursSettings
from bdsg.baselines.classical.one_class_svm import OneClassSVM
from bdsg.baselines.classical.outlier_factor import OutlierFactor
from bdsg.baselines.contract import Watch
from bdsg.baselines.neural import ano_gan, egbad, fence_gan, ganomaly, minl_gan, vae, wgan
from bdsg.baselines.neural.gan import discriminator_loss, generator_loss
from bdsg.runs.result import Progress

FAR = np.array([[math.cos(a), math.sin(a)] for a in np.linspace(0, 2 * math.pi, 24, endpoint=False)])
SMALL: dict[str, Any] = {"batch_size": 64, "hidden": (24, 24), "learning_rate": 0.003}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gaussian(count: int, seed: int = 0) -> np.ndarray:
    """A standard normal sample."""
    return np.random.default_rng(seed).normal(size=(count, 2))


def two_modes(count: int, numbers: np.random.Generator) -> np.ndarray:
    """Points around (±3, 0), 0.3 wide and 1 high."""
    side = numbers.choice([-3.0, 3.0], count)
    return np.column_stack([side + 0.3 * numbers.normal(size=count), numbers.normal(size=count)])


def terms_of(rival: Any, name: str, source: Callable[[int, np.random.Generator], np.ndarray]) -> np.ndarray:
    """One loss term over a training on fresh points."""
    numbers, nothing = np.random.default_rng(7), np.empty((0, 2))
    found = rival.train(lambda count: source(count, numbers), Watch((), nothing), lambda: False)
    return np.array([event.terms[name] for event in found if isinstance(event, Progress)])


def test_the_losses_of_a_gan_are_those_of_probabilities() -> None:
    real, fake = torch.randn(50, generator=seeded()), torch.randn(50, generator=seeded(1))
    d_real, d_fake = torch.sigmoid(real), torch.sigmoid(fake)
    wanted = -(d_real.log().mean() + 0.1 * (1 - d_fake).log().mean())
    torch.testing.assert_close(discriminator_loss(real, fake, 0.1), wanted)
    torch.testing.assert_close(generator_loss(fake), -d_fake.log().mean())


def test_fence_gan_losses_by_hand() -> None:
    points = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 5.0], [0.0, -5.0]])
    assert float(fence_gan.dispersion_loss(points + 7.0)) == pytest.approx(1 / 4)
    logits = torch.tensor([0.0, math.log(3.0)])  # D = 0.5 and 0.75
    wanted = 0.5 * (math.log(0.1 + 1e-6) + math.log(0.15 + 1e-6))
    assert float(fence_gan.encirclement_loss(logits, 0.6, "logarithm")) == pytest.approx(wanted, rel=1e-5)
    at = torch.tensor([math.log(0.6 / 0.4)])
    apart = [float(fence_gan.encirclement_loss(at + s, 0.6, "cross_entropy")) for s in (-0.1, 0.0, 0.1)]
    assert apart[1] == min(apart)


def test_fence_gan_encloses_the_gaussian_of_its_paper() -> None:
    """The published experiment: N((20, 20), 3² I), z of spread 8, α = 0.5, γ = 0.1, β = 15, that is 15/3 here."""
    data = 20 + 3 * gaussian(4000)
    settings = fence_gan.FenceGANSettings(
        alpha=0.5, beta=5.0, gamma=0.1, start=8 / 3, hidden=(15, 15), steps=1500, batch_size=100, learning_rate=0.002
    )
    rival = fence_gan.FenceGAN(2, seeded(), settings).fit(data)
    offsets = (rival.sample(1000, seeded(1)) - 20) / 3
    radii, angles = np.linalg.norm(offsets, axis=1), np.sort(np.arctan2(offsets[:, 1], offsets[:, 0]))
    gaps = np.diff(angles, append=angles[0] + 2 * math.pi)
    assert math.degrees(gaps.max()) < 15  # all the way round
    inside = np.linalg.norm((data - 20) / 3, axis=1) < np.quantile(radii, 0.1)
    assert inside.mean() > 0.9
    assert rival.score_samples(20 + 3 * 4 * FAR).min() > rival.score_samples(20 + 3 * FAR).max()


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
        rival = minl_gan.MinLGAN(2, seeded(), settings).fit(gaussian(4000))
        points = rival.sample(2000, seeded(1))
        distances[weight] = float(np.median(np.linalg.norm(points, axis=1)))
    assert distances[0.0] == pytest.approx(1.18, abs=0.45)  # of the data: √(2 ln 2)
    assert distances[10.0] > 1.5 * distances[0.0]


def test_minl_gan_scores_by_an_ensemble() -> None:
    rival = minl_gan.MinLGAN(2, seeded(), minl_gan.MinLGANSettings(steps=20, ensemble=4, **SMALL)).fit(gaussian(200))
    assert len(rival._ensemble) == 4
    x = torch.from_numpy(gaussian(5)).float()
    each = torch.stack([-torch.sigmoid(member(x)).log() for member in rival._ensemble])
    torch.testing.assert_close(rival.scores(x), each.mean(0))
    assert (each.std(0) > 0).all()


def test_ano_gan_inverts_its_generator() -> None:
    settings = ano_gan.AnoGANSettings(weight=0.0, inversion_steps=500, inversion_rate=0.02, **SMALL)
    linear = nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[2.0, 0.5], [0.0, 1.0]]))
        linear.bias.zero_()
    networks = ano_gan.AnoGAN(2, seeded(), settings).networks._replace(generator=linear)
    rival = ano_gan.AnoGAN(2, seeded(), settings, networks)
    x = torch.from_numpy(gaussian(40)).float()
    assert float(rival.scores(x).max()) < 0.05  # every point is the image of some z
    assert float(ano_gan.residual_loss(x, torch.zeros_like(x)).min()) > 0.05


def test_ano_gan_rebuilds_the_data_better_than_far_points() -> None:
    settings = ano_gan.AnoGANSettings(steps=600, **SMALL)
    rival = ano_gan.AnoGAN(2, seeded(), settings).fit(gaussian(4000))
    near = rival.score_samples(gaussian(200, 1))
    assert np.quantile(near, 0.95) < rival.score_samples(8 * FAR).min()


@pytest.mark.parametrize("form", ["cross_entropy", "feature_matching"])
def test_egbad_rebuilds_the_data_better_than_far_points(form: str) -> None:
    settings = egbad.EGBADSettings(steps=800, discriminator_score=form, **SMALL)
    rival = egbad.EGBAD(2, seeded(), settings).fit(gaussian(4000))
    near, far = rival.score_samples(gaussian(200, 1)), rival.score_samples(10 * FAR)
    assert np.median(far) > 2 * np.median(near)
    assert np.quantile(near, 0.9) < np.quantile(far, 0.1)


def test_egbad_sets_encoder_and_generator_against_the_discriminator() -> None:
    encoded, generated = torch.randn(9, generator=seeded()), torch.randn(9, generator=seeded(1))
    both = egbad.swapped_loss(encoded, generated)
    wanted = -(1 - torch.sigmoid(encoded)).log().mean() - torch.sigmoid(generated).log().mean()
    torch.testing.assert_close(both, wanted)


def test_ganomaly_losses_by_hand() -> None:
    a, b = torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([[0.0, 0.0], [2.0, 4.0]])
    assert float(ganomaly.contextual_loss(a, b)) == pytest.approx((3 + 2) / 2)
    assert float(ganomaly.encoder_loss(a, b)) == pytest.approx((math.sqrt(5) + math.sqrt(2)) / 2)
    assert float(ganomaly.adversarial_loss(a, b)) == pytest.approx((0 + math.sqrt(4 + 9)) / 2)  # mean of b: (1, 2)


def test_ganomaly_codes_of_far_points_come_back_elsewhere() -> None:
    numbers = np.random.default_rng(0)
    line = np.outer(numbers.normal(size=4000), [1.0, 0.5]) + 0.05 * numbers.normal(size=(4000, 2))
    rival = ganomaly.GANomaly(2, seeded(), ganomaly.GANomalySettings(steps=800, **SMALL)).fit(line)
    assert np.median(rival.score_samples(8 * FAR)) > 5 * np.median(rival.score_samples(line[:500]))


def test_vae_divergence_and_reconstruction_are_those_of_gaussians() -> None:
    mean, log_variance = torch.randn(6, 3, generator=seeded()), torch.randn(6, 3, generator=seeded(1))
    q = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance))
    wanted = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(vae.divergence(mean, log_variance), wanted)
    x, spread = np.array([0.3, -1.0]), np.array([0.5, 2.0])
    found = vae.reconstruction(torch.from_numpy(x[None]), torch.zeros(1, 2), torch.from_numpy(np.log(spread)))
    assert float(found) == pytest.approx(multivariate_normal(np.zeros(2), np.diag(spread**2)).logpdf(x))


def test_vae_climbs_its_bound_past_a_gaussian_but_not_past_the_entropy() -> None:
    rival = vae.VAE(2, seeded(), vae.VAESettings(steps=600, latent=2, spread=0.1, **SMALL))
    bound = terms_of(rival, "ELBO", two_modes)
    width = 0.3 / math.hypot(3.0, 0.3)  # of a mode, in units of the data's spread
    entropy = math.log(2) + 1 + math.log(2 * math.pi * width)
    assert bound[-50:].mean() > bound[:10].mean() + 0.5
    gaussian_entropy = 1 + math.log(2 * math.pi)
    assert -gaussian_entropy + 0.3 < bound[-50:].mean() < -entropy
    between, within = rival.score_samples(np.array([[0.0, 0.0], [3.0, 0.0]]))
    assert between > within + 1
    first = np.abs(rival.sample(4000, seeded(1))[:, 0])
    assert ((first > 2) & (first < 4)).mean() > 0.5  # 0.32 for one Gaussian of the same spread


def test_gradient_penalty_of_a_linear_critic() -> None:
    critic = nn.Linear(2, 1)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([[3.0, 4.0]]))
    found = wgan.gradient_penalty(critic, torch.randn(5, 2), torch.randn(5, 2), seeded())
    assert float(found.detach()) == pytest.approx(16.0, rel=1e-5)


def test_the_gap_of_the_wgan_critic_falls() -> None:
    settings = wgan.WGANSettings(steps=150, **SMALL)
    networks = wgan.WGAN(2, seeded(), settings).networks
    with torch.no_grad():
        networks.generator[-1].bias.fill_(5.0)  # start far from the data
    rival = wgan.WGAN(2, seeded(), settings, networks)
    gaps = terms_of(rival, "critic gap", lambda count, numbers: numbers.normal(size=(count, 2)))
    highest = gaps[:40].max()
    assert highest > 3  # the distance is 5·√2, less what the generator has moved
    assert np.abs(gaps[-20:]).mean() < 0.2 * highest
    assert np.linalg.norm(rival.sample(2000, seeded(1)).mean(0)) < 1


@pytest.mark.parametrize("method", [Neighbours, IsolationForest, OneClassSVM, OutlierFactor, Mixture, KernelDensity])
def test_the_library_ones_find_far_points_more_anomalous(method: Any) -> None:
    rival = method(2, seeded()).fit(3 + gaussian(800) * [1.0, 10.0])
    far = rival.score_samples(3 + 6 * FAR * [1.0, 10.0])
    assert rival.score_samples(3 + gaussian(200, 1) * [1.0, 10.0] * 0.5).max() < far.min()


def test_neighbours_is_the_distance_to_the_kth() -> None:
    data = gaussian(100)
    rival = Neighbours(2, seeded(), NeighboursSettings(neighbours=3)).fit(data)
    scaled = (np.array([0.2, 0.1]) - data) / data.std(0)
    assert rival.score_samples(np.array([[0.2, 0.1]]))[0] == pytest.approx(np.sort(np.linalg.norm(scaled, axis=1))[2])


def test_kernel_density_and_mixture_are_densities_up_to_a_constant() -> None:
    data = gaussian(500)
    kernel = KernelDensity(2, seeded(), KernelDensitySettings(bandwidth=0.3)).fit(data)
    x = np.array([[0.0, 0.0], [1.0, 1.0]])
    white = (x[:, None] - data[None]) / data.std(0)
    wanted = np.log(np.exp(-0.5 * (white**2).sum(-1) / 0.09).mean(1))
    assert np.diff(kernel.score_samples(x))[0] == pytest.approx(-np.diff(wanted)[0], abs=1e-3)
    mixture = Mixture(2, seeded(), MixtureSettings(modes=1)).fit(data)
    truth = multivariate_normal(data.mean(0), np.cov(data.T, bias=True)).logpdf(x)
    assert np.diff(mixture.score_samples(x))[0] == pytest.approx(-np.diff(truth)[0], abs=1e-3)
    for rival in (kernel, mixture):
        assert np.cov(rival.sample(4000, seeded(1)).T) == pytest.approx(np.cov(data.T), abs=0.25)
