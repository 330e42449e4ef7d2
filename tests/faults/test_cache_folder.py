"""The folder of the store cannot be written, or is removed while the app is open: the app goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bdsg.app.pages.tune import study_data
from bdsg.errors import StoreError
from bdsg.runs.cache import Store
from bdsg.serving.run_queue import RunQueue
from bdsg.tuning.driver import drive
from bdsg.tuning.folder import found
from tests.faults.disks import mounted
from tests.faults.doing import FLOW, PATIENCE, command, outcome, small, wait_until
from tests.runs.test_cache import make_result
from tests.tuning.in_process import InProcess
from tests.tuning.studies import made_study


def test_removed_while_a_run_trains_and_between_two_runs(queue: RunQueue, cache: Path) -> None:
    store = Store(cache)
    run = queue.watch(small(1, 2_000, density=FLOW), 600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    shutil.rmtree(cache)
    after = queue.submit(small(2))  # ends its pace too
    for one in (run, after):
        assert queue.wait(one, PATIENCE)
        assert (one.state, one.error, one.unkept) == ("finished", None, "")
        assert store.get(one.config) is not None
    shutil.rmtree(cache)
    assert queue.submit(after.config) is after  # in memory it is still there
    assert queue.find(small(3)) is None
    third = queue.submit(small(3))
    assert queue.wait(third, PATIENCE)
    assert [path.name for path in cache.iterdir()] == [small(3).key()]


def test_removed_at_any_moment_of_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, config = tmp_path / "cache", make_result().config
    for moment in range(12):
        calls, flush = [0], os.fsync

        def removing(file: int, calls: list[int] = calls, moment: int = moment) -> None:
            flush(file)  # noqa: B023
            calls[0] += 1
            if calls[0] == moment:
                shutil.rmtree(root)

        monkeypatch.setattr(os, "fsync", removing)
        Store(root).put_density(config, make_result().parameters, {})
        assert Store(root).put(make_result())
        assert Store(root).get(config) is not None
        monkeypatch.undo()


def test_a_study_removed_while_it_is_watched_is_a_sentence(tmp_path: Path) -> None:
    folder, root = made_study(tmp_path, trials=4, seeds=0), tmp_path / "studies"
    (seen,) = found(root)
    shutil.rmtree(folder.path)
    assert found(root) == []
    with pytest.raises(StoreError, match="The study small was removed while it was shown: reload the page"):
        study_data.read(seen)
    with pytest.raises(StoreError, match=r"small cannot be written \(No such file or directory\)|There is no study"):
        list(drive(folder, InProcess))


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A disk that holds a run, a density and a study, and cannot be written."""
    (tmp_path / "disk").mkdir()
    Store(tmp_path / "disk").put(make_result())
    Store(tmp_path / "disk").put_density(make_result().config, make_result().parameters, {})
    folder = made_study(tmp_path / "disk", trials=4, seeds=0)
    (folder.path / "driver.json").write_text('{"pid": 1}')  # its process died without a word
    with mounted(tmp_path / "view", "--bind", str(tmp_path / "disk")) as view:
        subprocess.run(["mount", "-o", "remount,bind,ro", view], check=True)
        yield view


def test_a_disk_that_cannot_be_written_can_still_be_read(read_only: Path) -> None:
    store, config = Store(read_only), make_result().config
    stored, density = store.get(config), store.get_density(config)
    assert stored is not None
    assert density is not None
    np.testing.assert_array_equal(stored.arrays.boundary, make_result().arrays.boundary)
    with pytest.raises(StoreError, match=r"cannot be written \(Read-only file system\)"):
        store.put(make_result(small(1)))
    (folder,) = found(read_only / "studies")
    assert folder.driver() == {}
    code, _, err = outcome(command("tune", "small", "--resume", "--quiet", BDSG_CACHE=str(read_only)))
    assert (code, err.splitlines()[1:]) == (
        2,
        [
            f"{folder.path} cannot be written (Read-only file system): "
            "its disk may only be read, so choose another directory."
        ],
    )
    code, printed, err = outcome(command("tune", "show", "small", BDSG_CACHE=str(read_only)))
    assert (code, err) == (0, "")
    assert printed.startswith("small: 4 complete")
