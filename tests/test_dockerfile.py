"""The image's recipe, read: what goes in, who runs it, and from which packages.  Nothing here builds it."""

from __future__ import annotations

import fnmatch
import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def instructions() -> list[tuple[str, str]]:
    """Each instruction and its argument, continued lines joined, comments left out."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def arguments(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path of ours out: the last pattern that matches decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and fnmatch.fnmatch(path.partition("/")[0], pattern):
            out = not line.startswith("!")
    return out


def test_the_base_is_named_exactly() -> None:
    bases = {argument.split()[0] for argument in arguments("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-[a-z]+", bases.pop())


def test_it_runs_as_a_user_without_rights() -> None:
    (user,) = arguments("USER")
    names = [instruction for instruction, _ in instructions()]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert names.index("USER") < names.index("CMD")
    after = [one for one in instructions()[names.index("USER") + 1 :] if one[0] in ("RUN", "COPY", "ADD")]
    assert after == []  # nothing is made in its name
    (owned,) = re.findall(r"install -d -o (\d+) -g (\d+) (/\S+)", " ".join(arguments("RUN")))
    assert owned == (*user.split(":"), arguments("VOLUME")[0])


def test_packages_come_from_the_lock_alone() -> None:
    installs = [run for run in arguments("RUN") if "pip install" in run]
    assert len(installs) == 1
    assert "--require-hashes -r requirements.lock" in installs[0]


def test_what_is_copied_is_there_and_nothing_else_gets_in() -> None:
    sources = [source for copy in arguments("COPY") if not copy.startswith("--from") for source in copy.split()[:-1]]
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source
    for path in ("tests", ".git", ".venv-ci", "docs", ".streamlit-secrets", "secrets.toml", "README.md", "deploy"):
        assert ignored(path), path
    assert arguments("ADD") == []


def test_it_writes_to_its_volume_alone_and_listens_where_the_healthcheck_asks() -> None:
    (volume,) = arguments("VOLUME")
    env = dict(re.findall(r"(\w+)=(\S+)", " ".join(arguments("ENV"))))
    assert all(env[name].startswith(volume) for name in ("HOME", "BDSG_CACHE", "NUMBA_CACHE_DIR"))
    assert env["OMP_NUM_THREADS"] == env["MKL_NUM_THREADS"] == "1"
    assert "127.0.0.1:8501/_stcore/health" in arguments("HEALTHCHECK")[0]
    assert arguments("EXPOSE") == ["8501"]
    command = json.loads(arguments("CMD")[0])
    assert command[:3] == ["streamlit", "run", "app.py"]
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"].get("port", 8501) == 8501
