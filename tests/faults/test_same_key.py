"""Several processes do the same thing at once, with one folder between them: one sound copy is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from bdsg.runs.cache import Store, read_run
from bdsg.serving.run_queue import RunQueue
from tests.faults.doing import FLOW, PATIENCE, ROOT, small
from tests.runs.test_cache import make_result


def together(code: str, count: int, *arguments: str, **environment: str) -> list[tuple[str, str]]:
    """Run some code in several processes, at once from when all are ready; what they print to stdout and to stderr."""
    command = [sys.executable, "-c", code, *arguments, str(ROOT), str(ROOT / "tests" / "runs")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    every = [
        subprocess.Popen([*command[:3], str(k), *command[3:]], text=True, env={**os.environ, **environment}, **pipes)
        for k in range(count)
    ]
    for one in every:
        assert one.stdout is not None
        one.stdout.readline()
    for one in every:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate(timeout=PATIENCE) for one in every]
    assert [one.returncode for one in every] == [0] * count, told
    return told


def test_two_apps_that_train_the_same_leave_one_result(tmp_path: Path) -> None:
    store, config = Store(tmp_path), small(1, 2_000, density=FLOW)
    queues = [RunQueue(1, Store(tmp_path)) for _ in range(2)]
    try:
        runs = [queue.watch(config, 600.0) for queue in queues]
        for queue, run in zip(queues, runs, strict=True):
            with queue._changed:
                assert queue._changed.wait_for(lambda run=run: bool(run.boundary_snapshots), PATIENCE)
        waiting = [queue.submit(small(2, density=FLOW)) for queue in queues]  # both hurry now, and end together
        for queue, run, other in zip(queues, runs, waiting, strict=True):
            for one in (run, other):
                assert queue.wait(one, PATIENCE)
                assert (one.state, one.error, one.unkept) == ("finished", None, "")
    finally:
        for queue in queues:
            queue.close()
    kept = store.get(config)
    assert kept is not None
    for run in runs:
        assert run.result is not None
        np.testing.assert_array_equal(run.result.arrays.boundary, kept.arrays.boundary)
    keys = {one.key() for one in (config, small(2, density=FLOW))}
    assert {path.name for path in tmp_path.iterdir()} == {*keys, "densities"}
    assert len(list((tmp_path / "densities").iterdir())) == 2
    assert store.get_density(config) is not None


WRITERS = """
import os, sys, time
number, folder = int(sys.argv[1]), sys.argv[2]
sys.path[:0] = sys.argv[3:]
from test_cache import make_result
from bdsg.runs.cache import write_run
result = make_result(seed=number)
result.summary["seed"] = number
rename = os.replace
def slow(*paths):
    rename(*paths)
    time.sleep(0.3 * number)
os.replace = slow
print("ready", flush=True)
sys.stdin.readline()
time.sleep(0.5 * (1 - number))  # the quick one comes in the middle of the slow one
write_run(result, folder)
"""


def test_two_commands_that_write_one_directory_leave_one_run(tmp_path: Path) -> None:
    together(WRITERS, 2, str(tmp_path / "out"))
    found = read_run(tmp_path / "out")
    expected = make_result(seed=found.summary["seed"])
    np.testing.assert_array_equal(found.arrays.data, expected.arrays.data)
    assert len(list((tmp_path / "out").iterdir())) == 5


KERNEL = """
from bdsg.numerics.numba_cache import kernel
@kernel
def total(x):
    s = 0.0
    for i in range(x.size):
        s += x[i]
    return s
"""
COMPILERS = """
import sys, time
sys.path[:0] = sys.argv[2:]
import numpy as np
from numba.core.caching import IndexDataCacheFile
from one_kernel import total
load = IndexDataCacheFile._load_index
def slow(self):
    found = load(self)
    time.sleep(0.2)  # so that the other reads the same index
    return found
IndexDataCacheFile._load_index = slow
print("ready", flush=True)
sys.stdin.readline()
kinds = (np.float32, np.float64, np.int32)[int(sys.argv[1]):][:1] or (np.float32, np.float64, np.int32)
for kind in kinds:
    assert total(np.arange(4, dtype=kind)) == 6.0
print(sum(total.stats.cache_misses.values()))
"""


def test_processes_that_compile_at_once_keep_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "one_kernel.py").write_text(KERNEL)
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    told = together(COMPILERS, 3, str(tmp_path), **environment)
    assert told == [("1\n", "")] * 3
    every = COMPILERS.replace("sys.argv[1]", "9")
    assert together(every, 1, str(tmp_path), **environment) == [("0\n", "")]  # nothing is compiled anew
    for path in [*(tmp_path / "cache").rglob("*.nbi"), *(tmp_path / "cache").rglob("*.nbc")][:2]:
        path.write_bytes(path.read_bytes()[:20])
    ((missed, said),) = together(every, 1, str(tmp_path), **environment)
    assert int(missed) > 0  # what was cut is compiled anew,
    assert "is ignored" in said
    assert together(every, 1, str(tmp_path), **environment) == [("0\n", "")]  # and kept
