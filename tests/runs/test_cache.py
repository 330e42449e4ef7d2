"""Runs on disk: round trips, and every way in which a file can go bad, done to real files."""

from __future__ import annotations

import csv
import dataclasses
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bdsg.config import FORMAT, ExperimentConfig
from bdsg.errors import StoreError
from bdsg.runs import directory, tensor_file
from bdsg.runs.cache import LEFTOVER_SECONDS, STAGED, Store, default_root, read_run, write_run
from bdsg.runs.result import Result, RunArrays

CONFIG = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})
FILES = {"config.json", "result.json", "boundary.csv", "density.safetensors", "arrays.safetensors"}


def make_result(config: ExperimentConfig = CONFIG, seed: int = 0) -> Result:
    """A result of the right form whose numbers mean nothing: M 16, grid 5 x 4, L 20, n 6, S 3, T 2, P 7."""
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "data": (16, 2), "data_modes": (16,), "model_samples": (16, 2), "warp": (4, 9, 2),
        "grid_x": (5,), "grid_y": (4,), "log_p_x": (4, 5), "log_p_g": (4, 5),
        "boundary": (20, 2), "boundary_log_p_x": (20,), "boundary_log_p_g": (20,),
        "latent": (6, 2), "snapshot_steps": (3,), "snapshot_terms": (3, 4), "snapshot_points": (3, 6, 2),
        "ray_index": (9,), "ray_points": (9, 2), "ray_log_p_g": (9,),
        "density_steps": (2,), "density_held_out": (2,), "density_frames": (2, 7, 7),
    }  # fmt: skip
    arrays = {name: random.normal(size=shape) for name, shape in shapes.items()}
    arrays["snapshot_points"] = arrays["snapshot_points"].astype(np.float32)
    found = RunArrays.from_dict(arrays)
    return Result(config, found, {"scores": {"bp1": 0.75, "bp2": None}}, {"layer.weight": random.normal(size=(3, 2))})


def assert_same(found: Result, expected: Result) -> None:
    assert (found.config, found.summary) == (expected.config, expected.summary)
    for mine, theirs in ((found.arrays.to_dict(), expected.arrays.to_dict()), (found.parameters, expected.parameters)):
        assert mine.keys() == theirs.keys()
        for name in mine:
            assert mine[name].dtype == theirs[name].dtype
            np.testing.assert_array_equal(mine[name], theirs[name])


def test_a_run_comes_back_whole(tmp_path: Path) -> None:
    result = make_result()
    write_run(result, tmp_path / "deep" / "run")
    assert {path.name for path in (tmp_path / "deep" / "run").iterdir()} == FILES
    assert_same(read_run(tmp_path / "deep" / "run"), result)


def test_files_say_what_their_names_promise(tmp_path: Path) -> None:
    result = make_result()
    write_run(result, tmp_path)
    assert ExperimentConfig.from_json((tmp_path / "config.json").read_text()) == CONFIG
    assert json.loads((tmp_path / "result.json").read_text()) == result.summary
    rows = list(csv.reader((tmp_path / "boundary.csv").open(newline="")))
    assert rows[0] == ["x", "y"]
    np.testing.assert_array_equal(np.array(rows[1:], dtype=float), result.arrays.boundary)  # to the last bit
    weights = tensor_file.unpack((tmp_path / "density.safetensors").read_bytes())[0]
    np.testing.assert_array_equal(weights["layer.weight"], result.parameters["layer.weight"])


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    write_run(make_result(seed=1), tmp_path)
    write_run(make_result(seed=2), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert_same(read_run(tmp_path), make_result(seed=2))


@pytest.mark.parametrize("name", sorted(FILES - {"boundary.csv"}))
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    write_run(make_result(), tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(StoreError, match=rf"{name} is missing: name a directory"):
        read_run(tmp_path)


@pytest.mark.parametrize("name", sorted(FILES - {"boundary.csv"}))
def test_a_file_cut_anywhere_is_damaged(tmp_path: Path, name: str) -> None:
    write_run(make_result(), tmp_path)
    content = (tmp_path / name).read_bytes()
    for length in (0, 5, len(content) // 2, len(content) - 1):
        (tmp_path / name).write_bytes(content[:length])
        with pytest.raises(StoreError, match=rf"{name} is damaged \(.+\): run the experiment again\."):
            read_run(tmp_path)


@pytest.mark.parametrize("name", ["result.json", "density.safetensors", "arrays.safetensors"])
def test_one_altered_byte_is_noticed(tmp_path: Path, name: str) -> None:
    write_run(make_result(), tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[-20] ^= 1  # in a number: the file still parses
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        read_run(tmp_path)


def test_an_altered_config_is_noticed_but_not_its_layout(tmp_path: Path) -> None:
    result = make_result()
    write_run(result, tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIG.to_dict()))
    assert_same(read_run(tmp_path), result)
    path.write_text(json.dumps({**CONFIG.to_dict(), "seed": 1}))
    with pytest.raises(StoreError, match="not the config of this run"):
        read_run(tmp_path)
    path.write_text(json.dumps({**CONFIG.to_dict(), "sead": 1}))
    with pytest.raises(StoreError, match=r"sead.*is not a known setting"):
        read_run(tmp_path)


def test_files_of_two_runs_do_not_mix(tmp_path: Path) -> None:
    write_run(make_result(seed=1), tmp_path / "a")
    other = make_result(seed=2)
    write_run(dataclasses.replace(other, summary={"scores": {"bp1": 0.5}}), tmp_path / "b")
    (tmp_path / "a" / "result.json").write_bytes((tmp_path / "b" / "result.json").read_bytes())
    with pytest.raises(StoreError, match=r"result\.json is damaged"):
        read_run(tmp_path / "a")


def test_another_version_is_told_from_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(directory, "FORMAT", 99)
        write_run(make_result(), tmp_path)
    with pytest.raises(StoreError, match=f"has format 99, but this version reads {FORMAT}:"):
        read_run(tmp_path)


def test_arrays_without_a_seal_are_refused(tmp_path: Path) -> None:
    write_run(make_result(), tmp_path)
    (tmp_path / "arrays.safetensors").write_bytes(tensor_file.pack(make_result().arrays.to_dict(), {}))
    with pytest.raises(StoreError, match="has no digest"):
        read_run(tmp_path)


def test_a_missing_array_and_a_wrong_shape_are_named(tmp_path: Path) -> None:
    result = make_result()
    for name, array, words in (
        ("boundary_log_p_g", None, "boundary_log_p_g is missing"),
        ("snapshot_terms", np.zeros((3, 5)), "snapshot_terms has the shape"),
        ("snapshot_steps", np.zeros(4), "snapshot_terms has the shape"),  # three of one, four of the other
        ("data_modes", np.zeros((16, 1)), "data_modes has the shape"),
    ):
        write_run(dataclasses.replace(result, arrays=dataclasses.replace(result.arrays, **{name: array})), tmp_path)
        with pytest.raises(StoreError, match=words):
            read_run(tmp_path)


def test_a_closed_form_has_no_frames_and_no_weights(tmp_path: Path) -> None:
    result = make_result()
    empty = {"density_steps": np.zeros(0), "density_held_out": np.zeros(0), "density_frames": np.zeros((0, 0, 0))}
    result = dataclasses.replace(result, arrays=dataclasses.replace(result.arrays, **empty), parameters={})
    write_run(result, tmp_path)
    assert_same(read_run(tmp_path), result)


def test_a_summary_with_nan_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"result.json cannot be written .* must be finite"):
        write_run(dataclasses.replace(make_result(), summary={"bp1": float("nan")}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_unwritable_places_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place, remedy in (
        (tmp_path / "file", "it is a file"),
        (tmp_path / "file" / "below", "a part of that path is a file"),
        (tmp_path / ("n" * 300), "choose a shorter name"),
        (Path("/proc/nowhere"), "choose another directory"),
    ):
        with pytest.raises(StoreError, match=rf"cannot be written \(.+\): {remedy}"):
            write_run(make_result(), place)


def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(make_result(seed=1), tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write_run(make_result(seed=2), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert_same(read_run(tmp_path), make_result(seed=1))


def test_store_gives_back_what_was_put(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    assert store.get(CONFIG) is None
    assert not store.contains(CONFIG)
    assert store.put(make_result())
    assert store.contains(CONFIG)
    found = store.get(CONFIG)
    assert found is not None
    assert_same(found, make_result())
    assert [path.name for path in store.root.iterdir()] == [CONFIG.key()]
    assert store.get(dataclasses.replace(CONFIG, seed=1)) is None


def test_store_answers_with_the_config_that_was_asked_for(tmp_path: Path) -> None:
    raw = CONFIG.to_dict()
    raw["data"] = {"mixture": dataclasses.asdict(CONFIG.data.mixture_numbers()), "samples": CONFIG.data.samples}
    written_out = ExperimentConfig.from_dict(raw)
    store = Store(tmp_path)
    store.put(make_result())
    found = store.get(written_out)
    assert found is not None
    assert found.config == written_out != CONFIG


def test_a_stopped_run_is_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.put(dataclasses.replace(make_result(), summary={"stopped": True}))
    assert not store.contains(CONFIG)


def test_a_damaged_entry_is_logged_and_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path)
    store.put(make_result(seed=1))
    (tmp_path / CONFIG.key() / "result.json").write_text("{}")
    with caplog.at_level(logging.WARNING):
        assert store.get(CONFIG) is None
    assert "result.json is damaged" in caplog.text
    store.put(make_result(seed=2))
    found = store.get(CONFIG)
    assert found is not None
    assert_same(found, make_result(seed=2))
    assert [path.name for path in tmp_path.iterdir()] == [CONFIG.key()]


def test_a_sound_entry_stays_when_put_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(make_result(seed=1))
    before = (tmp_path / CONFIG.key()).stat().st_ino
    store.put(make_result(seed=1))
    assert (tmp_path / CONFIG.key()).stat().st_ino == before  # a reader in the middle of it is not disturbed
    assert [path.name for path in tmp_path.iterdir()] == [CONFIG.key()]


WRITER = """
import sys
sys.path[:0] = sys.argv[2:]
from test_cache import CONFIG, make_result
from bdsg.runs.cache import Store
store = Store(sys.argv[1])
for _ in range(30):
    store.put(make_result())
    if store.get(CONFIG) is None:
        sys.exit("an entry was unreadable")
    store.put_density(CONFIG, make_result().parameters, {"held_out": 1.0})
    if store.get_density(CONFIG) is None:
        sys.exit("a density was unreadable")
"""


def test_processes_that_write_the_same_key_leave_it_sound(tmp_path: Path) -> None:
    here = Path(__file__).parent
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(here), str(here.parents[1])]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    complaints = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], complaints
    assert {path.name for path in tmp_path.iterdir()} == {CONFIG.key(), "densities"}
    assert len(list((tmp_path / "densities").iterdir())) == 1


def test_leftovers_of_a_killed_process_go_after_a_day(tmp_path: Path) -> None:
    old, young, foreign = tmp_path / f"{STAGED}old", tmp_path / f"{STAGED}young", tmp_path / ".ssh"
    for path in (old, young, foreign):
        path.mkdir()
    past = time.time() - LEFTOVER_SECONDS - 60
    os.utime(old, (past, past))
    os.utime(foreign, (past, past))
    Store(tmp_path).put(make_result())
    assert (old.exists(), young.exists(), foreign.exists()) == (False, True, True)


def test_an_unwritable_store_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file")
    assert store.get(CONFIG) is None
    assert store.get_density(CONFIG) is None
    with pytest.raises(StoreError, match="cannot be written"):
        store.put(make_result())
    with pytest.raises(StoreError, match="cannot be written"):
        store.put_density(CONFIG, {}, {})


def test_densities_are_shared_by_runs_that_differ_in_the_boundary_alone(tmp_path: Path) -> None:
    store, weights = Store(tmp_path), {"a": np.arange(3.0)}
    store.put_density(CONFIG, weights, {"held_out": 2.5})
    found = store.get_density(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "boundary": {"steps": 7}}))
    assert found is not None
    np.testing.assert_array_equal(found[0]["a"], weights["a"])
    assert found[1] == {"held_out": 2.5}
    assert store.get_density(dataclasses.replace(CONFIG, seed=1)) is None


def test_a_damaged_density_is_logged_and_ignored(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path)
    store.put_density(CONFIG, {"a": np.arange(3.0)}, {})
    (path,) = (tmp_path / "densities").iterdir()
    path.rename(path.with_name(f"{dataclasses.replace(CONFIG, seed=1).density_key()}.safetensors"))
    with caplog.at_level(logging.WARNING):
        assert store.get_density(dataclasses.replace(CONFIG, seed=1)) is None
    assert "belongs to another config" in caplog.text
    store.put_density(CONFIG, {"a": np.arange(3.0)}, {})
    path.write_bytes(path.read_bytes()[:-1])
    assert store.get_density(CONFIG) is None


def test_default_root_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    assert default_root() == Store().root == tmp_path
    monkeypatch.delenv("BDSG_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_root() == tmp_path / "xdg" / "bdsg"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_root() == tmp_path / "home" / ".cache" / "bdsg"
