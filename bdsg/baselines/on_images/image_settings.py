"""Settings of the baselines on images, by the images' size: small ones (8 × 8), grey ones (28 × 28), colour (32 × 32).

They were chosen by AUROC and AUPRC on classes left out, so for the baselines' good: BDSG is told nothing of these.
"""

from __future__ import annotations

from typing import Any, Literal

from bdsg.baselines.on_images.pixel_mixture import PixelMixture
from bdsg.baselines.registry import BASELINES

Size = Literal["small", "grey", "colour"]
SMALL_SIDE = 16
"""Images with fewer pixels a side count as small."""

NEURAL: dict[Size, dict[str, Any]] = {
    "small": {"hidden": (16, 32), "batch_size": 64, "steps": 1000, "latent": 16},
    "grey": {"hidden": (32, 64), "batch_size": 64, "steps": 1500, "latent": 32},
    "colour": {"hidden": (32, 64, 128), "batch_size": 64, "steps": 1000, "latent": 64},
}
"""What all the neural ones share; ``hidden`` counts the channels of each convolution, which halves the sides."""

OWN: dict[str, dict[Size, dict[str, Any]]] = {
    "fence_gan": {
        "small": {"latent": 32, "alpha": 0.5, "beta": 15.0, "gamma": 0.5},
        "grey": {"alpha": 0.5, "beta": 30.0, "gamma": 0.5},
        "colour": {"alpha": 0.5, "beta": 30.0, "gamma": 0.5},
    },
    "minl_gan": {size: {} for size in NEURAL},
    "ano_gan": {
        "small": {"learning_rate": 0.001},
        "grey": {"inversion_steps": 60},
        "colour": {"inversion_steps": 60},
    },
    "egbad": {size: {"weight": 0.1} for size in NEURAL},
    "ganomaly": {
        "small": {"latent": 32, "contextual": 10.0, "encoding": 1.0},
        "grey": {"contextual": 50 / 784, "encoding": 1.0},  # the authors' program takes means over pixels
        "colour": {"contextual": 50 / 3072, "encoding": 1.0},
    },
    "vae": {
        "small": {"latent": 4, "draws": 8, "steps": 1500, "learning_rate": 0.002},
        "grey": {"latent": 8, "draws": 4},
        "colour": {"draws": 4},
    },
    "wgan": {
        "small": {"steps": 200, "penalty": 0.1},
        "grey": {"steps": 300, "penalty": 0.1},
        "colour": {"steps": 200, "batch_size": 32, "penalty": 0.1},
    },
    "neighbours": {size: {"neighbours": 1} for size in NEURAL},
    "isolation_forest": {size: {"trees": 300, "tree_points": 4096} for size in NEURAL},
    "one_class_svm": {"small": {"gamma": 0.7}, "grey": {"gamma": 0.3}, "colour": {"gamma": 0.3}},
    "outlier_factor": {"small": {"neighbours": 5}, "grey": {"neighbours": 10}, "colour": {"neighbours": 10}},
    "mixture": {
        "small": {"modes": 80, "ridge": 0.2},
        "grey": {"modes": 30, "ridge": 0.1},
        "colour": {"modes": 30, "ridge": 0.1},
    },
    "kernel_density": {"small": {"bandwidth": 0.7}, "grey": {"bandwidth": 1.0}, "colour": {"bandwidth": 1.0}},
}
"""What differs from each one's defaults and from ``NEURAL``."""

COMPONENTS: dict[str, dict[Size, float | None]] = {
    "neighbours": {"small": 0.95, "grey": 60, "colour": 60},
    "isolation_forest": {"small": 0.95, "grey": 60, "colour": 60},
    "one_class_svm": {"small": 0.95, "grey": 60, "colour": 60},
    "outlier_factor": {"small": None, "grey": 30, "colour": 60},
    "mixture": {"small": 0.95, "grey": 60, "colour": 60},
    "kernel_density": {"small": 0.95, "grey": 60, "colour": 60},
}
"""Principal components that each sees: a share of the variance, a number of them, or None for the pixels."""


def size_of(shape: tuple[int, int, int]) -> Size:
    """Of images with that many channels, rows and columns."""
    if max(shape[1:]) < SMALL_SIDE:
        return "small"
    return "grey" if shape[0] == 1 else "colour"


def class_for(name: str) -> Any:
    """A baseline's class for images."""
    return PixelMixture if name == "mixture" else BASELINES[name].load()


def settings_for(name: str, shape: tuple[int, int, int]) -> Any:
    """A baseline's settings for images of one shape."""
    size = size_of(shape)
    shared = {} if name in COMPONENTS else NEURAL[size]
    return class_for(name).Settings(**{**shared, **OWN[name][size]})


def components_for(name: str, shape: tuple[int, int, int]) -> float | None:
    """How many principal components a baseline of scikit-learn sees; None for the pixels."""
    return COMPONENTS[name][size_of(shape)]
