"""``python -m bdsg tune``: run, resume and show studies."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from bdsg.cli.progress_bar import progress_bars
from bdsg.cli.reading import read_config
from bdsg.errors import BDSGError, ConfigError, StoreError

if TYPE_CHECKING:
    from bdsg.tuning.folder import StudyFolder
    from bdsg.tuning.plan import Plan

VARIED = ("lambda1", "lambda2", "samples", "learning_rate")
SIZES = ("trials", "batch", "seeds")
"""How large a study is, which is no part of what it is: one that goes on may be given others."""

SHOW = "show"
INTERRUPTED = 130


def add_parser(commands: Any) -> None:
    """Add the command."""
    tune = commands.add_parser(
        "tune",
        help="try many settings, on one core or on a cluster; `tune show` prints studies",
        description="Try many settings. `tune show` lists the studies, `tune show STUDY` prints the best of one.",
    )
    tune.add_argument("config", metavar="CONFIG.json", help="as for `run`; with --resume a study's name; or `show`")
    tune.add_argument("study", metavar="STUDY", nargs="?", help="after `show`: a study's name")
    tune.add_argument("--trials", metavar="N", type=int, help="how many to finish (default 200)")
    tune.add_argument(
        "--vary",
        metavar="NAME=LOW:HIGH:log",
        nargs="+",
        default=list(VARIED),
        help="what varies: NAME=LOW:HIGH, NAME=LOW:HIGH:log, NAME=A|B, or NAME for a range around its present value; "
        f"by default {' '.join(VARIED)}",
    )
    goals = "bf1, bp1 (with br), br, f1, level_error, seconds"
    tune.add_argument("--goals", metavar="NAME", nargs="+", default=["bf1"], help=f"among {goals} (default bf1)")
    tune.add_argument("--sampler", default="tpe", help="tpe (default), cmaes, random or grid")
    tune.add_argument("--prune", default="none", help="end hopeless trials: none (default), median or halving")
    tune.add_argument("--batch", metavar="N", type=int, help="trials that a worker trains together (default 16)")
    tune.add_argument("--sampler-seed", metavar="N", type=int, default=0, help="of the sampler (default 0)")
    tune.add_argument("--seeds", metavar="N", type=int, help="seeds that the best five are run over at the end (10)")
    tune.add_argument("--name", help="of the study (default: made from what it is)")
    tune.add_argument("--storage", metavar="URL", help="a database's URL (default: SQLite in the study's folder)")
    tune.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask scheduler, such as tcp://host:8786")
    tune.add_argument("--workers", metavar="N", type=int, help="processes here, where no scheduler is named")
    tune.add_argument("--resume", action="store_true", help="go on with a study that was interrupted, or wants more")
    tune.add_argument("--json", action="store_true", help="`show`: print JSON instead of tables")
    tune.add_argument("--quiet", action="store_true", help="no progress bar")
    tune.set_defaults(command=_tune)


def _tune(chosen: argparse.Namespace) -> int:
    if chosen.config == SHOW:
        return _show(chosen)
    if chosen.workers is not None and chosen.workers < 1:
        raise ConfigError("workers", chosen.workers, "must be 1 or more.")
    folder, begun = _folder(chosen), threading.Event()
    try:
        return _run(folder, chosen, begun)
    except BDSGError:
        if not (chosen.resume or begun.is_set()):
            folder.remove()
        raise


def _show(chosen: argparse.Namespace) -> int:
    from bdsg.tuning.folder import StudyFolder, found

    if chosen.study is None:
        folders = found()
        for folder in folders:
            state = "running" if folder.driver() else "at rest"
            try:
                print(f"{folder.name}  {folder.plan().trials:,} trials planned, {state}, {_page(folder)}")
            except StoreError as error:  # the others are worth a line all the same
                print(f"{folder.name}  {error}")
        if not folders:
            print("No study yet: `python -m bdsg tune CONFIG.json` starts one.", file=sys.stderr)
        return 0
    from bdsg.tuning import report

    told = report.facts(StudyFolder.named(chosen.study))
    print(json.dumps(told, indent=2) if chosen.json else report.text(told), end="\n" if chosen.json else "")
    return 0


def _folder(chosen: argparse.Namespace) -> StudyFolder:
    """The study's folder: a new one, or with --resume the one that is there."""
    from bdsg.tuning.folder import StudyFolder

    if chosen.resume and not os.path.isfile(chosen.config):
        folder = StudyFolder.named(chosen.config)
        _enlarge(folder, folder.plan(), chosen)
        return folder
    plan = _plan(chosen)
    folder = StudyFolder.named(chosen.name or plan.name())
    if chosen.resume:
        present = folder.plan()
        if present.name() != plan.name():
            raise ConfigError("name", folder.name, "is another study: leave --resume out and choose another --name.")
        _enlarge(folder, present, chosen)
    elif folder.exists:
        raise StoreError(f"The study {folder.name} is there already: add --resume to go on, or --name for another one.")
    else:
        folder.create(plan, chosen.storage)
    return folder


def _plan(chosen: argparse.Namespace) -> Plan:
    from bdsg.tuning.plan import Plan
    from bdsg.tuning.space import parse_dimension

    config = read_config(Path(chosen.config))
    return Plan(
        config=config,
        dimensions=tuple(parse_dimension(config, text) for text in chosen.vary),
        goals=tuple(chosen.goals),
        sampler=chosen.sampler,
        pruner=chosen.prune,
        seed=chosen.sampler_seed,
        **_sizes(chosen),
    )


def _enlarge(folder: StudyFolder, plan: Plan, chosen: argparse.Namespace) -> None:
    if (larger := dataclasses.replace(plan, **_sizes(chosen))) != plan:
        folder.create(larger, folder.own_storage())


def _sizes(chosen: argparse.Namespace) -> dict[str, Any]:
    """Those of ``SIZES`` that are asked for."""
    return {name: value for name in SIZES if (value := getattr(chosen, name)) is not None}


def _run(folder: StudyFolder, chosen: argparse.Namespace, begun: threading.Event) -> int:
    from bdsg.tuning.driver import drive
    from bdsg.tuning.pool import Pool

    print(f"Study {folder.name} in {folder.path}, {_page(folder)}", file=sys.stderr)
    with (
        _polite() as stopping,
        progress_bars(chosen.quiet) as show,
        contextlib.closing(drive(folder, lambda: Pool(chosen.scheduler, chosen.workers))) as steps,
    ):
        for now in steps:
            begun.set()
            show(now)
            if stopping.is_set():
                break
    if stopping.is_set():
        print(_stopped(folder), file=sys.stderr)
        return INTERRUPTED
    from bdsg.tuning import report

    print(report.text(report.facts(folder)), end="")
    return 0


def _page(folder: StudyFolder) -> str:
    """Where the app shows a study, to those who are given its key."""
    return f"in the app: tune?study={folder.identity()}"


def _stopped(folder: StudyFolder) -> str:
    return (
        f"Stopped; finished trials are kept. Go on with: python -m bdsg tune {folder.name} --resume, "
        f"see it with: python -m bdsg tune show {folder.name}"
    )


@contextlib.contextmanager
def _polite() -> Iterator[threading.Event]:
    """Ctrl-C, or a request to end, is noted and heard between two batches; a second one interrupts at once.

    An exception raised by a signal can come anywhere, in a destructor too, where it would be lost.
    """
    stopping = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, note) for kind in kinds]
    try:
        yield stopping
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
