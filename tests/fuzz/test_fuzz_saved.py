"""What was saved, after anything may have happened to it: read as it was written, or refused in one sentence."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from bdsg import BDSGDetector
from bdsg.app.pages.images import images_component, images_words, prepared_images
from bdsg.config import FORMAT
from bdsg.data.images import load
from bdsg.runs import tensor_file
from bdsg.runs.cache import Store
from bdsg.runs.directory import ARRAYS, BOUNDARY, CONFIG, DENSITY, SUMMARY, read_run, read_sealed, sealed
from bdsg.runs.result import Result, RunArrays
from tests.fuzz.cases import Damage, altered, cases, contents, damaged, damages, plain, taken_or_refused, watched

WHOLE = tensor_file.pack({"a": np.arange(12.0).reshape(3, 4), "b": np.zeros(5, np.int32)}, {"kind": "x", "n": [1, 2]})


@cases("saved arrays", st.lists(damages, min_size=1, max_size=3), st.binary(max_size=12))
def test_saved_arrays(several: list[Damage], tail: bytes) -> None:
    for content in (functools.reduce(damaged, several, WHOLE), WHOLE[:40] + tail, tail):
        found = taken_or_refused(lambda content=content: tensor_file.unpack(content))
        assert found is None or isinstance(found[1], dict)


FILES = (CONFIG, SUMMARY, BOUNDARY, DENSITY, ARRAYS)
TO_PLACES: dict[str, Callable[[Path, Path], Any]] = {
    "missing": lambda path, other: path.unlink(),
    "a folder": lambda path, other: (path.unlink(), path.mkdir()),
    "a link to itself": lambda path, other: (path.unlink(), path.symlink_to(path)),
    "a link to nothing": lambda path, other: (path.unlink(), path.symlink_to(path.parent / "nothing")),
    "a link to another": lambda path, other: (path.unlink(), path.symlink_to(other)),
    "another's": lambda path, other: path.write_bytes(other.read_bytes()),
    "a folder of files": lambda path, other: (path.unlink(), path.mkdir(), (path / "x").write_bytes(b"x")),
}
"""What can happen to a file as a whole."""


@pytest.fixture(scope="module")
def run(quick_result: Result, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path, dict[str, bytes]]:
    """A store with one run, that run's folder, and what was in it; smaller than usual, so that writing it is quick."""
    arrays = quick_result.arrays.to_dict()
    frames = {name for name in arrays if name.startswith("snapshot")}
    arrays |= {name: arrays[name][:1] for name in frames}
    arrays["boundary"] = arrays["boundary"][:50]
    arrays |= {name: arrays[name][:50] for name in ("boundary_log_p_x", "boundary_log_p_g")}
    store = Store(tmp_path_factory.mktemp("store"))
    store.put(Result(quick_result.config, RunArrays.from_dict(arrays), quick_result.summary, quick_result.parameters))
    folder = store.root / quick_result.config.key()
    return store, folder, {name: (folder / name).read_bytes() for name in FILES}


def restored(folder: Path, whole: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in whole.items():
        (folder / name).write_bytes(content)


def check_run(store: Store, folder: Path, config: Any) -> Result | None:
    """Read in each way there is; nothing is written meanwhile, and nothing raised but a sentence."""
    before = contents(folder)
    result = taken_or_refused(lambda: read_run(folder))
    assert (store.get(config) is None) == (result is None)
    assert contents(folder) == before
    return result


@cases(
    "saved runs", st.sampled_from(FILES), st.one_of(damages, st.sampled_from(sorted(TO_PLACES))), st.sampled_from(FILES)
)
def test_saved_runs(
    run: tuple[Store, Path, dict[str, bytes]], quick_result: Result, name: str, damage: Damage | str, other: str
) -> None:
    """Each file cut, altered, swapped, gone, a link or a folder: all that is read back is as it was written."""
    store, folder, whole = run
    restored(folder, whole)
    if isinstance(damage, str):
        TO_PLACES[damage](folder / name, folder / other)
    else:
        (folder / name).write_bytes(damaged(whole[name], damage))
    result = check_run(store, folder, quick_result.config)
    if result is not None:
        assert result.config == quick_result.config
        assert result.summary == quick_result.summary
        np.testing.assert_array_equal(result.arrays.data, quick_result.arrays.data)
        same = (folder / name).is_file() and (folder / name).read_bytes() == whole[name]
        assert name in (BOUNDARY, CONFIG) or same  # the table is for people; a config may be written otherwise


@cases("sealed runs", st.sampled_from(["seal", "arrays", SUMMARY, CONFIG, DENSITY]), st.integers(0, 30), plain)
def test_runs_that_another_program_sealed(
    run: tuple[Store, Path, dict[str, bytes]], quick_result: Result, part: str, place: int, value: Any
) -> None:
    """Digests that are right do not help a run whose parts do not fit each other."""
    store, folder, whole = run
    restored(folder, whole)
    arrays, seal = read_sealed(folder / ARRAYS)
    seal = {name: kept for name, kept in seal.items() if name != "format"}
    if part == "seal":
        seal = altered(seal, [place], value)
    elif part == "arrays":
        name = sorted(arrays)[place % len(arrays)]
        arrays = {**arrays, name: arrays[name][:-1]} if place % 2 else {k: v for k, v in arrays.items() if k != name}
    else:
        content = json.dumps(value, default=str).encode()
        (folder / part).write_bytes(content)
        if part in seal["files"]:
            seal["files"] = {**seal["files"], part: hashlib.sha256(content).hexdigest()}
    facts = {"format": FORMAT, **seal} if isinstance(seal, dict) else {"format": FORMAT}
    try:
        (folder / ARRAYS).write_bytes(sealed(ARRAYS, arrays, facts))
    except Exception:  # NaN in it, or a name that is none: nobody can have written that
        return
    check_run(store, folder, quick_result.config)


@pytest.mark.parametrize("number", [FORMAT - 1, FORMAT + 1, None, str(FORMAT), [FORMAT]])
def test_a_run_of_another_version_is_told(
    run: tuple[Store, Path, dict[str, bytes]], quick_result: Result, number: Any
) -> None:
    store, folder, whole = run
    restored(folder, whole)
    arrays, seal = read_sealed(folder / ARRAYS)
    (folder / ARRAYS).write_bytes(sealed(ARRAYS, arrays, {**seal, "format": number}))
    assert check_run(store, folder, quick_result.config) is None


def test_a_damaged_run_is_replaced_by_a_sound_one(
    run: tuple[Store, Path, dict[str, bytes]], quick_result: Result
) -> None:
    store, folder, whole = run
    for name in FILES:
        for happen in TO_PLACES.values():
            restored(folder, whole)
            happen(folder / name, folder / CONFIG)
            with watched():
                assert store.put(quick_result)
                assert store.get(quick_result.config) is not None


@cases("saved densities", st.one_of(damages, plain))
def test_saved_densities(tmp_path: Path, quick_result: Result, damage: Any) -> None:
    store, config = Store(tmp_path), quick_result.config
    store.put_density(config, {"w": np.ones(3)}, {"a": 1})
    path = store._density_path(config)
    if isinstance(damage, tuple):
        path.write_bytes(damaged(path.read_bytes(), damage))
    else:
        try:
            path.write_bytes(sealed(path.name, {}, damage if isinstance(damage, dict) else {"meta": damage}))
        except Exception:  # NaN
            return
    found = store.get_density(config)
    assert found is None or (found[1] == {"a": 1} and (found[0]["w"] == 1).all())


@pytest.fixture(scope="module")
def detectors(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A detector of three columns, and one of so many that principal components take their place."""
    random, folder = np.random.default_rng(0), tmp_path_factory.mktemp("detectors")
    for name, shape in {"narrow": (9, 3), "wide": (9, 120)}.items():
        BDSGDetector(random_state=0).fit(random.normal(size=shape)).save(folder / name)
    return [folder / "narrow", folder / "wide"]


def check_detector(folder: Path) -> BDSGDetector | None:
    """One that loads scores any table, in finite numbers."""
    before = contents(folder)
    found = taken_or_refused(lambda: BDSGDetector.load(folder))
    assert contents(folder) == before
    if found is not None:
        table = np.random.default_rng(1).normal(size=(4, found.n_features_in_)) * [[1], [1e3], [1e200], [0]]
        assert np.isfinite(found.decision_function(table)).all()
    return found


@cases("saved detectors", st.integers(0, 1), st.one_of(damages, st.sampled_from(sorted(TO_PLACES))))
def test_saved_detectors(detectors: list[Path], tmp_path: Path, number: int, damage: Damage | str) -> None:
    folder = tmp_path / "d"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(detectors[number], folder)
    path, other = folder / "detector.safetensors", folder / "other"
    whole = path.read_bytes()
    other.write_bytes(b"{}")
    if isinstance(damage, str):
        TO_PLACES[damage](path, other)
    else:
        path.write_bytes(damaged(whole, damage))
    assert check_detector(folder) is None or path.read_bytes() == whole or tensor_file.unpack(whole)[1]


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "shorter": lambda array: array[:-1],
    "flat": lambda array: array.ravel(),
    "deeper": lambda array: array[None],
    "NaN": lambda array: array * np.nan,
    "zero": lambda array: array * 0,
    "negative": lambda array: -array,
    "whole numbers": lambda array: array.astype(np.int32),
    "single": lambda array: array.astype(np.float32),
    "one number": lambda array: np.array(1.0),
    "empty": lambda array: array[:0],
    "vast": lambda array: array * 1e300,
}


@cases(
    "sealed detectors", st.integers(0, 1), st.booleans(), st.integers(0, 9), st.sampled_from(sorted(WAYS)), plain, plain
)
def test_detectors_that_another_program_sealed(
    detectors: list[Path], tmp_path: Path, number: int, in_facts: bool, place: int, way: str, value: Any, deeper: Any
) -> None:
    """Right digests, wrong shapes, names and numbers."""
    arrays, facts = read_sealed(detectors[number] / "detector.safetensors")
    facts = {name: kept for name, kept in facts.items() if name != "format"}
    if in_facts:
        facts = altered(facts, [place] if place % 2 else [place, 0], value if place % 3 else deeper)
    else:
        name = sorted(arrays)[place % len(arrays)]
        with np.errstate(all="ignore"):
            arrays = {**arrays, name: WAYS[way](arrays[name])}
    try:
        (tmp_path / "detector.safetensors").write_bytes(sealed("x", arrays, facts))
    except Exception:  # NaN, or names that are none
        return
    check_detector(tmp_path)


@functools.cache
def archive() -> bytes:
    target = io.BytesIO()
    np.savez_compressed(target, x_train=np.zeros((5, 28, 28), np.uint8), y_train=np.arange(5))
    return target.getvalue()


HELD: dict[str, Any] = {
    "images": np.zeros((5, 28, 28), np.uint8),
    "labels": np.arange(5),
    "numbers": np.zeros((5, 28, 28)),
    "labels beyond": np.arange(5) + 9,
    "labels below": np.arange(5) - 9,
    "labels in a column": np.arange(5)[:, None],
    "labels as text": np.array(["a"] * 5),
    "a number": np.array(1),
    "nothing": np.zeros((0, 28, 28), np.uint8),
    "records": np.zeros(5, [("a", int)]),
    "instants": np.zeros(5, "datetime64[s]"),
}


@cases(
    "image archives",
    st.one_of(damages, st.tuples(*[st.sampled_from(sorted(HELD))] * 2), st.sampled_from(sorted(TO_PLACES))),
)
def test_image_archives(tmp_path: Path, damage: Any) -> None:
    path, other = tmp_path / "mnist.npz", tmp_path / "other"
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.write_bytes(archive())
    np.save(other.open("wb"), HELD["images"])  # an array alone is no archive
    if isinstance(damage, str):
        TO_PLACES[damage](path, other)
    elif len(damage) == 2:
        np.savez(path, x_train=HELD[damage[0]], y_train=HELD[damage[1]])
    else:
        path.write_bytes(damaged(archive(), damage))
    found = taken_or_refused(lambda: load("mnist", "train", directory=tmp_path))
    assert found is None or (found.images.dtype == np.uint8 and found.labels.max() < 10)


def test_an_archive_that_promises_more_memory_than_there_is(tmp_path: Path) -> None:
    import zipfile

    head = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 28, 28), }".ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as file:
        file.writestr("x_train.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    assert taken_or_refused(lambda: load("mnist", "train", directory=tmp_path)) is None


def shipped() -> Path:
    return min(prepared_images.FOLDER.glob("*results.json"))


@functools.cache
def shipped_results() -> Any:
    held = json.loads(shipped().read_bytes())
    return {**held, "rows": held["rows"][:2]}


@functools.cache
def shipped_picture() -> bytes:
    return min(prepared_images.read(shipped()).boundary.values()).read_bytes()


@cases(
    "image results", st.lists(st.integers(0, 12), min_size=1, max_size=3), plain, damages, st.sampled_from(sorted(WAYS))
)
def test_image_results(tmp_path: Path, path: list[int], value: Any, damage: Damage, way: str) -> None:
    """The tables' file and the pictures' file of the images page, altered in content and in bytes."""
    text = json.dumps(altered(shipped_results(), path, value), default=str).encode()
    file = tmp_path / "results.json"
    for content in (text, damaged(text, damage)):
        file.write_bytes(content)
        prepared_images._read.cache_clear()
        results = taken_or_refused(lambda: prepared_images.read(file))
        if results is not None:
            for measure in images_words.MEASURES.values():
                images_words.table(images_words.lines(results.rows, measure), results.protocol, list(results.classes))
    whole = shipped_picture()
    arrays, facts = tensor_file.unpack(whole)
    name = sorted(arrays)[path[0] % len(arrays)]
    with np.errstate(all="ignore"):
        changed = tensor_file.pack({**arrays, name: WAYS[way](arrays[name])}, facts)
    for content in (changed, damaged(whole, damage)):
        (tmp_path / "b.safetensors").write_bytes(content)
        drawn = taken_or_refused(lambda: prepared_images.drawn(tmp_path / "b.safetensors"))
        if drawn is not None:
            taken_or_refused(lambda drawn=drawn: images_component.payload(drawn[0], {}, str(drawn[1].get("score"))))
