"""A study in PostgreSQL, where it is installed: a server of the test's own, on loopback."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bdsg.config import ExperimentConfig
from bdsg.errors import StoreError
from bdsg.tuning import report
from bdsg.tuning.driver import drive
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import parse_dimension
from bdsg.tuning.study import Study
from tests import needs
from tests.tuning.in_process import InProcess


def programs() -> Path | None:
    """Where initdb and pg_ctl are: not on the PATH in Debian."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), Path(shutil.which("initdb") or "").parent]
    return next((place for place in places if (place / "initdb").is_file()), None)


def owner() -> str | None:
    """Whom the server runs as: it refuses the superuser."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return None


@pytest.fixture
def url() -> Iterator[str]:
    """A fresh server's address."""
    where, user = programs(), owner()
    if where is None or user is None:
        raise needs.absent("No PostgreSQL: install Debian's package postgresql to test a study in it.")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="bdsg-postgresql-"))
    shutil.chown(folder, user)

    def call(program: str, *arguments: str) -> None:
        command = [str(where / program), "-D", str(folder / "data"), *arguments]
        as_user = {"user": user} if os.geteuid() == 0 else {}
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **as_user)  # type: ignore[call-overload]

    try:
        call("initdb", "-U", "bdsg", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://bdsg@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_study_is_kept_in_postgresql_and_goes_on(url: str, tmp_path: Path) -> None:
    raw = {"data": {"preset": "unimodal"}, "boundary": {"objective": "paper", "steps": 40}}
    config = ExperimentConfig.from_dict(raw)
    plan = Plan(config, (parse_dimension(config, "lambda1"),), ("bf1", "seconds"), trials=6, batch=3, seeds=1)
    folder = StudyFolder.named("far", tmp_path)
    folder.create(plan, url)
    first = Study(folder, create=True)
    left = first.ask(2)  # by a driver that is killed then
    list(drive(folder, InProcess))
    trials = Study(folder).trials()
    assert [trial.number for trial in trials] == list(range(6))
    assert {trial.state.name for trial in trials} == {"COMPLETE"}
    assert [trials[number].params for number, _ in left] == [values for _, values in left]
    assert report.facts(folder)["counts"] == {"complete": 6}
    assert not (folder.path / "study.db").exists()

    other = StudyFolder.named("far", tmp_path / "elsewhere")
    other.create(plan, url)
    with pytest.raises(StoreError, match="belongs to another folder"):
        Study(other, create=True)
