"""Images and their labels, and what networks take in their place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bdsg.errors import DataError


@dataclass(frozen=True)
class ImageSet:
    """Images with their classes.

    Attributes:
        name: of the data set.
        images: uint8, (N, H, W, C), from 0 to levels − 1.
        labels: int64, (N,), from 0.
        levels: grey levels of each channel.

    Raises:
        DataError: arrays that do not fit each other or the levels.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    levels: int = 256

    def __post_init__(self) -> None:
        shape, kind = self.images.shape, self.images.dtype
        if len(shape) != 4 or kind != np.uint8 or not len(self.images):
            raise DataError(f"{self.name}: images are {kind} {shape}, but must be uint8 of shape (N, H, W, C), N > 0.")
        if self.labels.shape != shape[:1] or self.labels.dtype != np.int64:
            found = f"{self.labels.dtype} {self.labels.shape}"
            raise DataError(f"{self.name}: labels are {found}, but must be int64 of shape ({shape[0]},).")
        if self.labels.min() < 0:
            raise DataError(f"{self.name}: a label is {self.labels.min()}, but classes are counted from 0.")
        if (highest := int(self.images.max())) >= self.levels:
            raise DataError(f"{self.name}: a grey level is {highest}, but must be below {self.levels}.")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: np.ndarray | slice) -> ImageSet:
        """The images that an index array, a mask or a slice picks."""
        return ImageSet(self.name, self.images[chosen], self.labels[chosen], self.levels)


def as_floats(images: ImageSet | np.ndarray, levels: int = 256) -> np.ndarray:
    """Grey levels in [0, 1], float32, (N, C, H, W), of uint8 images (N, H, W, C); a set brings its own ``levels``."""
    pixels, levels = (images.images, images.levels) if isinstance(images, ImageSet) else (images, levels)
    scaled = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).astype(np.float32)
    scaled /= levels - 1
    return scaled
