"""Configs, waiting and commands, for the tests of faults."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bdsg.config import ExperimentConfig
from bdsg.serving.run_queue import RunQueue

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
FLOW = {"kind": "iresnet", "steps": 6, "blocks": 1, "hidden": [4], "batch_size": 16}


def small(seed: int = 0, steps: int = 20, **changes: Any) -> ExperimentConfig:
    """A run of a moment, or with many steps of a second."""
    boundary = {"steps": steps, "snapshots": 5, "hidden": [8], "batch_size": 32}
    data = {"preset": "bimodal", "samples": 32}
    return ExperimentConfig.from_dict({"data": data, "boundary": boundary, "seed": seed, **changes})


def wait_until(queue: RunQueue, condition: Callable[[], bool]) -> None:
    """Until a change of a run has made something true."""
    with queue._changed:
        assert queue._changed.wait_for(condition, PATIENCE)


def nursery_of(queue: RunQueue) -> int | None:
    """Number of the process that forks the workers, where there is one."""
    process = queue._fork_server._process if queue._fork_server is not None else None
    return process.pid if process is not None else None


def processes(queue: RunQueue) -> list[int]:
    """All that train, and what they are forked from."""
    parent = nursery_of(queue)
    return [*([] if parent is None else [parent]), *queue.pids]


def until(condition: Callable[[], Any]) -> None:
    """Until something is true of which nobody tells."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def command(
    *arguments: object, stdout: Any = subprocess.PIPE, preexec_fn: Callable[[], None] | None = None, **environment: str
) -> subprocess.Popen[str]:
    """A real ``python -m bdsg``."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", "bdsg", *map(str, arguments)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=preexec_fn,  # noqa: PLW1509
        env={**os.environ, "PYTHONPATH": path, **environment},
    )


def outcome(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process that ends by itself."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err
