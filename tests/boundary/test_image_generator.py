"""B(z) of images: its loss, its search for the nearest image, places and trainings, on densities known exactly."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from bdsg.boundary.generators.image_generator import ARCHITECTURES, ImageGenerator
from bdsg.boundary.image_loss_terms import LOG_CAP, nearest_images, shifted_density
from bdsg.boundary.level_sets.image_places import places_around
from bdsg.boundary.training.image_training import (
    OurImageObjective,
    PaperImageObjective,
    boundary_images,
    principal_codes,
    train_image_generator,
)
from bdsg.config.image_config import PAPER, ImageBoundaryConfig
from bdsg.errors import ConfigError, DivergenceError

SHAPE = (1, 8, 8)
SPREAD = 0.05


def normal_log_prob(x: Tensor) -> Tensor:
    """A Gaussian around the grey image 0.5."""
    return -0.5 * (((x - 0.5) / SPREAD) ** 2).sum(1) - 64 * math.log(SPREAD * math.sqrt(2 * math.pi))


def sample(count: int, seed: int = 0) -> Tensor:
    return 0.5 + SPREAD * torch.randn(count, 64, generator=torch.Generator().manual_seed(seed))


def level(quantile: float = 0.01) -> float:
    return float(normal_log_prob(sample(4000, 1)).quantile(quantile))


def test_l0_is_the_exponential_and_then_its_tangent() -> None:
    near = torch.tensor([-700.0, -1.0, 0.0, 2.0], dtype=torch.double)
    assert shifted_density(near + 5000.0, 5000.0).tolist() == pytest.approx(near.exp().tolist())
    far = torch.tensor([-math.inf, 900.0], dtype=torch.double, requires_grad=True)
    value = shifted_density(far, 0.0)
    assert value.tolist() == pytest.approx([0.0, math.exp(LOG_CAP) * (901.0 - LOG_CAP)])
    (slope,) = torch.autograd.grad(value[1], far)
    assert float(slope[1]) == pytest.approx(math.exp(LOG_CAP))
    for wrong in (math.nan, math.inf):
        with pytest.raises(DivergenceError, match=r"log p_g\(B\(z\)\)"):
            shifted_density(torch.tensor([wrong]), 0.0)


def test_the_nearest_images_are_those_of_all_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bdsg.boundary.image_loss_terms.COLUMNS", 50)  # several chunks
    monkeypatch.setattr("bdsg.boundary.image_loss_terms.ROWS", 30)
    points, data = sample(70) + 100.0, sample(170, 2) + 100.0  # far off, where ‖a‖² + ‖b‖² − 2ab alone is rounded
    truth, index = torch.cdist(points.double(), data.double()).topk(3, largest=False)
    distances, found = nearest_images(points, data, 3)
    assert torch.equal(found, index)
    assert torch.allclose(distances.double(), truth, rtol=1e-3)


@pytest.mark.parametrize("network", list(ARCHITECTURES))
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 12, 8)])
def test_every_architecture_makes_images_from_its_own_seed(network: str, shape: tuple[int, int, int]) -> None:
    config = ImageBoundaryConfig(network=network, latent=5, width=4)
    mean = torch.full((math.prod(shape),), 0.25)
    z = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    one, two, other = (ImageGenerator(config, shape, mean, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    with torch.no_grad():
        images = one(z)
        assert images.shape == (6, math.prod(shape))
        assert float(images.min()) > 0
        assert float(images.max()) < 1
        assert torch.equal(images, two(z))
        assert not torch.equal(images, other(z))


def test_odd_sides_are_refused() -> None:
    with pytest.raises(ConfigError, match="multiples of 4"):
        ImageGenerator(ImageBoundaryConfig(), (1, 6, 6), torch.zeros(36), torch.Generator())


def test_places_lie_just_outside_the_level_on_their_lines() -> None:
    data = sample(120)
    places = places_around(normal_log_prob, data, SHAPE, level(), 100, torch.Generator().manual_seed(0))
    assert len(places.points) > 80
    assert bool((places.misfit < 0).all())
    assert float(places.misfit.abs().median()) < 3.0  # nats, of the hundreds that the line's end is off
    assert float(places.points.min()) >= 0
    assert float(places.points.max()) <= 1
    assert torch.allclose(places.misfit, normal_log_prob(places.points) - level(), atol=1e-3)


def test_codes_are_white() -> None:
    codes = principal_codes(sample(200) @ torch.diag(torch.linspace(0.1, 3.0, 64)), 5).double()
    assert torch.allclose(codes.T @ codes / 200, torch.eye(5).double(), atol=1e-4)


def trained(config: ImageBoundaryConfig) -> tuple[Tensor, Tensor]:
    """Images of a trained B, and the data."""
    data, random = sample(300), torch.Generator().manual_seed(0)
    generator = ImageGenerator(config, SHAPE, data.mean(0), random)
    if config.objective == "paper":
        objective: PaperImageObjective | OurImageObjective = PaperImageObjective(
            normal_log_prob, data, level(), config.latent
        )
    else:
        places = places_around(normal_log_prob, data, SHAPE, level(), 200, random)
        objective = OurImageObjective(normal_log_prob, places.points, level(), config.latent)
    steps = [progress.step for progress in train_image_generator(generator, objective, config, random)]
    assert steps[-1] == config.steps
    return boundary_images(generator, objective, 100, random), data


@pytest.mark.parametrize("objective", ["ours", "paper"])
def test_a_trained_generator_lies_outside_and_no_two_images_are_alike(objective: str) -> None:
    weights = PAPER if objective == "paper" else {"objective": "ours", "lambda1": 1.0}
    config = ImageBoundaryConfig(latent=8, width=6, steps=100, batch_size=32, learning_rate=0.01, **weights)
    images, data = trained(config)
    below = level() - normal_log_prob(images)
    assert float((below > 0).double().mean()) > (0.9 if objective == "paper" else 0.5)
    if objective == "ours":  # aimed at the level, and not merely far away
        assert float(below.median()) < 0.4 * 64
    assert float(nearest_images(images, data)[0].min()) > 0.05
    assert float(torch.pdist(images).min()) > 1e-3
