"""The lock file agrees with requirements.txt, is complete, and names no index; what the audit says of it is true."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked() -> dict[str, list[str]]:
    """Each ``name==version`` and its hashes."""
    entries: dict[str, list[str]] = {}
    for line in LOCK.splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9.-]*==[^ ]+)", line):
            hashes = entries.setdefault(match[1], [])
        elif match := re.match(r"    --hash=sha256:([0-9a-f]{64})", line):
            hashes.append(match[1])
        else:
            assert line.lstrip().startswith("#"), line
    return entries


def test_every_pin_is_locked_with_its_hashes() -> None:
    entries = locked()
    assert all(entries.values()), [name for name, hashes in entries.items() if not hashes]
    pins = [line.split()[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    assert len(pins) > 15
    assert [pin for pin in pins if pin not in entries] == []
    assert len(entries) > 2 * len(pins)  # what they need in turn is there, too


def test_the_lock_names_no_index_and_how_it_was_made() -> None:
    assert not re.search(r"(?m)^--|https?:|file:", LOCK)
    assert "uv pip compile requirements.txt --universal" in LOCK.split("==", 1)[0]


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_audit_that_knows_nothing_does_not_say_that_all_is_well(audit: ModuleType) -> None:
    sound = {"name": "a", "version": "1", "vulns": []}
    broken = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1"}]}
    unknown = {"name": "c", "skip_reason": "not found"}
    assert audit.verdict([sound, broken, unknown]) == (1, "Known vulnerabilities:\nb 2: CVE-1")
    assert audit.verdict([unknown, unknown])[0] == 0
    assert audit.verdict([unknown, unknown])[1].startswith("Not audited: ")
    assert audit.verdict([sound, unknown]) == (0, "Audited 1 of 2 locked packages: no known vulnerability.")


def test_ci_audits() -> None:
    assert ".ci/audit" in (ROOT / ".ci" / "run").read_text()
