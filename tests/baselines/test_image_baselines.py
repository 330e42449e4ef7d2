"""The baselines on images: what they see, what they score, and that each learns from pixels."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal, norm
from sklearn.metrics import roc_auc_score

from bdsg.baselines.classical.neighbours import Neighbours, NeighboursSettings
from bdsg.baselines.neural.vae import reconstruction
from bdsg.baselines.on_images.image_baselines import make_image_baseline
from bdsg.baselines.on_images.image_networks import NETWORKS, generator
from bdsg.baselines.on_images.image_settings import COMPONENTS, NEURAL, OWN, settings_for
from bdsg.baselines.on_images.pixel_mixture import PixelMixture, PixelMixtureSettings
from bdsg.baselines.registry import BASELINES
from bdsg.data.images import as_floats, load
from bdsg.errors import BDSGError, ConfigError

SHAPES = ((1, 8, 8), (1, 28, 28), (3, 32, 32))
LEFT_OUT = 0


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(count: int, shape: tuple[int, int, int] = (1, 8, 8), seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, *shape), np.float32)


def brief(name: str, shape: tuple[int, int, int] = (1, 8, 8), steps: int = 2, **more: Any) -> Any:
    """A baseline's own settings for that shape, but for a short training."""
    told = settings_for(name, shape)
    short = {"steps": steps, "trees": 10, "modes": 2, "inversion_steps": 2}
    named = {field.name for field in dataclasses.fields(told)}
    return dataclasses.replace(told, **{key: value for key, value in short.items() if key in named}, **more)


def test_every_baseline_has_settings_for_every_size() -> None:
    assert set(OWN) == set(BASELINES)
    assert set(NETWORKS) | set(COMPONENTS) == set(BASELINES)
    assert not set(NETWORKS) & set(COMPONENTS)
    for own in (*OWN.values(), *COMPONENTS.values()):
        assert set(own) == set(NEURAL)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_scores_images(name: str, shape: tuple[int, int, int]) -> None:
    baseline = make_image_baseline(name, shape, seeded(), brief(name, shape))
    with pytest.raises(BDSGError, match="not been trained"):
        baseline.score_samples(noise(3, shape))
    before = torch.get_rng_state()
    scores = baseline.fit(noise(80, shape)).score_samples(noise(6, shape, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert scores.shape == (6,)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    assert len(set(scores)) > 1


@pytest.mark.parametrize("name", BASELINES)
def test_a_score_is_the_same_alone_and_for_the_same_seed(name: str) -> None:
    images, tests = noise(80), noise(5, seed=1)
    baseline, again = (make_image_baseline(name, (1, 8, 8), seeded(3), brief(name)).fit(images) for _ in range(2))
    scores = baseline.score_samples(tests)
    np.testing.assert_allclose(again.score_samples(tests), scores, rtol=1e-6)
    np.testing.assert_allclose(baseline.score_samples(tests[:1]), scores[:1], rtol=1e-4)


def test_what_cannot_be_scored_is_refused() -> None:
    baseline = make_image_baseline("neighbours", (1, 8, 8), seeded())
    with pytest.raises(ConfigError, match=r"must have the shape \(N, 1, 8, 8\)"):
        baseline.fit(noise(9, (1, 28, 28)))
    with pytest.raises(ConfigError, match=r"must lie in \[0, 1\]"):
        baseline.fit(255 * noise(9))
    with pytest.raises(ConfigError, match=r"must lie in \[0, 1\]"):
        baseline.fit(np.full((9, 1, 8, 8), np.nan, np.float32))
    with pytest.raises(ConfigError, match="must be among"):
        make_image_baseline("magic", (1, 8, 8), seeded())
    with pytest.raises(ConfigError, match="10 × 10 pixels cannot be halved 2 times"):
        make_image_baseline("vae", (1, 10, 10), seeded())


def test_neighbours_measure_distances_of_pixels_in_one_unit() -> None:
    images, tests = noise(60), noise(7, seed=1)
    images[:, :, 0] *= 0.01  # a unit of its own for each pixel would blow this row up
    inner = Neighbours(64, seeded(), NeighboursSettings(neighbours=1))
    inner.one_unit = True
    rows, wanted = images.reshape(60, 64), tests.reshape(7, 64)
    scores = inner.fit(rows).score_samples(wanted)
    distances = np.linalg.norm(wanted[:, None] - rows[None], axis=2).min(1)
    np.testing.assert_allclose(scores, distances / np.sqrt(rows.astype(float).var(0).mean()), rtol=1e-5)


def test_principal_components_keep_distances_up_to_what_they_drop() -> None:
    flat = np.random.default_rng(0).normal(size=(200, 6)) @ np.random.default_rng(1).normal(size=(6, 64))
    scaled = (flat - flat.min()) / (flat.max() - flat.min())
    images = scaled.astype(np.float32).reshape(-1, 1, 8, 8)  # six dimensions: 95% of their variance is nearly all
    baseline = make_image_baseline("neighbours", (1, 8, 8), seeded()).fit(images[:150])
    rows = images.reshape(200, 64)
    distances = np.linalg.norm(rows[150:, None] - rows[None, :150], axis=2).min(1)
    assert np.corrcoef(baseline.score_samples(images[150:]), distances)[0, 1] > 0.97


def test_the_mixture_of_one_is_a_gaussian_with_a_ridge() -> None:
    rows = np.random.default_rng(0).normal(size=(300, 4)) * (1, 2, 3, 0)  # the last has no variance at all
    told = PixelMixtureSettings(modes=1, ridge=0.3)
    baseline = PixelMixture(4, seeded(), told)
    baseline.one_unit = True
    tests = np.random.default_rng(1).normal(size=(20, 4))
    scores = baseline.fit(rows).score_samples(tests)
    unit = np.sqrt(rows.var(0).mean())
    spread = np.cov(rows.T / unit, bias=True) + 0.3 * np.eye(4)
    wanted = -multivariate_normal(rows.mean(0) / unit, spread).logpdf(tests / unit)
    np.testing.assert_allclose(scores, wanted, rtol=1e-6)


def test_one_spread_serves_all_pixels() -> None:
    x, mean = torch.from_numpy(noise(5)).flatten(1), torch.from_numpy(noise(5, seed=1)).flatten(1)
    wanted = norm(mean, 0.3).logpdf(x).sum(1)
    found = reconstruction(x, mean, torch.tensor([math.log(0.3)]))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    networks = NETWORKS["vae"]((1, 8, 8), settings_for("vae", (1, 8, 8)), seeded())
    assert networks.log_spread.shape == (1,)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_generator_fills_the_range_of_grey_levels(shape: tuple[int, int, int]) -> None:
    """The units take [0, 1] to [−1, 1], so tanh reaches all of them and nothing else."""
    made = generator(shape, (16, 32), 8, seeded())(5 * torch.randn(200, 8, generator=seeded(1))).detach()
    assert made.shape == (200, math.prod(shape))
    assert -1 <= float(made.min()) < -0.8
    assert 0.8 < float(made.max()) <= 1


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training images without zeros, test images, and which of these are zeros."""
    train, test = load("digits", "train"), load("digits", "test")
    return as_floats(train[train.labels != LEFT_OUT]), as_floats(test), test.labels == LEFT_OUT


LEAST = {
    "neighbours": 0.97,
    "one_class_svm": 0.97,
    "outlier_factor": 0.93,
    "mixture": 0.97,
    "kernel_density": 0.97,
    "isolation_forest": 0.8,
}


@pytest.mark.parametrize("name", LEAST)
def test_library_baselines_tell_a_digit_that_was_left_out(
    name: str, digits: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    images, tests, anomalous = digits
    scores = make_image_baseline(name, (1, 8, 8), seeded()).fit(images).score_samples(tests)
    assert roc_auc_score(anomalous, scores) > LEAST[name]


@pytest.mark.parametrize(("name", "least"), [("vae", 0.8), ("fence_gan", 0.7)])
def test_neural_baselines_tell_it_after_a_short_training(
    name: str, least: float, digits: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    images, tests, anomalous = digits
    baseline = make_image_baseline(
        name, (1, 8, 8), seeded(), dataclasses.replace(settings_for(name, (1, 8, 8)), steps=250)
    )
    assert roc_auc_score(anomalous, baseline.fit(images).score_samples(tests)) > least
