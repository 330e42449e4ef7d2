"""The run that the landing page shows at once: trained beforehand, by ``python -m bdsg.app.components.demo_run``."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

from bdsg.app.components.payloads import Plane, Playback, PlayerPayload
from bdsg.config import ExperimentConfig
from bdsg.data.window import Window
from bdsg.experiments.score import plane_mixture
from bdsg.metrics import contour_lines, truth_field
from bdsg.number_text import grouped, score_words
from bdsg.runs.result import Result
from bdsg.runs.tensor_file import pack, unpack

FILE = Path(__file__).parent / "assets" / "prepared.safetensors"
CONFIG: dict[str, Any] = {"data": {"preset": "three_modes"}, "boundary": {"snapshots": 90}}
POINTS = 700
SCORES = ("bp1", "boundary_recall", "components", "components_covered")


@functools.cache
def payload() -> bytes:
    """The player's payload of the prepared run."""
    return FILE.read_bytes()


def caption() -> str:
    """What the prepared run is and how well it ended."""
    config, scores = ExperimentConfig.from_dict(CONFIG), unpack(payload())[1]["scores"]
    return (
        "A recorded run: three unequal modes, objective ours, "
        f"seed {config.seed}, {grouped(config.boundary.steps)} steps. "
        f"It ended with {score_words(scores, ('bp1', 'boundary_recall'))}."
    )


def prepare(result: Result) -> bytes:
    """Turn a finished run into the file's contents."""
    config, arrays = result.config, result.arrays
    field = truth_field(plane_mixture(config), config.delta)
    scores = result.summary["scores"]
    told = dataclasses.replace(arrays.snapshots, points=arrays.snapshot_points[:, :POINTS], forces=None)
    lines, window = contour_lines(field, config.epsilon), Window(*arrays.corners)
    made = PlayerPayload(
        Plane(config.key(), window, arrays.data, config.epsilon, lines),
        arrays.log_p_x,
        told,
        playback=Playback(total_steps=config.boundary.steps, autoplay=True, loop=True, compact=True),
    ).pack()
    packed, meta = unpack(made)
    return pack(packed, {**meta, "scores": {name: scores[name] for name in SCORES}})


def main() -> None:
    """Train the prepared run and write the file."""
    from bdsg.serving.run_queue import RunQueue

    queue = RunQueue(workers=1)
    run = queue.submit(ExperimentConfig.from_dict(CONFIG))
    queue.wait(run)
    queue.close()
    assert run.result is not None, run.error
    FILE.write_bytes(prepare(run.result))


if __name__ == "__main__":
    main()
