"""A finished run as files for elsewhere: tables, and a script that runs it again."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.runs.result import TERMS, Result

_SCRIPT = '''"""Runs one experiment of BDSG {version} again, and says whether B(z) came out the same.

In BDSG's own folder, after pip install -r requirements.txt there:  python THIS_FILE
Anywhere, after pip install . in BDSG's own folder:  python THIS_FILE
Anywhere, without installing it:  PYTHONPATH=BDSG's_own_folder python THIS_FILE
"""

import hashlib
import sys

sys.path.append(".")  # BDSG's own folder, if this is run there
try:
    import numpy as np

    from bdsg import ExperimentConfig, run
except ModuleNotFoundError as missing:
    sys.exit(
        f"Python finds no package {{missing.name}}. Go to BDSG's own folder, run pip install -r requirements.txt, "
        "and run this file from there. After pip install . in that folder it runs from anywhere."
    )

CONFIG = r"""
{config}
"""
SHA256 = "{digest}"  # of B(z), as the first run made it
SCORES = {scores}  # of the first run
TOLERANCE = {tolerance}  # of scores of the objective ours, from one processor to another

*_, result = run(ExperimentConfig.from_json(CONFIG))
boundary, scores = result.arrays.boundary, result.summary["scores"]
print("BP1:", scores["bp1"], " boundary recall:", scores["boundary_recall"], " BF1:", scores["bf1"])
apart = max(abs((scores[name] or 0.0) - (score or 0.0)) for name, score in SCORES.items())
why = "another processor, or another version of a package, rounds otherwise"
if hashlib.sha256(boundary.tobytes()).hexdigest() == SHA256:
    print("B(z) is the same, bit for bit.")
elif apart <= TOLERANCE:
    print(f"B(z) differs in its bits: {{why}}. Its scores are the first run's within {{TOLERANCE:g}}.")
else:
    print(f"B(z) differs from the first run: {{why}}. A score is {{apart:.3f}} off.")
    print("{further}")
np.savetxt("boundary.csv", boundary, delimiter=",", header="x,y", comments="", fmt="%.17g")
'''


TOLERANCE = 0.01
"""How far BP1, boundary recall and BF1 of one config may lie apart on two processors, objective ours."""

_FURTHER = {
    "ours": f"That is more than the {TOLERANCE:g} to be expected: are the versions of the packages the same?",
    "paper": "The paper's loss ends elsewhere when it is rounded otherwise, as with another seed: compare many seeds.",
}


def script(result: Result) -> str:
    """A Python program that runs the same config and says whether B(z) came out the same, bit for bit or by its scores.

    Bits agree on one processor with the same versions of packages; on another one, the scores of ours do.
    """
    return _SCRIPT.format(
        version=__version__,
        config=result.config.to_json(),
        digest=hashlib.sha256(np.ascontiguousarray(result.arrays.boundary).tobytes()).hexdigest(),
        scores={name: result.summary["scores"][name] for name in ("bp1", "boundary_recall", "bf1")},
        tolerance=TOLERANCE,
        further=_FURTHER[result.config.boundary.objective],
    )


def boundary_table(result: Result) -> str:
    """CSV of B(z): x, y and the natural-log densities there, of the data and of the model, per unit area.

    In the units of the config, if it names any: points and densities alike.
    """
    names, units = ("boundary_log_p_x", "boundary_log_p_g"), result.config.data.units
    larger = math.log(math.prod(units.scale)) if units else 0.0  # an area of 1, in those units
    columns = [*_shown(result, "boundary").T, *(getattr(result.arrays, name) - larger for name in names)]
    return _csv((*_names(result), "log_p_x", "log_p_g"), zip(*(column.tolist() for column in columns), strict=True))


def verdict_table(config: ExperimentConfig, points: np.ndarray, epsilon: float) -> str:
    """CSV of points (n, 2) of the plane: row, x, y, log p_x, and whether it is ε or more: 1 for normal.

    In the units of the config, if it names any: points and densities alike.
    """
    units = config.data.units
    larger = math.log(math.prod(units.scale)) if units else 0.0
    log_density = GaussianMixture.from_config(config.data).log_prob(points)
    names, shown = (units.names, units.of(points)) if units else (("x", "y"), points)
    rows = zip(range(1, len(points) + 1), *shown.T.tolist(), (log_density - larger).tolist(), strict=True)
    normal = log_density >= math.log(epsilon)
    return _csv(
        ("row", *names, "log_p_x", "normal"), ((*row, int(is_in)) for row, is_in in zip(rows, normal, strict=True))
    )


def data_table(result: Result) -> str:
    """CSV of the training samples: x, y and the number of the mode that each came from."""
    columns = [*_shown(result, "data").T, result.arrays.data_modes]
    return _csv((*_names(result), "mode"), zip(*(column.tolist() for column in columns), strict=True))


def _names(result: Result) -> tuple[str, ...]:
    units = result.config.data.units
    return units.names if units else ("x", "y")


def _shown(result: Result, name: str) -> np.ndarray:
    """Points of the result, (n, 2), in the units that they are shown in."""
    units, points = result.config.data.units, getattr(result.arrays, name)
    return units.of(points) if units else points


def loss_table(result: Result) -> str:
    """CSV of the loss and its unweighted terms (eq. 3), one row a snapshot."""
    arrays = result.arrays
    rows = zip(arrays.snapshot_steps.tolist(), arrays.snapshot_terms.tolist(), strict=True)
    return _csv(("step", *TERMS), ((step, *terms) for step, terms in rows))


def score_table(scores: dict[str, Any]) -> str:
    """CSV of all scores, one a row; nested ones with dots in their names, missing ones empty."""
    return _csv(("score", "value"), _flat("", scores))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else None
    if items is None:
        yield prefix, value
        return
    for name, inner in items:
        yield from _flat(f"{prefix}.{name}" if prefix else str(name), inner)


def _csv(header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    """Python's own shortest form of each number, which reads back to the same bits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
