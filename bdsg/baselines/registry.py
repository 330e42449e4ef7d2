"""The baselines by name; nothing is imported until it is asked for.

A new one is a file in ``neural`` or ``classical``, a line here, and a sentence in ``baseline_words.py`` of the app.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from bdsg.errors import ConfigError


class Entry(NamedTuple):
    """One baseline.

    Attributes:
        title: what a person sees.
        citation: authors and year.
        generates: nothing, points of the data, or points of its boundary.
        module, kind: where the class is.
    """

    title: str
    citation: str
    generates: Literal["", "data", "boundary"]
    module: str
    kind: str

    def load(self) -> Any:
        """The class; this imports PyTorch or scikit-learn."""
        return getattr(importlib.import_module(f"bdsg.baselines.{self.module}"), self.kind)


BASELINES: dict[str, Entry] = {
    "fence_gan": Entry("FenceGAN", "Ngo et al., 2019", "boundary", "neural.fence_gan", "FenceGAN"),
    "minl_gan": Entry("MinLGAN", "Wang, Zhang and Liu, 2018", "boundary", "neural.minl_gan", "MinLGAN"),
    "ano_gan": Entry("AnoGAN", "Schlegl et al., 2017", "data", "neural.ano_gan", "AnoGAN"),
    "egbad": Entry("EGBAD", "Zenati et al., 2018", "data", "neural.egbad", "EGBAD"),
    "ganomaly": Entry("GANomaly", "Akcay et al., 2018", "", "neural.ganomaly", "GANomaly"),
    "vae": Entry("VAE", "Kingma and Welling, 2014", "data", "neural.vae", "VAE"),
    "wgan": Entry("WGAN", "Gulrajani et al., 2017", "data", "neural.wgan", "WGAN"),
    "neighbours": Entry("k nearest neighbours", "Ramaswamy et al., 2000", "", "classical.neighbours", "Neighbours"),
    "isolation_forest": Entry(
        "Isolation forest", "Liu, Ting and Zhou, 2008", "", "classical.isolation_forest", "IsolationForest"
    ),
    "one_class_svm": Entry("One-class SVM", "Schölkopf et al., 2001", "", "classical.one_class_svm", "OneClassSVM"),
    "outlier_factor": Entry(
        "Local outlier factor", "Breunig et al., 2000", "", "classical.outlier_factor", "OutlierFactor"
    ),
    "mixture": Entry(
        "Gaussian mixture", "Dempster, Laird and Rubin, 1977", "data", "classical.gaussian_mixture", "Mixture"
    ),
    "kernel_density": Entry("Kernel density", "Parzen, 1962", "data", "classical.kernel_density", "KernelDensity"),
}

OURS = {"bdsg": "BDSG (ours)", "bdsg_paper": "BDSG (paper's loss)"}
"""The rows of BDSG itself: B(z) by either objective, scores by its flow."""

METHODS: tuple[str, ...] = (*OURS, *BASELINES)


def title_of(name: str) -> str:
    """What a person sees of any method."""
    return OURS[name] if name in OURS else BASELINES[name].title


def known(names: Sequence[str], among: tuple[str, ...] = METHODS) -> tuple[str, ...]:
    """The names, each once and in their order; none at all stands for every method.

    Raises:
        ConfigError: there is no such method.
    """
    for name in names:
        if name not in among:
            raise ConfigError("methods", name, f"must be among {', '.join(among)}.")
    return tuple(dict.fromkeys(names)) or among
