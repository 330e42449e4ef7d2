"""One background run as a page sees it, and how events and results fill it in."""

from __future__ import annotations

import dataclasses
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from bdsg.baselines.contract import BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.config import ExperimentConfig
from bdsg.config.schedule import Change, Weights
from bdsg.runs.result import BoundarySnapshot, DensityFitted, DensitySnapshot, Event, Progress, Result, Scene
from bdsg.serving.events import BaselineEvent

BASELINE_SNAPSHOTS = 16
"""How many a method of a contest shows of each of its stages."""


@dataclass(eq=False)
class Run:
    """One run as a page sees it; only the queue changes it.

    Attributes:
        config: with the changes made so far; the result's, in the end.  Without units: see :class:`AskedRun`.
        name: stays the same all through: a player that shows the run goes on while the config changes.
        seconds: what training B is to take, for one who watches; 0 for as little as it can.
        hurried: it is no longer to take its time, because others wait.
        own: it belongs to the one who watches or steers it, and others who want an equal one get another.
        joined: someone else waits for it too.
        asked: values that were asked for and have not been told of as a change yet.
        started: on the monotonic clock, when a worker took it; 0 before.
        begun: key of the config that it was begun with.
        visitor: who asked for it first.
        token: names it to the one who began it, and to nobody else.
        reached: step of the newest change that was told of: progress is told of less often.
        state: ``queued``, ``running``, ``finished``, ``stopped`` or ``failed``.
        place: place in the queue from 1, or 0 outside it.
        stopping: a stop was asked for, and the run is about to end.
        scene, fitted, progress: None until they are known.
        density_snapshots, boundary_snapshots: grow at the end only while the run is under way: read
            ``snapshots[seen:]``.  When it ends, both are replaced by equal lists made from ``result``.
        result: None until the end; a stopped run may have one too.
        error: one sentence when ``failed``.
        unkept: why the result is not in the store, in a few words; empty when it is, or is not meant to be.
        attempts: how often it was begun: once more when its process died.
    """

    config: ExperimentConfig
    number: int
    state: str = "queued"
    place: int = 0
    stopping: bool = False
    scene: Scene | None = None
    fitted: DensityFitted | None = None
    progress: Progress | None = None
    density_snapshots: list[DensitySnapshot] = field(default_factory=list)
    boundary_snapshots: list[BoundarySnapshot] = field(default_factory=list)
    result: Result | None = None
    error: str | None = None
    name: str = ""
    seconds: float = 0.0
    hurried: bool = False
    own: bool = False
    joined: bool = False
    asked: dict[str, float] = field(default_factory=dict)
    reached: int = 0
    started: float = 0.0
    begun: str = ""
    visitor: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    unkept: str = ""
    attempts: int = 1

    @property
    def shared(self) -> Run:
        """What all who asked for it have in common: itself."""
        return self

    @property
    def command(self) -> tuple[str, dict[str, Any]]:
        """What a worker is to be told: a command and its details."""
        return "run", {"seconds": self.seconds}

    @property
    def moved(self) -> bool:
        """Whether there is something to show of a run that is stopped now."""
        return bool(self.boundary_snapshots)

    @property
    def complete(self) -> bool:
        """Whether it was trained to its end."""
        return self.result is not None and not self.result.summary.get("stopped")

    @property
    def weights(self) -> Weights:
        """λ1, λ2 and the learning rate as they are now, or are about to be."""
        return self.config.boundary.weights_at(self._step if self.active else 0)._replace(**self.asked)

    @property
    def _step(self) -> int:
        """The step that B's training has reached."""
        now = self.progress
        if now is None or now.stage not in ("boundary", "scores"):
            return self.reached
        return max(self.reached, now.step if now.stage == "boundary" else self.config.boundary.steps)

    @property
    def active(self) -> bool:
        """Whether more is to come."""
        return self.state in ("queued", "running")

    @property
    def seconds_left(self) -> float | None:
        """What remains of the present stage at its pace so far; None when that is not known."""
        return self.progress.seconds_left if self.state == "running" and self.progress is not None else None

    def take(self, event: Event | Result | BaselineEvent) -> None:
        """Note what a worker sent."""
        match event:
            case Progress():
                self.progress = event
            case Scene():
                self.scene = event
            case DensityFitted():
                self.fitted = event
            case DensitySnapshot():
                _note(self.density_snapshots, event)
            case BoundarySnapshot():
                _note(self.boundary_snapshots, event)
            case Change():
                self.config, self.reached = steered(self.config, event), event.step
                self.asked = {name: value for name, value in self.asked.items() if name not in event.given()}
            case Result():
                self.fill(event)
                self.config = event.config

    def fill(self, result: Result) -> None:
        """Scene and snapshots from a result, so that a run from the store is like one just finished."""
        arrays = result.arrays
        if self.scene is None:
            self.scene = Scene(arrays.data, *arrays.corners)
        self.fitted = DensityFitted(result.summary["density"], arrays.log_p_g, arrays.model_samples, arrays.warp)
        fit = zip(arrays.density_steps, arrays.density_held_out, arrays.density_frames, strict=True)
        self.density_snapshots = [DensitySnapshot(int(step), float(held_out), frame) for step, held_out, frame in fit]
        self.boundary_snapshots = list(arrays.snapshots)
        self.result = result

    def begin_again(self) -> None:
        """Its process died, and another takes it from the start; the pictures stay, as they will be the same."""
        self.attempts += 1
        self.progress, self.started = None, time.monotonic()


@dataclass(eq=False)
class BaselineRun(Run):
    """One method of a contest.

    Attributes:
        method: its name in the registry.
        baseline_snapshots, ranks, row: what the contest told of it so far.
    """

    method: str = ""
    baseline_snapshots: list[BaselineSnapshot] = field(default_factory=list)
    ranks: BaselineRanks | None = None
    row: BaselineScores | None = None

    @property
    def command(self) -> tuple[str, dict[str, Any]]:
        """A contest of one: its bits are those that it has in company."""
        return "contest", {"methods": [self.method], "snapshots": BASELINE_SNAPSHOTS}

    @property
    def moved(self) -> bool:
        """What was stopped is not shown."""
        return False

    @property
    def complete(self) -> bool:
        """Whether it has its scores, or the sentence that stands for them."""
        return self.row is not None

    def take(self, event: Event | Result | BaselineEvent) -> None:
        """Note what a worker sent of the method."""
        match event:
            case BaselineSnapshot():
                self.baseline_snapshots.append(event)
            case BaselineRanks():
                self.ranks = event
            case BaselineScores():
                self.row = event
            case _:
                super().take(event)

    def begin_again(self) -> None:
        """The method is trained from its start, and shown anew."""
        super().begin_again()
        self.baseline_snapshots, self.ranks, self.row = [], None, None


def baseline_key(config: ExperimentConfig, method: str) -> str:
    """The key of a :class:`BaselineRun`."""
    return f"{config.key()}:{method}"


def _note(known: list[Any], snapshot: DensitySnapshot | BoundarySnapshot) -> None:
    """Append what is new: a run that was begun again tells the same once more."""
    if not known or snapshot.step > known[-1].step:
        known.append(snapshot)


def steered(config: ExperimentConfig, change: Change) -> ExperimentConfig:
    """The config with a change made by hand; raises ConfigError if it cannot be made."""
    return dataclasses.replace(config, boundary=config.boundary.steered(change))
