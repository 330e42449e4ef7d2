"""Formats of image files, bytes in and arrays out.  Each function raises DataError without saying which file."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bdsg.data.images.registry import DataSet, Split
from bdsg.errors import LONGEST_REASON, DataError, on_a_line

MOST_IMAGES = 1_000_000
"""A header that promises more is wrong, and is not given the memory."""
PLANES = 3 * 32 * 32
BROKEN: tuple[type[Exception], ...] = (
    *(OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, tarfile.TarError, zipfile.BadZipFile),
    zlib.error,
    RuntimeError,  # a password, or a way of packing that is not known here
    MemoryError,  # a header that promises more than there is
)
"""What reading an archive that is none, or is damaged, may raise."""


@contextlib.contextmanager
def _intact(kind: str, *others: type[Exception]) -> Iterator[None]:
    """Whatever a library says to a damaged file becomes a sentence; ``others`` are errors of its own."""
    try:
        yield
    except DataError:
        raise
    except BROKEN + others as error:
        reason = on_a_line(str(error), LONGEST_REASON)
        raise DataError(f"it is cut short or is no {kind} ({reason})") from error


def read_npz(path: Path, split: Split, data_set: DataSet) -> tuple[np.ndarray, np.ndarray] | None:
    """Images (N, H, W, C) and labels (N,) of one split, from NumPy's archive in the layout of Keras' ``mnist.npz``.

    The archive holds x_train, y_train, x_test, y_test or two of them; images without their channels are grey.
    None if it holds the other split alone.

    Raises:
        DataError: it cannot be read, or holds other shapes.
    """
    with (
        _intact(f"NumPy archive with x_{split} and y_{split}"),
        np.load(path, allow_pickle=False) as held,
    ):
        if f"x_{split}" not in held.files:
            return None
        images, labels = held[f"x_{split}"], held[f"y_{split}"]
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


def read_idx(path: Path, shape: tuple[int, ...] = ()) -> np.ndarray:
    """The gzipped IDX file of LeCun: uint8, (N, *shape); ``shape`` is () for labels.

    Raises:
        DataError: it is no such file, is cut, goes on after its end, or holds other shapes.
    """
    with _intact("gzip file"), gzip.open(path) as file:
        found = _idx_header(file, 1 + len(shape))
        if found[1:] != shape or found[0] > MOST_IMAGES:
            raise DataError(f"it promises {_times(found)} values, but must hold N × {_times(shape or (1,))}")
        return _exactly(file, int(np.prod(found))).reshape(found)


def _idx_header(file: gzip.GzipFile, dimensions: int) -> tuple[int, ...]:
    """Magic number 0, 0, type 8 for unsigned bytes, number of dimensions; then each as a big-endian integer."""
    header = file.read(4 + 4 * dimensions)
    if header[:4] != bytes((0, 0, 8, dimensions)) or len(header) < 4 + 4 * dimensions:
        raise DataError(f"it does not begin as an IDX file of unsigned bytes in {dimensions} dimensions")
    return struct.unpack(f">{dimensions}I", header[4:])


def _exactly(file: gzip.GzipFile, size: int) -> np.ndarray:
    content = file.read(size)
    if len(content) < size:
        raise DataError(f"it is cut short: {len(content):,} of {size:,} bytes")
    if file.read(1):
        raise DataError(f"it goes on after its {size:,} bytes")
    return np.frombuffer(content, np.uint8)


def _times(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def read_members(path: Path, wanted: Sequence[str], most_bytes: int) -> list[bytes]:
    """Contents of files in a gzipped tar archive, in the order wanted; nothing is unpacked to the disk.

    Args:
        wanted: names such as "folder/file.bin".
        most_bytes: a larger member is refused.

    Raises:
        DataError: it is no such archive, is cut, lacks one of them, or a member's path leads outside the archive.
    """
    found: dict[str, bytes] = {}
    with _intact("gzipped tar archive"), tarfile.open(path, "r:gz") as archive:
        for member in archive:
            _check_member(member)
            if member.name in wanted:
                found[member.name] = _content(archive, member, most_bytes)
            if len(found) == len(wanted):
                break
    if missing := [name for name in wanted if name not in found]:
        raise DataError(f"it lacks {', '.join(missing)}")
    return [found[name] for name in wanted]


def _check_member(member: tarfile.TarInfo) -> None:
    """No archive of ours holds such paths or links: one that does is not ours, whatever else it holds."""
    parts = member.name.replace("\\", "/").split("/")
    if member.name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise DataError(f"its member {member.name!r} leads outside the archive")
    if not (member.isfile() or member.isdir()):
        raise DataError(f"its member {member.name!r} is neither a file nor a folder")


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, most_bytes: int) -> bytes:
    if member.size > most_bytes:
        raise DataError(f"its member {member.name!r} holds {member.size:,} bytes, but must hold {most_bytes:,} at most")
    file = archive.extractfile(member)
    content = b"" if file is None else file.read()
    if len(content) < member.size:
        raise DataError(f"its member {member.name!r} is cut short: {len(content):,} of {member.size:,} bytes")
    return content


def cifar_records(content: bytes, label_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 32, 32, 3) and labels (N,) of CIFAR's binary version.

    A record is the label (for CIFAR-100 two: coarse, then fine; the last counts), then red, green and blue planes.
    """
    record = label_bytes + PLANES
    if not content or len(content) % record:
        raise DataError(f"it holds {len(content):,} bytes, but records take {record:,} each")
    rows = np.frombuffer(content, np.uint8).reshape(-1, record)
    images = rows[:, label_bytes:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), rows[:, label_bytes - 1].astype(np.int64)


def stl_images(content: bytes) -> np.ndarray:
    """Images (N, 96, 96, 3) of STL-10's binary version: three planes each, and each plane column by column."""
    size = 3 * 96 * 96
    if not content or len(content) % size:
        raise DataError(f"it holds {len(content):,} bytes, but images take {size:,} each")
    planes = np.frombuffer(content, np.uint8).reshape(-1, 3, 96, 96)
    return np.ascontiguousarray(planes.transpose(0, 3, 2, 1))


def read_mat(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 32, 32, 3) and labels (N,) of SVHN's MATLAB file: X is (32, 32, 3, N); y is 10 for the digit 0."""
    from scipy.io import loadmat  # a tenth of a second to load: only who needs it waits
    from scipy.io.matlab import MatReadError

    with _intact("MATLAB file", MatReadError):
        held = loadmat(io.BytesIO(path.read_bytes()), variable_names=["X", "y"])
    images, labels = held.get("X"), held.get("y")
    if images is None or labels is None:
        raise DataError("it lacks X or y")
    if images.ndim != 4 or images.shape[:3] != (32, 32, 3) or images.dtype != np.uint8:
        raise DataError(f"its X is {images.dtype} {images.shape}, but must be uint8 (32, 32, 3, N)")
    return np.ascontiguousarray(images.transpose(3, 0, 1, 2)), labels.reshape(-1).astype(np.int64) % 10
