"""The wall clock is set forward and back by days and years: nothing is lost, and no duration is measured by it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bdsg.runs.cache import LEFTOVER_SECONDS, STAGED, Store
from bdsg.runs.directory import read_run
from bdsg.tuning.driver import drive
from bdsg.tuning.folder import found
from bdsg.tuning.study import Study
from tests import needs
from tests.faults.doing import PATIENCE, ROOT
from tests.runs.test_cache import assert_same, make_result
from tests.tuning.in_process import InProcess
from tests.tuning.studies import made_study

DAY = 24 * 3600
YEARS = 20 * 365 * DAY


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Path]:
    """An environment whose processes have a wall clock of their own, and the file that says how far it is moved."""
    if sys.platform != "linux":
        pytest.skip("The wall clock of a process can be moved on Linux alone.")
    compiler, folder = needs.program(["cc"], "gcc"), tmp_path_factory.mktemp("clock")
    library, source = folder / "clock.so", Path(__file__).with_name("moved_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    shift = folder / "shift"
    shift.write_text("0")
    return {**os.environ, "PYTHONPATH": str(ROOT), "LD_PRELOAD": str(library), "CLOCK_SHIFT": str(shift)}, shift


TRAIN = """
import json, sys, time
from pathlib import Path
from bdsg.runs.cache import Store
from bdsg.serving.run_queue import RunQueue
from tests.faults.doing import FLOW, PATIENCE, small, wait_until

shift, store = Path(sys.argv[1]), Store(sys.argv[2])
real, wall = time.monotonic(), time.time()
queue = RunQueue(1, store)
runs = []
for moved in (86_400, -630_720_000):  # a day on, and twenty years back
    run = queue.watch(small(len(runs), 2_000, density=FLOW), 600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots) and run.progress.step > 0)
    before = run.progress.step
    aside = shift.with_name("new")
    aside.write_text(str(moved))
    aside.replace(shift)
    assert abs(time.time() - wall - moved) < 3_600
    wait_until(queue, lambda: run.progress.step > before)  # its pace goes on
    left = run.seconds_left
    after = queue.submit(small(100 + len(runs)))  # ends the pace
    for one in (run, after):
        assert queue.wait(one, PATIENCE)
        assert (one.state, one.error, one.unkept) == ("finished", None, "")
    runs.append({"left": left, "progress": run.progress.seconds, **run.result.summary["seconds"]})
queue.close()
print(json.dumps({"real": time.monotonic() - real, "runs": runs}))
"""


def test_runs_train_on_keep_their_pace_and_are_kept(clock: tuple[dict[str, str], Path], tmp_path: Path) -> None:
    environment, shift = clock
    command = [sys.executable, "-c", TRAIN, str(shift), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for run in told["runs"]:
        assert all(0 <= run[name] <= told["real"] for name in ("progress", "density", "boundary", "scores", "total"))
        assert 0 < run["left"] <= 2_000 * told["real"]  # the step that took longest, for each that is left
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == 5  # four runs and the densities
    assert not any(name.startswith(".") for name in names)
    for name in names - {"densities"}:
        assert Store(tmp_path).get(read_run(tmp_path / name).config) is not None


@pytest.mark.parametrize("moved", [DAY, -DAY, YEARS, -YEARS])
def test_what_is_kept_is_found_whatever_its_date(tmp_path: Path, moved: int) -> None:
    store, then = Store(tmp_path), time.time() + moved
    store.put(make_result())
    store.put_density(make_result().config, make_result().parameters, {})
    for path in tmp_path.rglob("*"):
        os.utime(path, (then, then))
    kept = store.get(make_result().config)
    assert kept is not None
    assert_same(kept, make_result())
    assert store.get_density(make_result().config) is not None


@pytest.mark.parametrize("moved", [2 * LEFTOVER_SECONDS, -2 * LEFTOVER_SECONDS])
def test_leftovers_of_before_and_after_go(tmp_path: Path, moved: int) -> None:
    store, then = Store(tmp_path), time.time() + moved
    store.put_density(make_result().config, make_result().parameters, {})
    (density,) = (tmp_path / "densities").iterdir()
    for path in (tmp_path / f"{STAGED}old", density.with_name(f".{density.name}.0123456789abcdef")):
        path.mkdir() if path.parent == tmp_path else path.write_bytes(b"")
        os.utime(path, (then, then))
    store.put(make_result())
    assert {path.name for path in tmp_path.iterdir()} == {make_result().config.key(), "densities"}
    assert list((tmp_path / "densities").iterdir()) == [density]


def test_one_whose_clock_is_wrong_does_not_cost_another_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, flush, swept = Store(tmp_path), os.fsync, []

    def sweeping(file: int) -> None:
        """At the first flush, another process takes what is just being written for a leftover."""
        flush(file)
        if not swept:
            swept.extend(tmp_path.glob(f"{STAGED}*"))
            for path in swept:
                os.utime(path, (0, 0))
            Store(tmp_path).put(make_result(make_result().config, seed=3))
            assert not any(path.exists() for path in swept)
            shutil.rmtree(tmp_path / make_result().config.key())

    monkeypatch.setattr(os, "fsync", sweeping)
    assert store.put(make_result())
    assert len(swept) == 1
    kept = store.get(make_result().config)
    assert kept is not None
    assert_same(kept, make_result())


@pytest.mark.parametrize("moved", [YEARS, -YEARS])
def test_a_study_of_another_time_is_listed_and_goes_on(tmp_path: Path, moved: int) -> None:
    folder, then = made_study(tmp_path, trials=4, seeds=0), time.time() + moved
    for path in folder.path.iterdir():
        os.utime(path, (then, then))
    plan = folder.plan()
    assert [one.path for one in found(tmp_path / "studies")] == [folder.path]
    folder.create(type(plan)(**{**vars(plan), "trials": 8}), None)
    list(drive(folder, InProcess))
    assert Study(folder).finished() == 8
