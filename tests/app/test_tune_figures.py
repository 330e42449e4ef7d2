"""A study's charts and small multiples, from a study that was really run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from bdsg.app.pages.tune import mosaic, study_data, study_figures
from bdsg.app.pages.tune.study_data import Known, Trial, fenced
from bdsg.app.pages.tune.tune_choices import choices_of
from bdsg.config import ExperimentConfig
from bdsg.tuning.folder import StudyFolder
from tests.frontend.scripts import node
from tests.tuning.studies import made_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StudyFolder, Known]]:
    root = tmp_path_factory.mktemp("tune")
    with patch.dict("os.environ", {"BDSG_CACHE": str(root)}):
        folder = made_study(root)
        yield folder, study_data._read(folder)


def test_outliers_go_to_the_fences_and_are_counted() -> None:
    values = np.array([1.0, 1.1, 1.2, 1.3, 1.4, 90.0, -70.0])
    kept, moved = fenced(values)
    assert moved == 2
    low, high = np.quantile(values, [0.25, 0.75])
    assert kept.max() == pytest.approx(high + 3 * (high - low))
    assert kept.min() == pytest.approx(low - 3 * (high - low))
    np.testing.assert_array_equal(kept[:5], values[:5])
    assert fenced(np.full(9, 1.0))[1] == 0


def test_the_history_has_the_running_best(study: tuple[StudyFolder, Known]) -> None:
    _, known = study
    figure = study_figures.history(known, "bf1")
    values = 100 * np.array([trial.scores["bf1"] for trial in known.trials], float)  # in per cent
    np.testing.assert_allclose(figure.data[-1].y, np.maximum.accumulate(values))
    seconds = study_figures.history(known, "seconds")
    assert (np.diff(seconds.data[-1].y) <= 0).all()
    assert seconds.layout.yaxis.type == "log"


def test_the_seeds_are_shown_run_by_run(study: tuple[StudyFolder, Known]) -> None:
    folder, known = study
    rows = folder.bands()
    figure = study_figures.seeds(known, rows, "bf1")
    assert figure is not None
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert len(dots) == 5
    assert sorted(y for trace in dots for y in trace.y) == sorted(100 * row["scores"]["bf1"] for row in rows)
    means = [trace.y[0] for trace in figure.data if trace.mode == "lines"]
    assert means == sorted(means, reverse=True)
    assert study_figures.seeds(known, [], "bf1") is None


@pytest.mark.parametrize("goal", ["bf1", "seconds"])
def test_optunas_charts_carry_the_pages_names(study: tuple[StudyFolder, Known], goal: str) -> None:
    _, known = study
    parallel = study_figures.parallel(known, goal)
    names = [dimension.label for dimension in parallel.data[0].dimensions]
    assert names[:2] == ["Distance weight λ1", "Samples M"]
    logs = np.log10([trial.settings["boundary.lambda1"] for trial in known.trials])
    np.testing.assert_allclose(parallel.data[0].dimensions[0].values, logs)
    slices = study_figures.slices(known, goal)
    assert {note.text for note in slices.layout.annotations} == {"Distance weight λ1", "Samples M", "Hidden layers"}
    contour = study_figures.contour(known, goal, "boundary.lambda1", "data.samples")
    assert contour.layout.yaxis.title.text in ("Samples M", "Distance weight λ1")
    importance = study_figures.importance(known, goal)
    assert importance is not None
    assert sum(importance.data[0].x) == pytest.approx(100)


def test_colours_tell_good_from_poor(study: tuple[StudyFolder, Known]) -> None:
    _, known = study
    for goal in ("bf1", "level_error", "seconds"):
        shares, ends = mosaic.colour_shares(known.trials, known.trials, goal)
        ranks = [study_data.rank(trial, goal) for trial in known.trials]
        order = np.argsort(ranks)
        assert (np.diff(shares[order]) <= 1e-9).all()
        assert all(ends)


def test_of_many_trials_the_best_of_each_part_travel(study: tuple[StudyFolder, Known]) -> None:
    _, known = study
    x, y = known.plan.dimensions[:2]
    generator = np.random.default_rng(0)
    trials = [
        Trial(
            k,
            "complete",
            {
                x.name: x.low * (x.high / x.low) ** generator.random(),  # type: ignore[operator]
                y.name: int(y.low + (y.high - y.low) * generator.random()),  # type: ignore[operator]
            },
            {"bf1": float(generator.random())},
        )
        for k in range(3000)
    ]
    kept = mosaic._thinned(trials, x, y, "bf1")
    assert len(kept) <= 24 * 24
    assert max(trials, key=lambda trial: trial.scores["bf1"] or 0) in kept
    assert mosaic._thinned(trials[:600], x, y, "bf1") == trials[:600]


@pytest.mark.parametrize(
    "raw",
    [
        {"data": {"preset": "bimodal"}},
        {"data": {"preset": "ring", "samples": 99}, "boundary": {"lambda1": 3.25, "hidden": [8, 8]}, "seed": 4},
        {"data": {"preset": "paper_d"}, "boundary": {"learning_rate": 0.01}, "density": {"kind": "resflow"}},
        {"data": {"preset": "bimodal"}, "epsilon": 0.02, "delta": 0.01, "boundary": {"levels": 16}},
        {
            "data": {"mixture": {"weights": [1], "means": [[0, 0]], "covariances": [[[1, 0], [0, 1]]]}},
            "boundary": {"objective": "paper", "changes": [{"step": 3, "lambda2": 0.0}]},
        },
    ],
)
def test_choices_make_the_very_config_and_are_few(raw: dict[str, object]) -> None:
    config = ExperimentConfig.from_dict(raw)
    choices = choices_of(config)
    assert ExperimentConfig.from_dict(choices) == config
    assert sum(len(part) for part in choices.values() if isinstance(part, dict)) <= 8


SCRIPTS = ("core/arrays", "core/theme", "core/dom", "mosaic/cells", "mosaic/drawing")


def test_each_cell_shows_its_best_trial(tmp_path: Path) -> None:
    driver = """
    const cells = cellsOf([0, 0.1, 0.99, 1, 0.5], [0, 0.2, 1, 0.9, 0.5], [3, 1, 2, 5, 4], 2, 2);
    const log = { choices: [], low: 1, high: 100, log: true }, names = { choices: ["a", "b"] };
    const whole = { choices: [], low: 0, high: 5000, whole: true };
    print([[...cells].map(([key, { index, count }]) => [key, index, count]),
      [axisWords(log, 0.5), axisWords(names, 0.9), axisWords(whole, 1)],
      scoreColour(0, { dark: false }), scoreColour(1, { dark: false })]);
    """
    cells, words, poor, good = node(SCRIPTS, driver, folder=tmp_path)
    assert sorted(cells) == [[0, 1, 2], [3, 2, 3]]
    assert words == ["10", "b", "5,000"]
    assert poor[0] > poor[2]
    assert good[2] > good[0]
