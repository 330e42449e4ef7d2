"""One thread inside of every entry point, looked at from inside; and the caller's own numbers come back."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
import torch
from threadpoolctl import ThreadpoolController, threadpool_limits

import bdsg
from bdsg import BDSGDetector
from bdsg.config import ExperimentConfig
from bdsg.errors import EmptyBoundaryError
from bdsg.experiments.run_experiment import run
from bdsg.numerics.threads import limited_threads
from tests.entry_points import CONFIG, ROWS, entry_points

LIBRARIES = ThreadpoolController().lib_controllers
COMPUTES = tuple(
    str(Path(bdsg.__path__[0], place)) for place in ("boundary/", "density/", "rivals/", "images/model", "quality")
)
NAMES_ONLY = ("registry.py", "image_settings.py", "contract.py", "report.py")
"""Files whose functions compute, and those among them that do not."""

OFTEN = 5
"""Calls of one function that are looked at: the rest would only take time."""

MIXTURES = ("_fit", "_cross_validate", "_stack", "log_prob", "_log_density", "fit_predict")
"""Functions of mixtures that compute; others are called where a config is read."""


def numbers() -> tuple[int, ...]:
    """Threads of PyTorch, and of each library that the process has loaded; OpenMP is asked in the main thread alone."""
    main = threading.current_thread() is threading.main_thread()
    libraries = (one.num_threads if main or one.user_api == "blas" else 1 for one in LIBRARIES)
    return (torch.get_num_threads(), *libraries)


@pytest.fixture
def two() -> Iterator[tuple[int, ...]]:
    """Two threads for everything, as a caller may have set; given back afterwards."""
    before = torch.get_num_threads()
    with threadpool_limits(2):
        torch.set_num_threads(2)
        assert set(numbers()) == {2}
        yield numbers()
        torch.set_num_threads(before)


class Watch:
    """Notes the numbers of threads at each call of a function that computes, in any thread."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, ...]] = set()
        self.places: Counter[str] = Counter()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        file, name = code.co_filename, code.co_name
        if event == "call" and (file.startswith(COMPUTES) or name in MIXTURES) and not file.endswith(NAMES_ONLY):
            self.places[f"{file}:{name}"] += 1
            if self.places[f"{file}:{name}"] <= OFTEN:
                self.seen.add(numbers())

    def during(self, call: Callable[[], Any]) -> Any:
        threading.setprofile(self)
        sys.setprofile(self)
        try:
            return call()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[[], Any]]:
    return entry_points(tmp_path_factory.mktemp("entries"))


NAMES = (
    *(f"BDSGDetector.{name}" for name in ("fit", "score_samples", "decision_function", "predict", "boundary_samples")),
    *("fit_mixture", "run", "density_from_parameters", "contest", "train_together", "run_batch", "run_unit"),
    *(f"bdsg {name}" for name in ("run", "score", "fit", "rivals", "images")),
)


@pytest.mark.parametrize("name", NAMES)
def test_within_an_entry_point_there_is_one_thread(
    name: str, calls: dict[str, Callable[[], Any]], two: tuple[int, ...]
) -> None:
    watch = Watch()
    watch.during(calls[name])
    assert watch.seen == {(1,) * len(two)}
    assert numbers() == two


def test_every_entry_point_is_among_them(calls: dict[str, Callable[[], Any]]) -> None:
    assert set(calls) == set(NAMES)


def test_the_callers_numbers_come_back_after_a_failure(two: tuple[int, ...]) -> None:
    detector = BDSGDetector(epsilon=1e9, random_state=0).fit(ROWS)
    for call, error in (
        (lambda: detector.boundary_samples(3), EmptyBoundaryError),
        (lambda: detector.score_samples(np.full((1, 3), np.nan)), ValueError),
        (lambda: BDSGDetector().fit(np.ones((5, 2))), ValueError),
        (lambda: list(run(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "epsilon": 0.5}))), ValueError),
    ):
        with pytest.raises(error):
            call()
        assert numbers() == two


def test_runs_that_overlap_keep_to_one_thread_until_the_last_has_ended(two: tuple[int, ...]) -> None:
    first, second = run(CONFIG), run(CONFIG)
    next(first)
    next(second)
    first.close()  # type: ignore[attr-defined]
    assert set(numbers()) == {1}
    second.close()  # type: ignore[attr-defined]
    assert numbers() == two


def test_threads_that_overlap_each_get_their_number_back(two: tuple[int, ...]) -> None:
    entered, leave = threading.Event(), threading.Event()

    def other() -> tuple[tuple[int, ...], int]:
        with limited_threads():
            entered.set()
            leave.wait(30)
            within = numbers()
        return within, torch.get_num_threads()

    with ThreadPoolExecutor(1) as pool, limited_threads():
        future = pool.submit(other)
        assert entered.wait(30)
        with limited_threads(2):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 1
        leave.set()
        assert future.result() == ((1,) * len(two), 2)
        assert set(numbers()) == {1}
    assert numbers() == two
