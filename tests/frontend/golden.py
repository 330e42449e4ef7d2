"""What Python's side says, for the browser's unit tests: ``python -m tests.frontend.golden`` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import RectBivariateSpline

from bdsg.boundary.generators.levels_numpy import LevelBoundary
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.metrics import Band, Field, score, truth_field
from bdsg.metrics.summary import ScoredPoints
from tests import needs
from tests.test_number_text import CASES

FOLDER = needs.ROOT / "bdsg" / "frontend" / "tests" / "golden"
EPSILON, RATIO = 0.01, 0.1
LEVELS = (0.002, 0.004, 0.01, 0.02)
NODES, FINE = 20, 40
COUNTED = ("tp", "fp", "fn", "tn", "components", "components_covered")
MEASURED = ("auroc", "bp1", "bp2", "boundary_recall", "bf1")
CLASSES = ("precision", "recall", "f1", "accuracy")


def files() -> dict[str, Any]:
    """Each file's contents by its name."""
    return {"formats": _formats(), "spline": _spline(), "evaluation": _evaluation()}


def _formats() -> list[Any]:
    return [[name, given[0], text] for name, given, text in CASES if len(given) == 1]


def _spline() -> dict[str, Any]:
    generator = np.random.default_rng(0)
    low, high, shape = (-1.0, 0.0), (2.0, 4.0), (7, 9)
    x, y = (np.linspace(low[k], high[k], shape[1 - k]) for k in (0, 1))
    values, points = generator.normal(size=shape), generator.uniform(low, high, (50, 2))
    found = RectBivariateSpline(y, x, values).ev(points[:, 1], points[:, 0])
    told = {"values": values.ravel(), "points": points, "found": found}
    return {"shape": shape, "low": low, "high": high, **{name: part.tolist() for name, part in told.items()}}


def _evaluation() -> dict[str, Any]:
    """A run of two modes on coarse grids, its scores at two levels, and B(z, ε) of a network that nobody trained."""
    generator, numbers = np.random.default_rng(3), PRESETS["bimodal_separate"].mixture
    mixture = GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"])
    model = GaussianMixture(mixture.weights, mixture.means + 0.1, mixture.covariances * 1.2)
    modes = generator.integers(2, size=150)
    centre = mixture.means[modes]
    angle, radius = generator.uniform(0, 5, 150), 2.9 + 0.3 * generator.standard_normal(150)
    boundary = (centre + (radius * np.array([np.cos(angle), np.sin(angle)])).T).astype(np.float32)
    low, high = centre.min(0) - 5.5, centre.max(0) + 5.5
    grid, fine = (_grid(mixture, low, high, nodes) for nodes in (NODES, FINE))
    levels, latent = _levels(generator), generator.normal(size=(150, 2)).astype(np.float32)
    log_p_g, log_p = _grid(model, low, high, NODES).values, mixture.log_prob(boundary)
    parts = {
        **{"grid_x": grid.x, "grid_y": grid.y, "field_x": fine.x, "field_y": fine.y},
        **{"log_p_x": grid.values, "log_p_g": log_p_g, "field": fine.values},
        **{"boundary": boundary, "boundary_log_p_x": log_p, "boundary_latent": latent, "data": centre},
        **{"ray_points": centre, "ray_log_p_g": log_p, "ray_index": np.zeros(150, np.int32), "known_log_p_x": log_p},
        **{f"mixture_{name}": getattr(mixture, name) for name in ("log_scales", "means", "whiteners")},
        **{f"level_{name}": values for name, values in levels.items()},
    }
    own = truth_field(mixture, EPSILON * RATIO)
    scored = {
        str(epsilon): score(
            Band(epsilon, epsilon * RATIO),
            truth=own if epsilon == EPSILON else fine,
            grid=grid,
            log_p_g=log_p_g,
            boundary=ScoredPoints(boundary, log_p, model.log_prob(boundary)),
            data=centre,
            data_modes=modes,
            model_samples_log_p_x=log_p,
        ).to_dict()
        for epsilon in (EPSILON, 0.02)
    }
    classes = {"normal": scored[str(EPSILON)], "anomalous": scored[str(EPSILON)]["anomalous"]}
    moved = LevelBoundary(levels)
    return {
        "arrays": {name: _array(name, values) for name, values in parts.items()},
        "trained": {"epsilon": EPSILON, "low": _ends(own, 0), "high": _ends(own, -1), "nodes": len(own.x)},
        "ratio": RATIO,
        "scores": {name: {key: of[key] for key in (*COUNTED, *MEASURED)} for name, of in scored.items()},
        "classes": {kind: {key: of[key] for key in CLASSES} for kind, of in classes.items()},
        "points": [{"epsilon": at, "boundary": moved.points(latent, at).ravel().tolist()} for at in LEVELS],
        "densities": log_p.tolist(),
    }


def _grid(mixture: GaussianMixture, low: np.ndarray, high: np.ndarray, nodes: int) -> Field:
    x, y = (np.linspace(low[k], high[k], nodes) for k in (0, 1))
    return Field(
        x, y, mixture.log_prob(np.stack([part.ravel() for part in np.meshgrid(x, y)], -1)).reshape(nodes, nodes)
    )


def _levels(generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Three levels, two branches, three harmonics, as ``LevelGenerator.export`` has them."""
    return {
        "log_epsilons": np.log([LEVELS[0], 0.0063, LEVELS[-1]]),
        "edges": np.array([[0.5, 1.0], [0.4, 1.0], [0.6, 1.0]]),
        "centres": generator.normal(size=(3, 2, 2)),
        "axes": generator.normal(size=(3, 2, 2, 2)),
        "radii": np.array([1.0, 2.0]),
        **{"weight_0": generator.normal(size=(5, 10)), "bias_0": generator.normal(size=5)},
        **{"weight_1": generator.normal(size=(2, 5)), "bias_1": generator.normal(size=2)},
    }


def _array(name: str, values: np.ndarray) -> dict[str, Any]:
    """An array as it is packed: in double precision where the payload has it so."""
    double = name.startswith(("grid_", "field_", "mixture_"))
    kind = values.dtype if values.dtype == np.int32 else np.dtype(np.float64 if double else np.float32)
    return {"type": kind.name, "shape": values.shape, "values": values.astype(kind).ravel().tolist()}


def _ends(field: Field, k: int) -> list[float]:
    return [float(field.x[k]), float(field.y[k])]


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for name, contents in files().items():
        Path(FOLDER / f"{name}.json").write_text(json.dumps(contents, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
