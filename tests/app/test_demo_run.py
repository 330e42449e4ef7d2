"""The landing page's run is a real one, of the present preset, and what is said of it is true."""

from __future__ import annotations

import re

import numpy as np
import pytest

from bdsg.app.components import demo_run
from bdsg.config import ExperimentConfig
from bdsg.data.window import Window
from bdsg.experiments.score import plane_mixture
from bdsg.metrics import Band, boundary_scores, truth_field
from bdsg.metrics.boundary import probe_contour
from bdsg.runs.tensor_file import unpack

CONFIG = ExperimentConfig.from_dict(demo_run.CONFIG)


@pytest.fixture(scope="module")
def last() -> np.ndarray:
    """B(z) in the last frame, in data units."""
    arrays, meta = unpack(demo_run.payload())
    low, high = np.array(meta["low"]), np.array(meta["high"])
    points = Window(low, high).points_of(arrays["frames"][-1])
    return points


def test_it_is_the_run_of_the_present_config() -> None:
    arrays, meta = unpack(demo_run.payload())
    assert meta["run"] == CONFIG.key(), "run `python -m bdsg.app.components.demo_run` to prepare it anew"
    assert arrays["steps"][0] == 0
    assert arrays["steps"][-1] == CONFIG.boundary.steps
    assert len(demo_run.payload()) < 400_000


def test_its_caption_agrees_with_its_points(last: np.ndarray) -> None:
    mixture, band = plane_mixture(CONFIG), Band(CONFIG.epsilon, CONFIG.delta)
    said = [float(number) / 100 for number in re.findall(r"([\d.]+) %", demo_run.caption())]
    log_p_x = mixture.log_prob(last)
    found = boundary_scores(probe_contour(truth_field(mixture, CONFIG.delta), band), band, last, log_p_x)
    assert found.bp1 == pytest.approx(said[0], abs=0.02)
    assert found.boundary_recall == pytest.approx(said[1], abs=0.02)
    assert f"Components covered {found.components_covered} of {found.components}." in demo_run.caption()


def test_its_points_moved(last: np.ndarray) -> None:
    arrays, _ = unpack(demo_run.payload())
    travelled = np.abs(np.diff(arrays["frames"].astype(int), axis=0)).sum(axis=(0, 2))
    assert travelled.min() > 0
    assert len(last) == demo_run.POINTS
