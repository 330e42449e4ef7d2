"""Where each data set comes from, its checksums, and what its files hold.

The checksums of MNIST, Fashion-MNIST and KMNIST are the MD5 sums that their authors or torchvision publish; CIFAR's
stand on its own page (MD5); those of SVHN and STL-10 are the SHA-256 sums that TensorFlow Datasets publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "test"]
Format = Literal["idx", "cifar", "mat", "stl", "library"]
SPLITS: tuple[Split, ...] = ("train", "test")
WORDS: dict[str, str] = {"train": "training", "test": "test"}


@dataclass(frozen=True)
class Remote:
    """One official file.

    Attributes:
        name: of the file.
        checksum: "md5:…" or "sha256:…".
    """

    name: str
    checksum: str


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        title: what a person reads.
        shape: height and width in pixels, and channels.
        classes: names of the classes, in the labels' order; empty if there are too many to name.
        format: of its official files.
        sources: folders that hold them, the official one first, then mirrors; each ends in a slash.
        files: for each split, the official files that hold it.
        licence: what its authors allow.
        count: how many classes.
    """

    title: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    format: Format
    sources: tuple[str, ...]
    files: dict[Split, tuple[Remote, ...]]
    licence: str
    count: int = 10


def _like_mnist(title: str, classes: tuple[str, ...], licence: str, sources: tuple[str, ...], *sums: str) -> DataSet:
    """MNIST, or a set in its form: four files, by their MD5 sums."""
    names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    files = tuple(Remote(f"{name}.gz", f"md5:{found}") for name, found in zip(names, sums, strict=True))
    return DataSet(title, (28, 28, 1), classes, "idx", sources, {"train": files[:2], "test": files[2:]}, licence)


def _both(name: str, checksum: str) -> dict[Split, tuple[Remote, ...]]:
    """One archive that holds both splits."""
    return {"train": (Remote(name, checksum),), "test": (Remote(name, checksum),)}


DIGITS = tuple("0123456789")
CIFAR = "https://www.cs.toronto.edu/~kriz/"

DATA_SETS: dict[str, DataSet] = {
    "digits": DataSet(
        "Digits 8 × 8", (8, 8, 1), DIGITS, "library", (), {}, "CC BY 4.0 (UCI Machine Learning Repository)"
    ),
    "mnist": _like_mnist(
        "MNIST",
        DIGITS,
        "CC BY-SA 3.0",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
        *("f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432"),
        *("9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c"),
    ),
    "fashion_mnist": _like_mnist(
        "Fashion-MNIST",
        ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        "MIT",
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        *("8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe"),
        *("bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    "kmnist": _like_mnist(
        "KMNIST",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "CC BY-SA 4.0",
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        *("bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344"),
        *("5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134"),
    ),
    "cifar10": DataSet(
        "CIFAR-10",
        (32, 32, 3),
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        "cifar",
        (CIFAR,),
        _both("cifar-10-binary.tar.gz", "md5:c32a1d4ab5d03f1284b67883e8d87530"),
        "free for research use",
    ),
    "cifar100": DataSet(
        "CIFAR-100",
        (32, 32, 3),
        (),
        "cifar",
        (CIFAR,),
        _both("cifar-100-binary.tar.gz", "md5:03b5dce01913d631647c71ecec9e9cb8"),
        "free for research use",
        100,
    ),
    "svhn": DataSet(
        "SVHN",
        (32, 32, 3),
        DIGITS,
        "mat",
        ("http://ufldl.stanford.edu/housenumbers/",),
        {
            "train": (
                Remote("train_32x32.mat", "sha256:435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
            ),
            "test": (
                Remote("test_32x32.mat", "sha256:cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"),
            ),
        },
        "for non-commercial use",
    ),
    "stl10": DataSet(
        "STL-10",
        (96, 96, 3),
        ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"),
        "stl",
        ("http://ai.stanford.edu/~acoates/stl10/",),
        _both("stl10_binary.tar.gz", "sha256:f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866"),
        "as ImageNet, whence the images come",
    ),
}
