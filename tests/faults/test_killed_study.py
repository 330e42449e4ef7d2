"""The process that runs a study is killed: the page says so, its workers go with it, and the study goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bdsg.app.pages.tune import study_process
from bdsg.tuning.driver import drive
from bdsg.tuning.study import Study
from tests.bench.app_memory import descendants
from tests.faults.doing import PATIENCE, until
from tests.pages.test_pages import fresh, opened
from tests.tuning.in_process import InProcess
from tests.tuning.studies import made_study

__all__ = ["fresh"]  # a fixture


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="This system has no /proc to find processes by.")
def test_a_killed_study_says_so_and_is_resumed(tmp_path: Path) -> None:
    folder = made_study(tmp_path, trials=4, seeds=0)
    plan = folder.plan()
    folder.create(type(plan)(**{**vars(plan), "trials": 5_000}), None)
    app = opened("tune", study=folder.identity())
    app.button(key="tune_resume").click().run()
    until(lambda: len(folder.clouds()) > 4)
    pid = int(folder.driver()["pid"])
    workers = descendants(pid)
    assert workers
    os.kill(pid, signal.SIGKILL)
    study_process._processes()[str(folder.path)].wait(PATIENCE)
    told = {trial.number: trial.datetime_complete for trial in Study(folder).trials() if trial.datetime_complete}
    app.run()
    assert [one.value for one in app.error] == [
        "The study's process was killed (signal 9): press Resume. Finished trials are kept."
    ]
    assert app.button(key="tune_resume").label == "Resume"
    until(lambda: not any(Path(f"/proc/{worker}/stat").exists() for worker in workers))

    total = 4 * (1 + max(trial.number for trial in Study(folder).trials()) // 4) + 4
    folder.create(type(plan)(**{**vars(plan), "trials": total}), None)
    list(drive(folder, InProcess))
    trials = Study(folder).trials()
    assert {trial.state.name for trial in trials} == {"COMPLETE"}
    assert len(trials) == total
    assert told.items() <= {trial.number: trial.datetime_complete for trial in trials}.items()
