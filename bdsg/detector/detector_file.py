"""A fitted detector on disk: one sealed file of arrays and JSON, checked when it is read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bdsg.data.mixture import GaussianMixture
from bdsg.errors import StoreError
from bdsg.runs.directory import damaged, explained, read_sealed, sealed, write_atomically

FILE = "detector.safetensors"
KIND = "BDSGDetector"

LARGEST = 1e140
"""Sizes of values lie between one over this and this: their squares are numbers then."""


class SavedDetector(NamedTuple):
    """What a detector learned.

    Attributes:
        parameters: of the estimator, but for its random state.
        mixture: p_g in scaled units.
        centre, scale: of the table's columns, (d,) each.
        units: deviations of what the mixture is fitted to, in the table's units, (k,).
        components: principal components of a wide table, (k, d); None where k = d.
        residual: variance that the components leave.
        offset: log ε.
        seed: of B(z).
        names: of the columns; empty where they have none.
        chosen: what the mixture is averaged from.
    """

    parameters: dict[str, Any]
    mixture: GaussianMixture
    centre: np.ndarray
    scale: np.ndarray
    units: np.ndarray
    components: np.ndarray | None
    residual: float
    offset: float
    seed: int
    names: list[str]
    chosen: list[dict[str, Any]]


def write_detector(saved: SavedDetector, directory: str | Path) -> None:
    """Write a detector's file, whole or not at all.

    Raises:
        StoreError: the directory cannot be written.
    """
    folder = Path(directory)
    arrays = {name: getattr(saved.mixture, name) for name in ("weights", "means", "covariances")}
    arrays |= {"centre": saved.centre, "scale": saved.scale, "units": saved.units}
    if saved.components is not None:
        arrays["components"] = saved.components
    facts = {name: getattr(saved, name) for name in ("parameters", "offset", "residual", "seed", "names", "chosen")}
    payload = sealed(FILE, arrays, {"kind": KIND, **facts})
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / FILE, payload)


def read_detector(directory: str | Path) -> SavedDetector:
    """Read what :func:`write_detector` wrote.

    Raises:
        StoreError: the file is missing, cut, altered, or of another version or kind.
    """
    path = Path(directory) / FILE
    arrays, facts = read_sealed(path)
    if facts.get("kind") != KIND:
        raise StoreError(f"{path} holds no detector: name a directory that `python -m bdsg fit` wrote.")
    try:
        found = SavedDetector(
            parameters=facts["parameters"],
            mixture=GaussianMixture(arrays["weights"], arrays["means"], arrays["covariances"]),
            centre=arrays["centre"],
            scale=arrays["scale"],
            units=arrays["units"],
            components=arrays.get("components"),
            residual=float(facts["residual"]),
            offset=float(facts["offset"]),
            seed=int(facts["seed"]),
            names=facts["names"],
            chosen=facts["chosen"],
        )
        _check(found)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise damaged(path, str(error)) from error
    return found


def _check(saved: SavedDetector) -> None:
    """Raises ValueError where parts do not fit each other, or are no finite numbers."""
    width = saved.mixture.means.shape[1]
    columns = width if saved.components is None else saved.components.shape[-1]
    shapes: dict[str, tuple[int, ...]] = {"centre": (columns,), "scale": (columns,), "units": (width,)}
    if saved.components is not None:
        shapes["components"] = (width, columns)
    for name, shape in shapes.items():
        array = getattr(saved, name)
        if array.shape != shape or array.dtype != np.float64 or not (np.abs(array) <= LARGEST).all():
            raise ValueError(f"the array {name} must hold finite numbers of the shape {shape}")
    if not (np.abs(saved.mixture.means) <= LARGEST).all():
        raise ValueError("the Gaussians are too far away")
    if saved.components is not None and not (np.abs(saved.components) < 1.001).all():
        raise ValueError("principal components have the length 1")
    if not ((saved.scale > 0).all() and (saved.units > 0).all() and 0 < saved.residual < math.inf):
        raise ValueError("deviations must be above 0")
    if not (math.isfinite(saved.offset) and 0 <= saved.seed < 2**31):
        raise ValueError("the threshold or the seed is out of range")
    named = isinstance(saved.names, list) and all(isinstance(name, str) for name in saved.names)
    if not named or len(saved.names) not in (0, columns):
        raise ValueError(f"there must be {columns} names, or none")
    if not (isinstance(saved.chosen, list) and isinstance(saved.parameters, dict)):
        raise ValueError("its parts are not as they were written")
