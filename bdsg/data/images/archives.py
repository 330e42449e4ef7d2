"""NumPy archives in the layout of Keras' ``mnist.npz``, for machines without a network."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from bdsg.data.images.registry import DataSet, Split
from bdsg.errors import LONGEST_REASON, DataError, on_a_line

BROKEN = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error),
    RuntimeError,  # a password, or a way of packing that is not known here
    MemoryError,  # a header that promises more than there is
)
"""What reading an archive that is none, or is damaged, may raise."""


def read_npz(path: Path, split: Split, data_set: DataSet) -> tuple[np.ndarray, np.ndarray] | None:
    """Images (N, H, W, C) and labels (N,) of one split; None if the archive holds the other one alone.

    The archive holds x_train, y_train, x_test, y_test or two of them; images without their channels are grey.

    Raises:
        DataError: it cannot be read, or holds other shapes.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            if f"x_{split}" not in held.files:
                return None
            images, labels = held[f"x_{split}"], held[f"y_{split}"]
    except BROKEN as error:
        reason = on_a_line(str(error), LONGEST_REASON)
        raise DataError(f"it is damaged or is no NumPy archive with x_{split} and y_{split} ({reason})") from error
    shape = data_set.shape
    if images.shape[1:] == shape[:2] and shape[2] == 1:
        images = images[..., None]
    if images.shape[1:] != shape or images.dtype != np.uint8:
        found = f"{images.dtype} {images.shape}"
        raise DataError(f"its x_{split} is {found}, but must be uint8 (N, {', '.join(map(str, shape))})")
    if labels.size != len(images) or labels.dtype.kind not in "iu":
        found = f"{labels.dtype} {labels.shape}"
        raise DataError(f"its y_{split} is {found}, but must be {len(images)} whole numbers")
    return images, labels.reshape(-1).astype(np.int64)
