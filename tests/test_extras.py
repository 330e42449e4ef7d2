"""Without an extra's packages the detector works, and each other part says what to install."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = {
    "app": ("streamlit", "plotly"),
    "tune": ("optuna", "cmaes", "distributed", "dask"),
    "images": ("pooch", "requests"),
    "parquet": ("pyarrow",),
}
BLOCK = """
import importlib.abc, sys
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
"""


def without(names: tuple[str, ...], code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A process in which packages are not there."""
    command = [sys.executable, "-c", BLOCK.format(names=set(names)) + f"sys.path.insert(0, {str(ROOT)!r})\n" + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def test_the_slim_install_fits_scores_runs_and_draws_the_boundary(tmp_path: Path) -> None:
    boundary = {"steps": 5, "snapshots": 2, "hidden": [8], "batch_size": 32}
    (tmp_path / "c.json").write_text(json.dumps({"data": {"preset": "bimodal", "samples": 50}, "boundary": boundary}))
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{k % 7},{k * k % 5}\n" for k in range(50)))
    code = (
        "import bdsg\nfrom bdsg.__main__ import main\n"
        "assert main(['run', 'c.json', '--out', 'r', '--quiet']) == 0\n"
        "assert main(['demo', 'c.json', '--out', 'p']) == 0\n"
        "assert main(['fit', 't.csv', '--out', 'd']) == 0\n"
        "assert main(['score', 'd', 't.csv']) == 0\n"
        "assert main(['rivals', 'c.json', '--methods', 'mixture', '--quiet']) == 0\n"
        "assert bdsg.BDSGDetector.load('d').predict([[0, 0]]).shape == (1,)\n"
    )
    done = without(tuple(name for names in EXTRAS.values() for name in names), code, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("tune", "import sys; from bdsg.__main__ import main; sys.exit(main(['tune', 'show']))"),
        ("images", "import sys; from bdsg.__main__ import main; sys.exit(main(['images', 'digits', '--out', 'o']))"),
        ("parquet", "import sys; from bdsg.__main__ import main; sys.exit(main(['fit', 't.parquet', '--out', 'o']))"),
        ("app", "import bdsg.figures"),
        ("app", "import bdsg.app.visit.session"),
        ("tune", "import bdsg.tuning.study"),
        ("images", "import bdsg.data.images"),
    ],
)
def test_a_part_without_its_packages_says_what_to_install(extra: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1....PAR1")
    done = without(EXTRAS[extra], code, tmp_path)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith(f'is not installed, which this part needs: pip install "bdsg[{extra}]".'), done.stderr
    assert ("Traceback" in done.stderr) == ("main" not in code)
    assert {path.name for path in tmp_path.iterdir()} == {"t.parquet"}
