"""The baselines on images: the same classes and losses, with convolutional networks, or on pixels.

The methods of scikit-learn see pixels as they are, in one unit for all of them, or their principal components, which
keep that geometry: whichever served them better (:mod:`bdsg.baselines.on_images.image_settings`).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from sklearn.decomposition import PCA

from bdsg.baselines.on_images.image_networks import NETWORKS, Shape
from bdsg.baselines.on_images.image_settings import class_for, components_for, settings_for
from bdsg.baselines.registry import BASELINES
from bdsg.errors import ConfigError

PIXELS = (torch.tensor(0.5), torch.tensor(0.5))
"""Mean and spread that take grey levels in [0, 1] to [−1, 1], where a generator's tanh ends."""


class ImageBaseline:
    """A baseline that takes images, float32 (N, C, H, W) in [0, 1], and sees each as a row of numbers.

    Attributes:
        baseline: the method itself.
        settings: its own.
    """

    def __init__(self, baseline: Any, shape: Shape, components: float | None = None) -> None:
        self.baseline, self.shape, self.settings = baseline, shape, baseline.settings
        seed = int(torch.randint(2**31 - 1, (), generator=baseline.random))
        self._components: Any = None if components is None else PCA(components, random_state=seed)

    def fit(self, x: np.ndarray) -> Self:
        """Train to the end; see :meth:`bdsg.baselines.contract.Baseline.fit`.

        Raises:
            ConfigError: images of another shape, or outside [0, 1].
            DivergenceError: a term of the loss, or a weight, is no longer a finite number.
        """
        rows = self._rows(x)
        if self._components is not None:
            rows = self._components.fit_transform(rows)
        self.baseline.fit(rows)
        return self

    def score_samples(self, x: np.ndarray) -> np.ndarray:
        """How anomalous images are, (N,) float64: the higher the more.

        Raises:
            ConfigError: images of another shape, or outside [0, 1].
            BDSGError: it has not been trained.
        """
        rows = self._rows(x)
        if hasattr(self._components, "components_"):  # else nothing has been trained, as the baseline will say
            rows = self._components.transform(rows)
        scores: np.ndarray = self.baseline.score_samples(rows)
        return scores

    def _rows(self, x: np.ndarray) -> np.ndarray:
        if x.shape[1:] != self.shape:
            raise ConfigError("images", x.shape, f"must have the shape (N, {', '.join(map(str, self.shape))}).")
        if len(x) and not (x.min() >= 0 and x.max() <= 1):
            raise ConfigError("images", f"from {x.min():g} to {x.max():g}", "must lie in [0, 1]: divide by the levels.")
        return x.reshape(len(x), -1)


def make_image_baseline(name: str, shape: Shape, random: torch.Generator, settings: Any = None) -> ImageBaseline:
    """A baseline for images of one shape.

    Args:
        name: of a baseline in the registry.
        shape: channels, height, width; the neural ones halve the sides, so 8, 28, 32, ... pixels suit them.
        random: its only source of chance.
        settings: of its class; by default those that suit the shape.

    Raises:
        ConfigError: there is no such baseline, or its networks cannot take the shape.
    """
    if name not in BASELINES:
        raise ConfigError("rival", name, f"must be among {', '.join(BASELINES)}.")
    settings = settings or settings_for(name, shape)
    dim = shape[0] * shape[1] * shape[2]
    kind = class_for(name)
    if name not in NETWORKS:
        made = kind(dim, random, settings)
        made.one_unit = True
        return ImageBaseline(made, shape, components_for(name, shape))
    made = kind(dim, random, settings, NETWORKS[name](shape, settings, random))
    made.units = PIXELS
    return ImageBaseline(made, shape)
