"""Every official format is read from small files made here, byte by byte; and what is wrong is said in a sentence."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import struct
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from sklearn.datasets import load_digits

from bdsg.data.images import DATA_SETS, ImageSet, as_floats, formats, load
from bdsg.data.images.registry import Remote
from bdsg.errors import BDSGError, ConfigError, DataError

CHANCE = np.random.default_rng(0)
COLOUR = CHANCE.integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
GREY = CHANCE.integers(0, 256, (6, 28, 28), dtype=np.uint8)
CLASSES = np.array([3, 0, 9, 9, 1, 7], np.uint8)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BDSG_DATA", raising=False)


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def planes(images: np.ndarray) -> bytes:
    """Red, green and blue planes, row by row."""
    return b"".join(image[:, :, channel].tobytes() for image in images for channel in range(3))


def cifar(images: np.ndarray, labels: np.ndarray) -> bytes:
    """``labels`` (N, 1) for CIFAR-10, (N, 2) for CIFAR-100."""
    return b"".join(bytes(row.tolist()) + planes(image[None]) for image, row in zip(images, labels, strict=True))


def tar(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def mat(**arrays: np.ndarray) -> bytes:
    made = io.BytesIO()
    scipy.io.savemat(made, arrays, do_compression=True)
    return made.getvalue()


@pytest.fixture
def official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put files where official ones are cached, and let the registry know their checksums."""

    def put(name: str, *contents: bytes) -> None:
        files = DATA_SETS[name].files["test"]
        sums = [Remote(file.name, f"md5:{hashlib.md5(c).hexdigest()}") for file, c in zip(files, contents, strict=True)]
        known = replace(DATA_SETS[name], files={"train": tuple(sums), "test": tuple(sums)})
        monkeypatch.setitem(DATA_SETS, name, known)
        folder = tmp_path / "cache" / "images" / name
        folder.mkdir(parents=True)
        for file, content in zip(files, contents, strict=True):
            (folder / file.name).write_bytes(content)

    return put


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "kmnist"])
def test_idx_files_are_read(name: str, official: Callable[..., None]) -> None:
    official(name, gzip.compress(idx(GREY)), gzip.compress(idx(CLASSES)))
    found = load(name, "test")
    np.testing.assert_array_equal(found.images[..., 0], GREY)
    np.testing.assert_array_equal(found.labels, CLASSES)
    assert (found.name, found.levels) == (name, 256)


def test_cifar_10_has_five_batches_and_a_test_batch(official: Callable[..., None]) -> None:
    labels = np.arange(10, dtype=np.uint8)[:, None]
    parts = {f"data_batch_{k + 1}": (COLOUR[2 * k : 2 * k + 2], labels[2 * k : 2 * k + 2]) for k in range(5)}
    parts["test_batch"] = COLOUR[:3], labels[4:7]
    shuffled = dict(sorted(parts.items(), key=lambda item: item[0][::-1]))
    official("cifar10", tar({f"cifar-10-batches-bin/{name}.bin": cifar(*part) for name, part in shuffled.items()}))
    train, test = load("cifar10", "train"), load("cifar10", "test")
    np.testing.assert_array_equal(train.images, COLOUR)
    np.testing.assert_array_equal(train.labels, labels[:, 0])
    np.testing.assert_array_equal(test.images, COLOUR[:3])
    np.testing.assert_array_equal(test.labels, [4, 5, 6])


def test_cifar_100_takes_the_fine_label(official: Callable[..., None]) -> None:
    labels = np.stack([np.arange(10), 99 - np.arange(10)], 1).astype(np.uint8)
    official("cifar100", tar({f"cifar-100-binary/{part}.bin": cifar(COLOUR, labels) for part in ("train", "test")}))
    found = load("cifar100", "train")
    np.testing.assert_array_equal(found.images, COLOUR)
    np.testing.assert_array_equal(found.labels, 99 - np.arange(10))


def test_svhn_calls_the_digit_zero_ten(official: Callable[..., None]) -> None:
    official("svhn", mat(X=COLOUR.transpose(1, 2, 3, 0), y=np.array([[10, 1, 2, 3, 4, 5, 6, 7, 8, 9]], np.uint8).T))
    found = load("svhn", "test")
    np.testing.assert_array_equal(found.images, COLOUR)
    np.testing.assert_array_equal(found.labels, np.arange(10))


def test_stl_10_has_its_planes_column_by_column(official: Callable[..., None]) -> None:
    images = CHANCE.integers(0, 256, (4, 96, 96, 3), dtype=np.uint8)
    content = b"".join(image[:, :, channel].T.tobytes() for image in images for channel in range(3))
    files = {"stl10_binary/test_y.bin": bytes([1, 10, 5, 2]), "stl10_binary/test_X.bin": content}
    official("stl10", tar(files))
    found = load("stl10", "test")
    np.testing.assert_array_equal(found.images, images)
    np.testing.assert_array_equal(found.labels, [0, 9, 4, 1])


def test_the_digits_are_those_of_scikit_learn_and_always_split_alike() -> None:
    train, test = load("digits", "train"), load("digits", "test")
    held = load_digits()
    rows = np.concatenate([train.images, test.images]).reshape(-1, 64)
    assert sorted(map(bytes, rows)) == sorted(map(bytes, held.data.astype(np.uint8)))
    shares = np.bincount(test.labels) / np.bincount(held.target)
    np.testing.assert_allclose(shares, 0.3, atol=0.01)
    np.testing.assert_array_equal(load("digits", "test").images, test.images)
    floats = as_floats(test)
    assert floats.shape == (540, 1, 8, 8)
    assert floats.dtype == np.float32
    np.testing.assert_array_equal(np.rint(16 * floats[:, 0]), test.images[..., 0])


def save(folder: Path, name: str, **arrays: np.ndarray) -> None:
    np.savez_compressed(folder / f"{name}.npz", **arrays)


def test_a_data_directory_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "mnist", x_train=GREY, y_train=CLASSES)
    save(tmp_path, "cifar10", x_test=COLOUR, y_test=np.arange(10)[:, None])  # Keras' labels have two axes
    np.testing.assert_array_equal(load("mnist", "train", directory=tmp_path).images[..., 0], GREY)
    monkeypatch.setenv("BDSG_DATA", str(tmp_path))
    np.testing.assert_array_equal(load("cifar10", "test").labels, np.arange(10))
    with pytest.raises(DataError, match=r"test images of MNIST .* x_test .* t10k-images-idx3-ubyte\.gz"):
        load("mnist", "test")


@pytest.mark.parametrize("name", [name for name in DATA_SETS if name != "digits"])
def test_missing_data_are_named_with_source_and_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        load(name, "test", directory=tmp_path / "none")
    words = str(error.value)
    source = DATA_SETS[name].sources[0]
    places = (f"{name}.npz", str(tmp_path / "none"), source, str(tmp_path / "cache" / "images" / name))
    assert all(part in words for part in (*places, *(file.name for file in DATA_SETS[name].files["test"])))
    assert "\n" not in words


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="must be among digits"):
        load("letters", "test")
    with pytest.raises(ConfigError, match="must be among train, test"):
        load("digits", "validation")  # type: ignore[arg-type]


class Trap:
    """Unpickled, it makes a folder."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("trapped",)


ARCHIVES = {
    "pickles": {"x_test": np.array([Trap()], object), "y_test": CLASSES},
    "no labels": {"x_test": GREY},
    "labels of others": {"x_test": GREY, "y_test": CLASSES[:4]},
    "labels with fractions": {"x_test": GREY, "y_test": CLASSES / 2},
    "floats": {"x_test": GREY / 255, "y_test": CLASSES},
    "another size": {"x_test": GREY[:, :20], "y_test": CLASSES},
    "colour": {"x_test": COLOUR[:6], "y_test": CLASSES},
    "a class too many": {"x_test": GREY, "y_test": CLASSES + 5},
    "a negative class": {"x_test": GREY, "y_test": CLASSES.astype(int) - 1},
    "nothing": {"x_test": GREY[:0], "y_test": CLASSES[:0]},
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_wrong_archives_end_in_a_sentence(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path, "mnist", **ARCHIVES[case])
    with pytest.raises(DataError) as error:
        load("mnist", "test", directory=tmp_path)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", pickle.dumps(Trap())])
def test_files_that_are_no_archives_end_in_a_sentence(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"mnist\.npz is not as it should be"):
        load("mnist", "test", directory=tmp_path)
    assert not (tmp_path / "trapped").exists()


def test_a_cut_archive_ends_in_a_sentence(tmp_path: Path) -> None:
    save(tmp_path, "mnist", x_test=GREY, y_test=CLASSES)
    whole = (tmp_path / "mnist.npz").read_bytes()
    for size in (10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "mnist.npz").write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"mnist\.npz is not as it should be"):
            load("mnist", "test", directory=tmp_path)


FORTY = bytes(40_000)
WRONG: dict[str, tuple[str, tuple[bytes, ...], str]] = {
    "no gzip": ("mnist", (b"plain", gzip.compress(idx(CLASSES))), "no gzip file"),
    "cut gzip": ("mnist", (gzip.compress(idx(GREY))[:-900], gzip.compress(idx(CLASSES))), "cut short"),
    "cut inside": ("mnist", (gzip.compress(idx(GREY)[:-1]), gzip.compress(idx(CLASSES))), "cut short: 4,703 of 4,704"),
    "goes on": ("mnist", (gzip.compress(idx(GREY) + b"x"), gzip.compress(idx(CLASSES))), "goes on"),
    "no header": ("mnist", (gzip.compress(b"\0\0"), gzip.compress(idx(CLASSES))), "does not begin"),
    "floats": ("mnist", (gzip.compress(b"\0\0\x0d\3" + FORTY), gzip.compress(idx(CLASSES))), "does not begin"),
    "swapped": ("mnist", (gzip.compress(idx(CLASSES)), gzip.compress(idx(GREY))), "does not begin"),
    "other size": ("mnist", (gzip.compress(idx(GREY[:, :20])), gzip.compress(idx(CLASSES))), "must hold N × 28 × 28"),
    "bomb": (
        "mnist",
        (gzip.compress(b"\0\0\x08\3" + struct.pack(">3I", 2**32 - 1, 28, 28)), gzip.compress(idx(CLASSES))),
        "promises 4294967295 × 28 × 28",
    ),
    "fewer labels": ("mnist", (gzip.compress(idx(GREY)), gzip.compress(idx(CLASSES[:5]))), "6 images and 5 labels"),
    "no tar": ("cifar10", (gzip.compress(FORTY[:100]),), "no gzipped tar archive|lacks"),
    "cut tar": ("cifar100", (tar({"cifar-100-binary/test.bin": os.urandom(3074)})[:-1500],), "cut short"),
    "other files": ("cifar10", (tar({"cifar-10-batches-py/test_batch": b"pickle"}),), "lacks cifar-10-batches-bin"),
    "half a record": ("cifar100", (tar({"cifar-100-binary/test.bin": FORTY[:3000]}),), "records take 3,074 each"),
    "path upward": ("cifar100", (tar({"../cifar-100-binary/test.bin": b""}),), "leads outside"),
    "path from the root": ("cifar100", (tar({"/etc/test.bin": b""}),), "leads outside"),
    "path on a drive": ("cifar100", (tar({"C:\\test.bin": b""}),), "leads outside"),
    "STL, half an image": (
        "stl10",
        (tar({"stl10_binary/test_X.bin": FORTY[:9], "stl10_binary/test_y.bin": b"\1"}),),
        "images take 27,648 each",
    ),
    "no MATLAB": ("svhn", (b"MATLAB",), "no MATLAB file"),
    "cut MATLAB": ("svhn", (mat(X=COLOUR.transpose(1, 2, 3, 0), y=np.ones(10))[:-5000],), "no MATLAB file"),
    "lacks y": ("svhn", (mat(X=COLOUR),), "lacks X or y"),
    "axes in another order": ("svhn", (mat(X=COLOUR, y=np.ones(10)),), "must be uint8"),
    "MATLAB, fewer labels": ("svhn", (mat(X=COLOUR.transpose(1, 2, 3, 0), y=np.ones(9)),), "10 images and 9 labels"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_official_files_end_in_a_sentence(case: str, official: Callable[..., None]) -> None:
    name, contents, words = WRONG[case]
    official(name, *contents)
    with pytest.raises(DataError, match=words) as error:
        load(name, "test")
    assert "\n" not in str(error.value)
    assert DATA_SETS[name].files["test"][0].name in str(error.value)


def test_links_in_an_archive_are_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "links.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("cifar-100-binary/test.bin")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(DataError, match="neither a file nor a folder"):
        formats.read_members(tmp_path / "links.tar.gz", ["cifar-100-binary/test.bin"], 10)


def test_a_member_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.tar.gz").write_bytes(tar({"a/b": FORTY}))
    with pytest.raises(DataError, match="40,000 bytes, but must hold 1,000 at most"):
        formats.read_members(tmp_path / "large.tar.gz", ["a/b"], 1000)


def test_a_file_that_is_not_the_official_one_is_refused(official: Callable[..., None], tmp_path: Path) -> None:
    official("mnist", gzip.compress(idx(GREY)), gzip.compress(idx(CLASSES)))
    labels = tmp_path / "cache" / "images" / "mnist" / "t10k-labels-idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(idx(CLASSES[::-1].copy())))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz is not .* md5 sum"):
        load("mnist", "test")


def test_sets_hold_what_they_say() -> None:
    whole = ImageSet("some", GREY[..., None], CLASSES.astype(np.int64))
    part = whole[whole.labels == 9]
    assert len(part) == 2
    np.testing.assert_array_equal(part.images[:, :, :, 0], GREY[CLASSES == 9])
    for images, labels in ((GREY, whole.labels), (whole.images, whole.labels[:3]), (whole.images / 2, whole.labels)):
        with pytest.raises(BDSGError, match="some: "):
            ImageSet("some", images, labels)
    with pytest.raises(DataError, match="must be below 17"):
        ImageSet("some", whole.images, whole.labels, levels=17)
