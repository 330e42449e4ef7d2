"""BDSG on images, fitted: the flow, both B(z), and what the scores are computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from bdsg.boundary.generators.image_generator import ImageGenerator
from bdsg.boundary.level_sets.image_places import ImagePlaces, LogProb, places_around
from bdsg.boundary.training.image_training import (
    ImageObjective,
    OurImageObjective,
    PaperImageObjective,
    boundary_images,
    train_image_generator,
)
from bdsg.config.image_config import PAPER, ImageBoundaryConfig, ImageConfig
from bdsg.density.flows.exact import ExactByAutograd
from bdsg.density.flows.inverse import Residual
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.density.image_flows.convolution import Shape
from bdsg.density.image_flows.image_fit import ImageTraining, build_flow, log_prob_of_images
from bdsg.density.image_flows.image_flow import ImageFlow
from bdsg.density.image_flows.image_steps import bits_per_dimension, dequantised
from bdsg.errors import ConfigError
from bdsg.image_experiments.discriminator import Discriminator, train_discriminator
from bdsg.image_experiments.tangent import TangentNeighbours
from bdsg.runs.result import Progress

Report = Callable[[Progress], None]

EXACT_DIMENSIONS = 64
"""Up to this many grey values the scores take the exact determinant; above, a series of ``EVALUATION_TERMS``."""

EVALUATION_TERMS, GENERATOR_TERMS = 10, 4

EDGE_SAMPLES = 1000
LEAST_PLACES = 4


@dataclass(frozen=True)
class TrainedGenerator:
    """A B(z) with the latents that it was trained on, and its last L2."""

    generator: ImageGenerator
    objective: ImageObjective
    l2: float

    def sample(self, count: int, random: torch.Generator) -> Tensor:
        """B(z), flat (count, d), none rejected, on the CPU."""
        return boundary_images(self.generator, self.objective, count, random).cpu()


@dataclass(frozen=True)
class ImageModel:
    """Everything that scores need.

    Attributes:
        data: all training images, flat (M, d), on the CPU; those held out from the densities' training included.
        held_out: log p_g of held-out images, (n,), by the estimator that scores use.
        log_level: log ε: a low quantile of it.
        bits: per dimension, of held-out images.
        bounds: each block's verified Lipschitz bound.
    """

    config: ImageConfig
    shape: Shape
    flow: ImageFlow
    data: Tensor
    held_out: Tensor
    log_level: float
    bits: float
    bounds: list[float]
    places: ImagePlaces
    ours: TrainedGenerator
    paper: TrainedGenerator
    edge: Discriminator
    neighbours: TangentNeighbours


def evaluation_for(dim: int) -> LogDeterminant[Residual]:
    """The estimator that scores use: it draws the same probes each time, so equal images score alike."""
    return ExactByAutograd() if dim <= EXACT_DIMENSIONS else TruncatedSeries(EVALUATION_TERMS)


def cheap_log_prob(flow: ImageFlow) -> LogProb:
    """log p_g by a short series with fresh probes at each call: for training, where its noise averages out."""
    estimator, probes = TruncatedSeries(GENERATOR_TERMS), torch.Generator().manual_seed(0)
    return lambda x: flow.estimate_log_prob(x, estimator, probes).value


def in_chunks(log_prob: LogProb, rows: int = 256) -> LogProb:
    """The same for many images, in bounded memory."""
    return lambda x: torch.cat([log_prob(part) for part in torch.split(x, rows)])


def fit_density(
    images: Tensor,
    shape: Shape,
    config: ImageConfig,
    seed: int,
    device: torch.device,
    checkpoint: Path | None,
    report: Report,
) -> tuple[ImageFlow, list[float]]:
    """A flow trained on flat images (n, d), with its weights frozen, and its Lipschitz bounds."""
    random = torch.Generator().manual_seed(seed)
    flow = build_flow(shape, config.density, random, evaluation_for(images.shape[1])).to(device)
    for progress in ImageTraining(flow, images.to(device), config.density, seed, checkpoint).run():
        report(progress)
    bounds = flow.settle()
    return flow.requires_grad_(False), bounds


def fit_image_model(
    images: Tensor,
    shape: Shape,
    config: ImageConfig,
    seed: int,
    *,
    device: torch.device | None = None,
    checkpoint: Path | None = None,
    report: Report = lambda progress: None,
) -> ImageModel:
    """Fit BDSG to flat normal images (n, d) of grey values in [0, 1].

    Args:
        seed: of the split, all weights, batches and latents.
        checkpoint: file in which the density's training is kept, and resumed from.

    Raises:
        DivergenceError, LipschitzError: a training failed.
        ConfigError: hardly any line from a training image leaves the support.
    """
    device = device or torch.device("cpu")
    random = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=random)
    held = max(2, round(config.held_out * len(images)))
    held_out, data = images[order[:held]], images[order[held:]]
    flow, bounds = fit_density(data, shape, config, seed, device, checkpoint, report)
    levels = log_prob_of_images(flow, held_out)
    noisy = log_prob_of_images(flow, dequantised(held_out, config.density.levels, random))
    bits = float(bits_per_dimension(noisy.mean(), flow.dim, config.density.levels))
    log_level = float(levels.quantile(config.boundary.level_quantile))
    near = data.to(device)
    cheap = cheap_log_prob(flow)
    level_seen = _level_seen(cheap, held_out.to(device), config)
    places = _places(cheap, near, shape, level_seen, config, random)
    fitted = {
        objective: fit_generator(cheap, near, places, level_seen, chosen, shape, random, report)
        for objective, chosen in (("ours", config.boundary), ("paper", replace(config.boundary, **PAPER)))
    }
    boundary = torch.cat([places.points.cpu(), fitted["ours"].sample(EDGE_SAMPLES, random)])
    edge = train_discriminator(near, boundary.to(device), shape, config.edge, random)
    generators = (fitted["ours"], fitted["paper"])
    learned = (flow, images, levels, log_level, bits, bounds, places)
    return ImageModel(config, shape, *learned, *generators, edge, TangentNeighbours(images, shape))


def _level_seen(log_prob: LogProb, held_out: Tensor, config: ImageConfig) -> float:
    """log ε as B will see it: a shorter series is off by a little more."""
    with torch.no_grad():
        seen = in_chunks(log_prob)(held_out).cpu()
    return float(seen.quantile(config.boundary.level_quantile))


def _places(
    log_prob: LogProb, data: Tensor, shape: Shape, log_level: float, config: ImageConfig, random: torch.Generator
) -> ImagePlaces:
    """Places of the boundary around training images; raises ConfigError where there are hardly any."""
    places = places_around(in_chunks(log_prob), data, shape, log_level, config.places, random)
    if len(places.points) < LEAST_PLACES:
        found = f"{len(places.points)} of {config.places} lines from training images leave the support"
        raise ConfigError(
            "images.density.epochs", config.density.epochs, f"only {found}: train the density for longer."
        )
    return places


def fit_generator(
    log_prob: LogProb,
    data: Tensor,
    places: ImagePlaces,
    log_level: float,
    config: ImageBoundaryConfig,
    shape: Shape,
    random: torch.Generator,
    report: Report,
) -> TrainedGenerator:
    """Train one B(z) against a frozen density."""
    latent = min(config.latent, len(places.points) - 1, data.shape[1])
    config = replace(config, latent=latent)
    objective: ImageObjective = (
        PaperImageObjective(log_prob, data, log_level, latent)
        if config.objective == "paper"
        else OurImageObjective(log_prob, places.points, log_level, latent)
    )
    generator = ImageGenerator(config, shape, data.mean(0), random).to(data.device)
    l2 = 0.0
    for progress in train_image_generator(generator, objective, config, random):
        l2 = progress.terms["l2"]
        report(replace(progress, stage=f"B(z), {config.objective}"))
    return TrainedGenerator(generator, objective, l2)
