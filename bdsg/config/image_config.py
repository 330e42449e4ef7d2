"""Settings of the image models: every default once, and what each data set starts from instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bdsg.config.fields import setting, validate


@dataclass(frozen=True)
class ImageFlowConfig:
    """The convolutional residual flow and its training; ``scales`` are (blocks, width) from fine to coarse."""

    kind: str = setting("resflow", "IResNet or ResFlow: which estimator trains it.", choices=("iresnet", "resflow"))
    scales: tuple[tuple[int, int], ...] = ((4, 32), (4, 32))
    coefficient: float = setting(0.9, "Upper bound on each block's Lipschitz constant.", 0.1, 0.995)
    pixels: str = setting("uniform", "How grey values go to the line.", choices=("uniform", "logit"))
    levels: int = setting(16, "Grey levels that images are rounded to before dequantisation.", 2, 256, unit="levels")
    series_terms: int = setting(5, "Terms of IResNet's truncated series in training.", 1, 100, unit="terms")
    epochs: int = setting(20, "Passes over the training images.", 1, 10_000, unit="epochs")
    batch_size: int = setting(64, "Images a step.", 2, 8192, unit="images")
    learning_rate: float = setting(0.003, "Highest Adam step size, one cycle.", 1e-6, 1.0, log=True)

    def __post_init__(self) -> None:
        validate(self, "images.density")


@dataclass(frozen=True)
class ImageBoundaryConfig:
    """B(z) of images and its objective."""

    objective: str = setting("ours", "Eq. 4, or ours, aimed at a level.", choices=("ours", "paper"))
    network: str = setting("cnn", "Architecture of B(z).", choices=("cnn", "feed_forward", "residual"))
    latent: int = setting(32, "Coordinates of z, below those of an image.", 2, 1024)
    width: int = setting(32, "Channels of B's last hidden layer.", 4, 512)
    steps: int = setting(300, "Training steps.", 1, 100_000, unit="steps", log=True)
    batch_size: int = setting(64, "Latent samples a step.", 4, 4096, symbol="N")
    learning_rate: float = setting(0.003, "Highest Adam step size, one cycle.", 1e-6, 1.0, log=True)
    lambda1: float = setting(0.3, "Weight of the distance to the data.", 0.0, 100.0, symbol="λ1")
    lambda2: float = setting(0.025, "Weight of dispersion.", 0.0, 100.0, symbol="λ2")
    level_quantile: float = setting(0.01, "ε as a quantile of p_g of held-out images.", 1e-4, 0.5)

    def __post_init__(self) -> None:
        validate(self, "images.boundary")


@dataclass(frozen=True)
class EdgeConfig:
    """The classifier between training images and boundary images."""

    width: int = setting(16, "Channels of its first layer.", 2, 256)
    steps: int = setting(200, "Training steps.", 1, 100_000, unit="steps", log=True)
    batch_size: int = setting(128, "Images a step, half of either kind.", 2, 4096, unit="images")
    learning_rate: float = setting(0.002, "Highest Adam step size, one cycle.", 1e-6, 1.0, log=True)

    def __post_init__(self) -> None:
        validate(self, "images.edge")


@dataclass(frozen=True)
class ImageConfig:
    """All that a run on images depends on, apart from its data, its left-out class and its seed."""

    density: ImageFlowConfig = field(default_factory=ImageFlowConfig)
    boundary: ImageBoundaryConfig = field(default_factory=ImageBoundaryConfig)
    edge: EdgeConfig = field(default_factory=EdgeConfig)
    places: int = setting(1000, "Lines on which the level is sought.", 8, 100_000, unit="lines", log=True)
    train: int = setting(6000, "Training images.", 32, 1_000_000, unit="images")
    test: int = setting(10_000, "Test images at most.", 32, 1_000_000, unit="images")
    held_out: float = setting(0.1, "Share of the training images held out to set levels.", 0.01, 0.5)

    def __post_init__(self) -> None:
        validate(self, "images")


PAPER: dict[str, Any] = {"objective": "paper", "lambda1": 0.3, "lambda2": 0.025}
"""What eq. 4 uses instead: the paper's weights."""

_DENSITY: dict[str, dict[str, Any]] = {
    "digits": {"levels": 17, "epochs": 15},
    "mnist": {"scales": ((2, 16), (3, 32)), "epochs": 4},
    "cifar10": {"scales": ((2, 24), (3, 32)), "levels": 32, "epochs": 2},
}

_OTHERS: dict[str, dict[str, Any]] = {
    "digits": {"boundary": {"steps": 120, "batch_size": 48}, "places": 600, "train": 2000},
    "mnist": {"boundary": {"steps": 150, "batch_size": 32, "lambda1": 0.05}, "places": 500, "test": 2000},
    "cifar10": {
        "boundary": {"steps": 100, "batch_size": 24, "width": 24, "lambda1": 0.02},
        "places": 300,
        "test": 2500,
    },
}

QUICK: dict[str, Any] = {
    "density": ImageFlowConfig(scales=((2, 16), (2, 16)), levels=17, epochs=5, learning_rate=0.01),
    "boundary": ImageBoundaryConfig(latent=8, width=8, steps=20, batch_size=32),
    "edge": EdgeConfig(width=4, steps=20),
    "places": 64,
}
"""A first look in seconds; the tests use it."""

QUICK_BASELINE_STEPS = 10
"""Training steps of the neural rivals beside it."""


def image_config(name: str, **changed: Any) -> ImageConfig:
    """What a data set starts from: ``digits``, ``mnist`` or ``cifar10``; other fields of the whole replace it."""
    others = dict(_OTHERS[name])
    boundary = ImageBoundaryConfig(**{"lambda1": 1.0, **others.pop("boundary", {})})
    parts: dict[str, Any] = {"density": ImageFlowConfig(**_DENSITY[name]), "boundary": boundary, **others}
    return ImageConfig(**{**parts, **changed})
