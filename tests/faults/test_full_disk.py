"""The disk is full, by the kernel's own word: what was trained stays in sight, that it is not kept is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bdsg.cli.writing import write_or_rescue
from bdsg.errors import StoreError
from bdsg.runs.cache import Store, read_run, write_run
from bdsg.runs.result import Result
from bdsg.serving.job import Run
from bdsg.serving.run_queue import RunQueue
from bdsg.tuning.driver import drive
from bdsg.tuning.study import Study
from tests.faults.disks import LimitedProcesses, SmallDisk, in_memory, limit_files, may_mount, mounted
from tests.faults.doing import FLOW, PATIENCE, ROOT, command, outcome, processes, small
from tests.tuning.in_process import InProcess
from tests.tuning.studies import made_study


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small file system where one may be mounted; else a limit, which any user may set."""
    if not may_mount(tmp_path / "trial"):
        yield LimitedProcesses(tmp_path)
        return
    with mounted(tmp_path / "small", *in_memory("8m")) as path:
        yield SmallDisk(path)


def finished(queue: RunQueue, run: Run) -> Result:
    assert queue.wait(run, PATIENCE)
    assert (run.state, run.error) == ("finished", None)
    assert run.result is not None
    return run.result


def test_a_result_stays_in_sight_is_told_of_and_kept_when_there_is_room(disk: SmallDisk) -> None:
    store = Store(disk.path / "cache")
    queue = RunQueue(1, store)
    if queue._fork_server is not None:
        queue._fork_server.prepare()  # one that was forked before would serve one run alone
    configs = [small(seed, density=FLOW) for seed in range(3)]
    first = queue.submit(small(9))
    finished(queue, first)
    disk.fill(*processes(queue))
    run = queue.submit(configs[0])
    finished(queue, run)
    assert run.unkept == disk.refusal
    assert store.get(configs[0]) is None
    assert queue.submit(configs[0]) is run
    assert not list(store.root.glob(".*"))
    assert not list(store.root.glob("densities/*"))

    disk.free(*processes(queue))
    later = queue.submit(configs[1])
    result = finished(queue, later)
    assert later.unkept == ""
    finished(queue, queue.submit(small(8)))  # by then the one before has been seen to
    assert run.unkept == ""
    assert store.get(configs[0]) is not None
    kept = store.get(configs[1])
    assert kept is not None
    assert kept.summary == result.summary
    assert store.get_density(configs[1]) is not None

    disk.fill(*processes(queue))
    last = queue.submit(configs[2])
    finished(queue, last)
    assert last.unkept == disk.refusal
    disk.free(*processes(queue))
    queue.close()  # the last chance
    assert store.get(configs[2]) is not None
    assert queue.pids == []


def test_a_study_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", *in_memory("16m")) as path:
        folder, disk = made_study(path, trials=8, seeds=0), SmallDisk(path)
        plan = folder.plan()
        folder.create(type(plan)(**{**vars(plan), "trials": 60}), None)
        before = [trial.datetime_complete for trial in Study(folder).trials()]
        disk.fill()
        with pytest.raises(StoreError, match=r"Finished trials are kept|cannot be written \(No space left on device\)"):
            list(drive(folder, InProcess))
        disk.free()
        assert folder.driver() == {}
        list(drive(folder, InProcess))
        study = Study(folder)
        assert study.finished() == 60
        assert [trial.datetime_complete for trial in study.trials()][:8] == before
        assert set(folder.clouds()["number"].tolist()) == set(range(60))


def test_a_command_says_so_before_it_begins_and_leaves_nothing(tmp_path: Path) -> None:
    config, table = tmp_path / "config.json", tmp_path / "table.csv"
    config.write_text(json.dumps(small().to_dict()))
    table.write_text("a,b\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(100)))
    sentence = "cannot be written (File too large): raise the limit of a file's size or choose another directory."
    for words in (("run", config, "--out"), ("fit", table, "--out")):
        out = tmp_path / "out"
        code, printed, err = outcome(command(*words, out, preexec_fn=limit_files))
        assert (code, printed, err) == (2, "", f"{out} {sentence}\n")
        assert not out.exists()
    tuned = command("tune", config, "--name", "s", "--quiet", preexec_fn=limit_files, BDSG_CACHE=str(tmp_path / "c"))
    code, printed, err = outcome(tuned)
    assert (code, printed, err) == (2, "", f"{tmp_path / 'c' / 'studies' / 's'} {sentence}\n")
    assert not [path for path in (tmp_path / "c").rglob("*") if path.is_file()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_scores_that_find_no_room_are_one_sentence(quick_result: Result, tmp_path: Path) -> None:
    write_run(quick_result, tmp_path / "run")
    (tmp_path / "points.csv").write_text("0,0\n" * 5000)
    with open("/dev/full", "w") as full:
        process = command("score", tmp_path / "run", tmp_path / "points.csv", stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    said = "The output cannot be written (No space left on device): free some space or choose another directory.\n"
    assert (process.returncode, err) == (2, said)


def test_a_finished_run_whose_place_is_gone_is_put_elsewhere(
    quick_result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "out"
    taken.write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(StoreError, match=r"out cannot be written \(File exists\).* Nothing is lost") as refused:
        write_or_rescue(partial(write_run, quick_result), taken)
    spare = Path(str(refused.value).rpartition(" is in ")[2].rstrip("."))
    assert read_run(spare).summary == quick_result.summary
    monkeypatch.setattr(tempfile, "tempdir", str(taken))
    with pytest.raises(StoreError, match=r"choose another directory\.$"):
        write_or_rescue(partial(write_run, quick_result), taken)


def test_a_disk_that_fills_while_a_command_trains(quick_result: Result, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    boundary = {"steps": 10_000, "hidden": [8], "batch_size": 512}
    config.write_text(json.dumps({**small().to_dict(), "boundary": boundary}))
    with mounted(tmp_path / "small", *in_memory("4m")) as path:
        write_run(quick_result, path / "out")
        process = command("run", config, "--out", path / "out", TMPDIR=str(tmp_path))
        assert process.stderr is not None
        seen = ""
        while "boundary:" not in seen:
            seen += (character := process.stderr.read(1))
            assert character, seen
        SmallDisk(path).fill()
        code, printed, err = outcome(process)
        assert (code, printed) == (2, "")
        assert "cannot be written (No space left on device)" in err.splitlines()[-1]
        spare = Path(err.strip().rpartition(" is in ")[2].rstrip("."))
        assert read_run(spare).config.boundary.steps == 10_000
        assert read_run(path / "out").summary == quick_result.summary  # all of the old run, nothing of the new one
        assert len(list((path / "out").iterdir())) == 5


COMPILE = """
import numpy as np
from bdsg.numerics.numba_cache import exponential
assert abs(exponential(np.float32(1.0)) - np.e) < 1e-6
"""


def test_kernels_that_cannot_be_kept_still_run(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", COMPILE],
        env=environment,
        capture_output=True,
        text=True,
        preexec_fn=limit_files,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not list(tmp_path.rglob("*.nb?"))
