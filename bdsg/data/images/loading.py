"""One way to every data set."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bdsg.data.images import fetching, formats
from bdsg.data.images.image_set import ImageSet
from bdsg.data.images.registry import DATA_SETS, SPLITS, WORDS, DataSet, Split
from bdsg.errors import ConfigError, DataError

MOST_MEMBER_BYTES = 300_000_000
TEST_SHARE = 0.3
"""Of the 1,797 digits: 540 are for testing, each class in proportion."""

Read = tuple[np.ndarray, np.ndarray]


def load(name: str, split: Split, *, directory: str | Path | None = None, download: bool = False) -> ImageSet:
    """One split of a data set: from ``NAME.npz`` in a data directory, else from official files in the cache.

    Args:
        name: a key of :data:`bdsg.data.images.DATA_SETS`.
        directory: holds ``.npz`` files; by default ``$BDSG_DATA``, if that is set.
        download: fetch official files that are not in the cache.

    Raises:
        ConfigError: there is no such data set or split.
        DataError: it is missing, damaged, or cannot be fetched.
    """
    if name not in DATA_SETS:
        raise ConfigError("data set", name, f"must be among {', '.join(DATA_SETS)}.")
    if split not in SPLITS:
        raise ConfigError("split", split, f"must be among {', '.join(SPLITS)}.")
    data_set = DATA_SETS[name]
    if data_set.format == "library":
        return _digits(name, split)
    directory = directory or os.environ.get("BDSG_DATA")
    found = _from_directory(name, split, data_set, Path(directory)) if directory else None
    images, labels = found or _official(name, split, data_set, directory, download)
    if len(labels) and labels.max() >= data_set.count:
        raise DataError(f"{name}: a label is {labels.max()}, but there are {data_set.count} classes, counted from 0.")
    return ImageSet(name, images, labels)


def _digits(name: str, split: Split) -> ImageSet:
    """The 8 × 8 digits that scikit-learn brings along, always split alike."""
    from sklearn.datasets import load_digits  # half a second to load: only who needs it waits
    from sklearn.model_selection import train_test_split

    held = load_digits()
    order = np.arange(len(held.target))
    parts = train_test_split(order, test_size=TEST_SHARE, stratify=held.target, random_state=0)
    chosen = np.sort(parts[SPLITS.index(split)])
    images = held.images[chosen, ..., None].astype(np.uint8)
    return ImageSet(name, images, held.target[chosen].astype(np.int64), levels=17)


def _from_directory(name: str, split: Split, data_set: DataSet, directory: Path) -> Read | None:
    path = directory / f"{name}.npz"
    if not path.exists():
        return None
    with _named(path, "replace it"):
        return formats.read_npz(path, split, data_set)


def _official(name: str, split: Split, data_set: DataSet, directory: str | Path | None, download: bool) -> Read:
    folder = fetching.cache_directory() / name
    paths = [folder / remote.name for remote in data_set.files[split]]
    if not all(path.exists() for path in paths) and not download:
        raise DataError(_missing(name, split, data_set, directory, folder))
    for path, remote in zip(paths, data_set.files[split], strict=True):
        if not path.exists():
            fetching.fetch(remote, data_set.sources, folder)
        with _named(path, f"delete it and fetch it again from {data_set.sources[0]}{remote.name}"):
            fetching.check(path, remote)
    with _named(paths[0], "delete it and fetch it again"):
        images, labels = READERS[data_set.format](paths, split, data_set)
        if len(images) != len(labels):
            raise DataError(f"there are {len(images)} images and {len(labels)} labels")
        return images, labels


def _missing(name: str, split: Split, data_set: DataSet, directory: str | Path | None, folder: Path) -> str:
    """Which file, from where, into which folder."""
    files = " and ".join(remote.name for remote in data_set.files[split])
    own = f"{name}.npz with x_{split} and y_{split} into {directory or 'a data directory (--data)'}"
    return (
        f"The {WORDS[split]} images of {data_set.title} are not on this machine: put {own}, "
        f"or {files} from {data_set.sources[0]} into {folder} (--download fetches them)."
    )


@contextlib.contextmanager
def _named(path: Path, remedy: str) -> Iterator[None]:
    """Errors inside get the file's name and the remedy."""
    try:
        yield
    except (DataError, OSError) as error:
        raise DataError(f"{path} is not as it should be ({error}): {remedy}.") from error


def _read_idx(paths: Sequence[Path], _: Split, data_set: DataSet) -> Read:
    images, labels = formats.read_idx(paths[0], data_set.shape[:2]), formats.read_idx(paths[1])
    return images[..., None], labels.astype(np.int64)


def _read_cifar(paths: Sequence[Path], split: Split, data_set: DataSet) -> Read:
    if data_set.count == 100:
        (content,) = formats.read_members(paths[0], [f"cifar-100-binary/{split}.bin"], MOST_MEMBER_BYTES)
        return formats.cifar_records(content, label_bytes=2)
    batches = [f"data_batch_{k}" for k in range(1, 6)] if split == "train" else ["test_batch"]
    members = [f"cifar-10-batches-bin/{batch}.bin" for batch in batches]
    contents = formats.read_members(paths[0], members, MOST_MEMBER_BYTES)
    images, labels = zip(*(formats.cifar_records(content, label_bytes=1) for content in contents), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def _read_mat(paths: Sequence[Path], _: Split, data_set: DataSet) -> Read:
    return formats.read_mat(paths[0])


def _read_stl(paths: Sequence[Path], split: Split, data_set: DataSet) -> Read:
    members = [f"stl10_binary/{split}_{part}.bin" for part in "Xy"]
    pixels, classes = formats.read_members(paths[0], members, MOST_MEMBER_BYTES)
    return formats.stl_images(pixels), np.frombuffer(classes, np.uint8).astype(np.int64) - 1


READERS: dict[str, Callable[[Sequence[Path], Split, DataSet], Read]] = {
    "idx": _read_idx,
    "cifar": _read_cifar,
    "mat": _read_mat,
    "stl": _read_stl,
}
