"""The vectorised exponential against NumPy's, and kernels where nothing can be cached."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np

from bdsg.numerics import numba_cache

ROOT = Path(__file__).resolve().parents[2]


@numba_cache.kernel
def one_by_one(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = numba_cache.exponential(x[i])


def exponentials(x: np.ndarray) -> np.ndarray:
    out = np.empty_like(x)
    one_by_one(x, out)
    return out


def test_exponentials_match_double_precision() -> None:
    x = np.linspace(-86.5, 86.5, 200_001).astype(np.float32)
    truth = np.exp(x.astype(np.float64))
    assert np.abs(exponentials(x) / truth - 1.0).max() < 3e-7


def test_exponentials_of_far_arguments_stay_finite() -> None:
    far = exponentials(np.array([-1e30, 1e30, 0.0], np.float32))
    assert np.isfinite(far).all()
    assert far[0] < 1e-37
    assert far[1] > 1e37
    assert far[2] == 1.0


@numba_cache.kernel
def logarithms(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = numba_cache.logarithm(x[i])


@numba_cache.kernel
def large(x: np.ndarray, out: np.ndarray) -> None:
    one_by_one(x, out)
    logarithms(out, x)
    one_by_one(out, x)
    logarithms(x, out)


@numba_cache.kernel
def caller(x: np.ndarray, out: np.ndarray) -> None:
    large(x, out)
    large(out, x)


def test_called_kernels_are_inlined_so_that_no_process_links_another_copy() -> None:
    fresh: Any = numba.jit(**caller.targetoptions)(caller.py_func)  # type: ignore[attr-defined]
    fresh(np.zeros(3, np.float32), np.zeros(3, np.float32))
    machine_code = "".join(fresh.inspect_asm().values())
    symbols = set(re.findall(r"_ZN\w*large\w*", machine_code))
    assert all("NumbaEnv" in symbol for symbol in symbols), symbols


def test_logarithm_matches_double_precision() -> None:
    x = np.concatenate([np.exp(np.linspace(-86, 87, 100_001)), np.linspace(0.5, 2, 100_001)]).astype(np.float32)
    out, truth = np.empty_like(x), np.log(x.astype(np.float64))
    logarithms(x, out)
    assert (np.abs(out - truth) / np.maximum(1.0, np.abs(truth))).max() < 2e-7
    special = np.array([0.0, -1.0, np.nan, np.inf, 1.0], np.float32)
    logarithms(special, out)
    np.testing.assert_array_equal(out[:5], [-np.inf, -np.inf, np.nan, np.inf, 0.0])


def test_nan_is_not_swallowed() -> None:
    assert np.isnan(exponentials(np.array([np.nan], np.float32)))[0]


EXPONENTIAL = (
    "import numpy as np\n"
    "from bdsg.numerics.numba_cache import exponential\n"
    "print(exponential(np.float32(0.0)), exponential._cache.cache_path)\n"
)
WHICH_CACHE = EXPONENTIAL.replace("exponential._cache.cache_path", "type(exponential._cache).__name__")


COPIED = (
    "__init__.py",
    "folders.py",
    *(f"compat/{name}.py" for name in ("__init__", "numba_caching")),
    *(f"numerics/{name}.py" for name in ("__init__", "numba_cache")),
)


def printed_by(code: str, folder: Path, **environment: str | None) -> str:
    """What a process prints that compiles a kernel of a copy of the package, which cannot keep it beside its source."""
    package = folder / "bdsg"
    if not package.exists():
        for part in ("compat", "numerics"):
            (package / part).mkdir(parents=True)
        for name in COPIED:
            shutil.copy(ROOT / "bdsg" / name, package / name)
        (package / "numerics" / "__pycache__").write_text("a file is in the way, for the superuser as well")
    own = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_CACHE_DIR": None}
    variables = {**os.environ, **own, **environment}
    given = {name: value for name, value in variables.items() if value is not None}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=given, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_kernel_compiles_where_no_cache_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = printed_by(WHICH_CACHE, tmp_path, BDSG_CACHE=str(tmp_path / "file" / "below"))
    assert said == "1.0 NullCache"


def test_without_a_home_machine_code_lies_where_runs_do(tmp_path: Path) -> None:
    """Numba's own cache is then a folder called ``~`` where the process happens to be."""
    without = (
        "import os\nos.environ.pop('HOME', None)\nimport pwd\ndef nobody(n): raise KeyError\npwd.getpwuid = nobody\n"
    )
    cleared = {"HOME": None, "XDG_CACHE_HOME": None, "BDSG_CACHE": None, "NUMBA_CACHE_DIR": None}
    (tmp_path / "temporary").mkdir()
    said = printed_by(without + EXPONENTIAL, tmp_path, **cleared, TMPDIR=str(tmp_path / "temporary"))
    assert said.startswith(f"1.0 {tmp_path}/temporary/bdsg/kernels/")
    assert list((tmp_path / "temporary" / "bdsg" / "kernels").rglob("*.nbi"))
    assert {path.name for path in tmp_path.iterdir()} == {"bdsg", "temporary"}


def test_machine_code_of_somebody_else_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    pretend = "import os\nreal = os.geteuid()\nos.geteuid = lambda: real + 1\n"
    said = printed_by(pretend + WHICH_CACHE, tmp_path, BDSG_CACHE=str(tmp_path / "cache"))
    assert said == "1.0 NullCache"


def test_kernels_are_compiled_even_where_numba_is_switched_off(tmp_path: Path) -> None:
    code = "import numba\n" + EXPONENTIAL + "print(numba.config.DISABLE_JIT, type(exponential).__name__)\n"
    said = printed_by(code, tmp_path, NUMBA_DISABLE_JIT="1", BDSG_CACHE=str(tmp_path / "c"))
    assert said.splitlines()[1] == "1 CPUDispatcher"


def test_a_changed_kernel_takes_those_that_call_it_along(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(
        "from bdsg.numerics.numba_cache import kernel\nfrom callee import SHIFT, inner\n"
        "@kernel\ndef outer(x):\n    return inner(x) + SHIFT\n"
    )
    found = []
    for factor, shift in ((2, 0.5), (2, 0.5), (3, 0.5), (3, 0.25)):
        (tmp_path / "callee.py").write_text(
            f"from bdsg.numerics.numba_cache import kernel\nSHIFT = {shift}\n"
            f"@kernel\ndef inner(x):\n    return {factor} * x\n"
        )
        code = "import caller; print(caller.outer(10.0), sum(caller.outer.stats.cache_hits.values()))"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"  # files of one size and second would count as unchanged
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        found.append(done.stdout.split())
    assert found == [["20.5", "0"], ["20.5", "1"], ["30.5", "0"], ["30.25", "0"]]
