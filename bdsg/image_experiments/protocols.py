"""Which images are normal, which are anomalies: leave one class out (section 4.3 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bdsg.config.image_config import ImageConfig
from bdsg.data.images import DATA_SETS, ImageSet, as_floats, load
from bdsg.density.image_flows.convolution import Shape
from bdsg.errors import ConfigError

PROTOCOLS = ("digits", "mnist", "cifar10")


@dataclass(frozen=True)
class Task:
    """What every method gets: normal images to learn from, and images to score.

    Attributes:
        name, left_out: of the data set, and the class that is the anomaly; -1 for none.
        train, test: (n, C, H, W) float32 in [0, 1].
        normal: truth of the test images.
        labels: classes of the test images.
    """

    name: str
    left_out: int
    train: Tensor
    test: Tensor
    normal: np.ndarray
    labels: np.ndarray

    @property
    def shape(self) -> Shape:
        """Channels, height and width."""
        channels, height, width = self.train.shape[1:]
        return channels, height, width


def leave_one_out(
    name: str, left_out: int, config: ImageConfig, seed: int, *, directory: Path | None = None, download: bool = False
) -> Task:
    """A data set with one class as the anomaly; ``left_out`` of -1 leaves none.

    Training images are drawn with the seed from the training split without that class, test images from the test
    split with it; both draws do not depend on the method.

    Raises:
        ConfigError: there is no such protocol or class.
        DataError: the data are missing.
    """
    if name not in PROTOCOLS:
        raise ConfigError("images protocol", name, f"must be one of {', '.join(PROTOCOLS)}.")
    count = DATA_SETS[name].count
    if not -1 <= left_out < count:
        raise ConfigError("left-out class", left_out, f"must be from 0 to {count - 1}.")
    known = load(name, "train", directory=directory, download=download)
    unseen = load(name, "test", directory=directory, download=download)
    random = np.random.default_rng([seed, left_out + 1])
    train = chosen(known, np.flatnonzero(known.labels != left_out), config.train, random)
    test = chosen(unseen, np.arange(len(unseen)), config.test, random)
    return Task(name, left_out, floats(train), floats(test), test.labels != left_out, test.labels)


def chosen(images: ImageSet, candidates: np.ndarray, count: int, random: np.random.Generator) -> ImageSet:
    """At most ``count`` of the candidates, drawn without replacement, in the set's order."""
    return images[np.sort(random.permutation(candidates)[:count])]


def floats(images: ImageSet) -> Tensor:
    """Grey values in [0, 1], (N, C, H, W)."""
    return torch.from_numpy(as_floats(images))


def resized(images: ImageSet, side: int, levels: int) -> ImageSet:
    """Square images at another size and number of grey levels, for data sets that stand beside a smaller one.

    The border is padded to a multiple of ``side`` with the darkest level; each pixel is the mean of a block.
    """
    height = images.images.shape[1]
    padded = -(-height // side) * side
    before = (padded - height) // 2
    wide = np.pad(images.images, ((0, 0), *[(before, padded - height - before)] * 2, (0, 0)))
    blocks = wide.reshape(len(wide), side, padded // side, side, padded // side, -1).mean((2, 4), dtype=np.float32)
    scaled = np.rint(blocks * ((levels - 1) / (images.levels - 1))).astype(np.uint8)
    return ImageSet(images.name, scaled, images.labels, levels)
