"""The command line: ``python -m bdsg run | score | rivals | fit | tune | images | presets``.

Bad input ends with exit code 2 and one sentence on stderr; Ctrl-C with 130; a closed pipe in silence.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from bdsg.commands import detect, images, tune
from bdsg.commands.reading import read_bytes, read_config
from bdsg.commands.writing import writable, write_or_rescue
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError, ConfigError
from bdsg.points import parse_points
from bdsg.presets import PRESETS
from bdsg.result import Progress, Result
from bdsg.rivals.contract import RivalScores
from bdsg.rivals.registry import METHODS, known
from bdsg.rivals.report import table
from bdsg.runfiles import read_run, write_run
from bdsg.store import Store

if TYPE_CHECKING:
    from tqdm import tqdm

BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 2, 130, 141

ROOM = 1_000_000
"""Bytes that a run is sure to need; with the usual 100 snapshots it is three times as much."""

SCORES = {
    "BP1": "bp1",
    "boundary recall": "boundary_recall",
    "boundary F1": "bf1",
    "BP2": "bp2",
    "precision": "precision",
    "recall": "recall",
    "F1": "f1",
    "accuracy": "accuracy",
    "AUROC": "auroc",
    "AUPRC": "auprc",
}
"""Rows of the score table."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{message[:1].upper()}{message[1:]}: see `python -m bdsg --help`.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may lack Greek letters
    try:
        return _dispatch(arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the flush at exit has somewhere to go
        return PIPE_CLOSED
    except BDSGError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"The output cannot be written ({error.strerror}): free some space.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        print("Interrupted: nothing was written.", file=sys.stderr)
        return INTERRUPTED
    return BAD_INPUT


def _dispatch(arguments: list[str] | None) -> int:
    try:
        chosen = _parser().parse_args(arguments)
        code: int = chosen.command(chosen)
        return code
    finally:
        if sys.stdout:
            sys.stdout.flush()  # here, where a closed pipe is expected


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m bdsg", description="Train and use a generator of the boundary of a distribution.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run an experiment and save it")
    run.add_argument("config", metavar="CONFIG.json", type=Path, help="see `presets --show NAME` for one to start from")
    run.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write the run")
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    run.set_defaults(command=_run)
    score = commands.add_parser("score", help="log density of points under a saved run, as CSV")
    score.add_argument("run", metavar="DIR", type=Path, help="a directory that `run` or `fit` wrote")
    score.add_argument(
        "points", metavar="POINTS.csv", type=Path, help="two columns, x and y; for a detector its columns"
    )
    score.set_defaults(command=_score)
    rivals = commands.add_parser("rivals", help="train BDSG and other methods on a config, and print their scores")
    rivals.add_argument("config", metavar="CONFIG.json", type=Path, help="as for `run`")
    rivals.add_argument("--methods", metavar="NAME", nargs="+", default=[], help=f"among {', '.join(METHODS)}")
    rivals.add_argument("--json", action="store_true", help="print JSON instead of a table")
    rivals.add_argument("--quiet", action="store_true", help="no progress bar")
    rivals.set_defaults(command=_rivals)
    presets = commands.add_parser("presets", help="list the prepared distributions")
    presets.add_argument("--show", metavar="NAME", help="print this one's whole config as JSON")
    presets.set_defaults(command=_presets)
    detect.add_parser(commands)
    tune.add_parser(commands)
    images.add_parser(commands)
    return parser


def _run(chosen: argparse.Namespace) -> int:
    config = read_config(chosen.config)
    with writable(chosen.out, ROOM):
        result = _follow(config, quiet=chosen.quiet)
        write_or_rescue(partial(write_run, result), chosen.out)
    print(_score_table(result), end="")
    return 0


def _follow(config: ExperimentConfig, *, quiet: bool) -> Result:
    """Run to the end, with a progress bar on stderr."""
    from bdsg import experiment  # loads PyTorch

    result: Result | None = None
    with _progress_bars(quiet) as show:
        for event in experiment.run(config):
            if isinstance(event, Progress):
                show(event)
            elif isinstance(event, Result):
                result = event
    if result is None:
        raise BDSGError("The run ended without a result: start it again.")
    return result


@contextlib.contextmanager
def _progress_bars(quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """One bar a stage, with the loss terms behind it."""
    from tqdm import tqdm

    bars: dict[str, tqdm[NoReturn]] = {}

    def show(progress: Progress) -> None:
        if progress.stage not in bars:
            for earlier in bars.values():
                earlier.close()
            bars[progress.stage] = tqdm(total=progress.steps, desc=progress.stage, file=sys.stderr, disable=quiet)
        bar = bars[progress.stage]
        bar.set_postfix({name: f"{value:.4g}" for name, value in progress.terms.items()}, refresh=False)
        bar.update(progress.step - bar.n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


def _score(chosen: argparse.Namespace) -> int:
    if detect.holds_detector(chosen.run):
        return detect.score_table(chosen.run, chosen.points)
    run = read_run(chosen.run)
    points = parse_points(read_bytes(chosen.points), str(chosen.points))
    from bdsg import experiment  # loads PyTorch

    log_density = experiment.density_from_parameters(run.config, run.parameters)(points)
    wrong = np.isnan(log_density)
    if wrong.any():  # before anything is printed
        point = tuple(points[wrong][0].tolist())
        raise ConfigError("point", point, "has no density in floating point: keep points near the data.")
    print("x,y,log_density,normal")
    for (x, y), value in zip(points.tolist(), log_density.tolist(), strict=True):
        print(f"{x!r},{y!r},{value!r},{int(value >= math.log(run.config.epsilon))}")
    return 0


def _rivals(chosen: argparse.Namespace) -> int:
    methods, config = known(chosen.methods), read_config(chosen.config)
    from bdsg.contest import contest  # loads PyTorch

    rows: list[RivalScores] = []
    with tempfile.TemporaryDirectory() as folder, _progress_bars(chosen.quiet) as show:
        # Both objectives of BDSG share a density through the store.
        for event in contest(config, methods, snapshots=2, store=Store(folder)):
            if isinstance(event, Progress):
                show(event)
            elif isinstance(event, RivalScores):
                rows.append(event)
    if chosen.json:
        print(json.dumps({"config": config.to_dict(), "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print(f"Scores at ε = {config.epsilon:g}, δ = {config.delta:g}\n{table(rows)}", end="")
    return 0


def _presets(chosen: argparse.Namespace) -> int:
    if chosen.show is not None:
        if chosen.show not in PRESETS:
            raise ConfigError("preset", chosen.show, f"must be one of {', '.join(PRESETS)}.")
        print(ExperimentConfig.from_dict({"data": {"preset": chosen.show}}).to_json())
        return 0
    width = max(map(len, PRESETS))
    for name, preset in PRESETS.items():
        print(f"{name:<{width}}  ε = {preset.epsilon:g}  {preset.title}\n{'':<{width}}  {preset.teaches}")
    return 0


def _score_table(result: Result) -> str:
    """The scores at the run's own levels, one a line; BP1 never without boundary recall."""
    config = result.config
    rows = [(name, _number(result.summary["scores"][key])) for name, key in SCORES.items()]
    width = max(len(name) for name, _ in rows)
    head = f"Scores at ε = {config.epsilon:g}, δ = {config.delta:g}\n"
    return head + "".join(f"{name:<{width}}  {value}\n" for name, value in rows)


def _number(value: Any) -> str:
    return "undefined" if value is None else f"{value:.4f}"


if __name__ == "__main__":
    sys.exit(main())
