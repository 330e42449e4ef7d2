"""What tuning costs: trials together and one by one, Dask and the storage per trial, two workers, and the page.

``python -m tests.bench.tune [--only SECTION …] [--count N] [--out DIR]``; writes tune.md and tune.json and prints them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import optuna
import torch

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.experiments.run_experiment import run
from bdsg.tuning.driver import drive
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.plan import Plan
from bdsg.tuning.pool import Pool
from bdsg.tuning.space import Dimension, applied, parse_dimension
from bdsg.tuning.study import Study
from bdsg.tuning.task import run_batch
from bdsg.tuning.trial_result import Outcome, Task
from tests.bench.reports import Row, machine, table, write
from tests.tuning.in_process import InProcess

VARIED = ("lambda1", "lambda2", "samples=256:4096:log", "learning_rate")


def base(objective: str, **boundary: object) -> ExperimentConfig:
    """The bimodal preset, closed form."""
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "boundary": {"objective": objective, **boundary}})


def space(config: ExperimentConfig) -> tuple[Dimension, ...]:
    """What varies."""
    return tuple(parse_dimension(config, text) for text in VARIED)


def configs(config: ExperimentConfig, count: int) -> list[ExperimentConfig]:
    """Configs as Optuna's random sampler draws them."""
    with tempfile.TemporaryDirectory() as folder:
        study = _study(Path(folder), config, "random", count)
        return [applied(config, values) for _, values in study.ask(count)]


def _study(root: Path, config: ExperimentConfig, sampler: str, trials: int) -> Study:
    folder = StudyFolder(root / sampler)
    folder.create(Plan(config, space(config), sampler=sampler, trials=trials, seeds=0), None)
    return Study(folder, create=True)


def task(chosen: list[ExperimentConfig], config: ExperimentConfig) -> Task:
    """A batch of them."""
    box = Plan(config, space(config)).box()
    return Task(__version__, tuple((k, one.to_json()) for k, one in enumerate(chosen)), box)


def together(count: int, rounds: int) -> list[Row]:
    """Wall and processor time a config, from its JSON to its scores: by itself, and in one batch; rounds in turn."""
    rows: list[Row] = []
    for objective in ("ours", "paper"):
        config = base(objective)
        chosen = configs(config, count)
        ways: dict[str, Callable[[], object]] = {"one after another": lambda c=chosen: [list(run(one)) for one in c]}
        for threads in (1, 2):
            ways[f"together, threads: {threads}"] = lambda n=threads, c=chosen, b=config: run_batch(task(c, b), n)
        run_batch(task(chosen[:2], config))  # loads code
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, call in ways.items():
                begun, worked = time.perf_counter(), time.process_time()
                call()
                times[name].append(((time.perf_counter() - begun) / count, (time.process_time() - worked) / count))
        wall, processor = (statistics.median(one[k] for one in times["one after another"]) for k in (0, 1))
        for name, found in times.items():
            mine = [statistics.median(one[k] for one in found) for k in (0, 1)]
            row = {"configs": f"{objective}, {count} {name}", "ms a config": 1e3 * mine[0], "share": mine[0] / wall}
            rows.append({**row, "processor's ms": 1e3 * mine[1], "its share": mine[1] / processor})
    return rows


def overhead(count: int, _: int) -> list[Row]:
    """What Dask itself takes for a batch: one that is sent back at once, with the outcomes of a real one."""
    config, rows = base("paper", steps=1), list[Row]()
    pool = Pool(workers=1)
    try:
        for size in (1, 16, 64):
            part = task(configs(config, size), config)
            outcomes = _through(pool, [part])
            times, worked = list[float](), time.process_time()
            for _once in range(count):
                begun = time.perf_counter()
                pool._client.submit(_echo, part, outcomes, pure=False).result()
                times.append(1e3 * (time.perf_counter() - begun))
            row = {"trials a batch": size, "ms a batch, median": statistics.median(times), "least": min(times)}
            worked = 1e3 * (time.process_time() - worked) / count
            rows.append(
                {**row, "driver's and scheduler's processor (ms)": worked, "the least a trial": min(times) / size}
            )
    finally:
        pool.close()
    return rows


def _echo(part: Task, outcomes: list[Outcome]) -> list[Outcome]:
    return outcomes


def _through(pool: Pool, parts: list[Task]) -> list[Outcome]:
    for part in parts:
        pool.submit(part)
    outcomes: list[Outcome] = []
    while pool.under_way:
        outcomes += pool.finished(0.5)
    return outcomes


def storage(count: int, _: int) -> list[Row]:
    """Processor time of the driver for a trial, SQLite: asking and telling, in small studies and in large ones."""
    rows = list[Row]()
    for sampler in ("random", "tpe"):
        with tempfile.TemporaryDirectory() as folder:
            study = _study(Path(folder), base("paper"), sampler, 10**6)
            empty = _database_bytes(Path(folder) / sampler)
            for known in (256, count):
                _fill(study, known)
                ask, tell = _ask_and_tell(study)
                size = (_database_bytes(Path(folder) / sampler) - empty) / 1e3 / len(study.trials())
                rows.append({"sampler": sampler, "trials": known, "ask (ms)": ask, "tell (ms)": tell, "kB": size})
    return rows


def _fill(study: Study, known: int) -> None:
    """Finished trials, so that there are so many."""
    scores = dict.fromkeys(("bf1", "bp1", "boundary_recall", "grid_f1", "level_error", "seconds"), 0.5)
    random = optuna.samplers.RandomSampler(seed=0)
    memory = optuna.create_study(direction="maximize", sampler=random)
    missing = known - len(study.trials())
    for _ in range(missing):
        trial = memory.ask(study._distributions)
        trial.set_user_attr("scores", scores)
        memory.tell(trial, 1 / (1 + float(trial.params["boundary.lambda1"])))
    study.optuna.add_trials(memory.trials)


def _ask_and_tell(study: Study, rounds: int = 4) -> tuple[float, float]:
    """Median milliseconds of processor time a trial, of some batches of 16."""
    asked, told = list[float](), list[float]()
    for _ in range(rounds):
        begun = time.process_time()
        trials = study.ask(16)
        middle = time.process_time()
        for number, _ in trials:
            study.tell(Outcome(number, "complete", {"bf1": 0.5, "bp1": 0.5, "boundary_recall": 0.5}))
        asked.append((middle - begun) / 16)
        told.append((time.process_time() - middle) / 16)
    return 1e3 * statistics.median(asked), 1e3 * statistics.median(told)


def _database_bytes(folder: Path) -> int:
    """Of the database when its log is written into it."""
    with contextlib.closing(sqlite3.connect(folder / "study.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / "study.db").stat().st_size


def scaling(count: int, rounds: int) -> list[Row]:
    """The same batches through one worker process and through two, in turn, both warm."""
    rows = list[Row]()
    for objective in ("ours", "paper"):
        config = base(objective)
        chosen = configs(config, count)
        parts = [task(chosen[k : k + 16], config) for k in range(0, count, 16)]
        pools = {n: Pool(workers=n) for n in (1, 2)}
        times: dict[int, list[float]] = {n: [] for n in pools}
        try:
            for pool in pools.values():
                _through(pool, [task(chosen[:2], config) for _ in range(4)])
            for _ in range(rounds):
                for n, pool in pools.items():
                    begun = time.perf_counter()
                    _through(pool, parts)
                    times[n].append(time.perf_counter() - begun)
        finally:
            for pool in pools.values():
                pool.close()
        one, two = (statistics.median(times[n]) for n in (1, 2))
        rows.append(
            {
                "trials": f"{objective}, {count}",
                "one worker (trials/s)": count / one,
                "two": count / two,
                "times": one / two,
            }
        )
    return rows


def page(count: int, _: int) -> list[Row]:
    """Seconds until the page of a study shows its small multiples and its first chart."""
    from playwright.sync_api import sync_playwright

    from tests.browser.serving import chromium_path, launch, serve

    path = chromium_path()
    if path is None:
        return []
    times: dict[str, list[float]] = {"small multiples": [], "first chart": []}
    with tempfile.TemporaryDirectory() as root:
        config = base("paper", steps=100)
        folder = StudyFolder(Path(root) / "studies" / "many")
        folder.create(Plan(config, space(config), sampler="random", trials=count, batch=50, seeds=0), None)
        list(drive(folder, InProcess))
        with serve(Path(root), Path(root) / "log") as address, sync_playwright() as playwright:
            browser = launch(playwright, path)
            for _ in range(6):
                tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
                tab.goto(address)
                tab.wait_for_selector(
                    ".bdsg"
                )  # the app's own scripts are loaded, as for one who comes from another page
                begun = time.perf_counter()
                tab.goto(f"{address}/tune?study={folder.identity()}")
                tab.wait_for_selector(f".bdsg.mosaic[data-trials='{count}']", timeout=90_000)
                times["small multiples"].append(time.perf_counter() - begun)
                tab.wait_for_selector(".js-plotly-plot .main-svg", timeout=90_000)
                times["first chart"].append(time.perf_counter() - begun)
                tab.context.close()
            browser.close()
    return [
        {
            "until": name,
            "trials": count,
            "first visit of all (s)": found[0],
            "median of five more (s)": statistics.median(found[1:]),
        }
        for name, found in times.items()
    ]


SECTIONS: dict[str, tuple[str, Callable[[int, int], list[Row]], int]] = {
    "together": ("Bimodal configs, end to end", together, 64),
    "overhead": ("Dask's overhead", overhead, 64),
    "storage": ("The driver's work on a trial", storage, 1024),
    "scaling": ("From one worker process to two", scaling, 128),
    "page": ("The page", page, 500),
}


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--count", type=int, help="configs or trials of each section")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("build/tune"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    report = {}
    for name in chosen.only:
        title, measure, count = SECTIONS[name]
        report[title] = measure(chosen.count or count, chosen.rounds)
        print(title, table(report[title]), sep="\n\n", end="\n\n", flush=True)
    write(chosen.out, "tune", report, {**machine(), "load": os.getloadavg()})


if __name__ == "__main__":
    main()
