"""What the components read: a run as one block of bytes (:mod:`bdsg.runs.tensor_file`).

Each payload is a frozen record, and ``pack`` makes the bytes of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bdsg.app.components.canvas_encoding import (
    ARROW_DECADES,
    ARROW_LEAST,
    Lines,
    contour,
    corners,
    floats,
    heat,
    snapshots,
)
from bdsg.config.schedule import Change
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.metrics import Field
from bdsg.runs.result import LEVEL, RunArrays, Snapshots
from bdsg.runs.tensor_file import Arrays, pack

Units = dict[str, Any]
"""Names, centre and scale of the axes: the fields of ``bdsg.config.sections.Units``."""


@dataclass(frozen=True)
class Playback:
    """How the player presents a run.

    Attributes:
        title, caption: text above and below.
        total_steps: training steps in all, the end of the loss chart while a run is live.
        live: more snapshots will come; the player follows the newest one.
        autoplay: start by itself, unless the viewer asked for reduced motion.
        loop: start over at the end.
        compact: without the loss chart and the lesser controls.
        still: without B(z) and all that plays it.
        about: the run in a few words, written below saved pictures.
        stands_in: the data are samples of a mixture that stands in for points of the visitor's own.
        addressed: the frame where the viewer stopped is kept in the page's address.
        cue: when it changes, the player starts over.
        ringed: B reads |z| too, not the angle of z alone.
        says: where the points of a trained B lie, for those who do not see the picture.
    """

    title: str = ""
    caption: str = ""
    about: str = ""
    stands_in: bool = False
    total_steps: int = 0
    live: bool = False
    autoplay: bool = False
    loop: bool = False
    compact: bool = False
    still: bool = False
    addressed: bool = False
    cue: str = ""
    ringed: bool = False
    says: str = ""


@dataclass(frozen=True)
class Plane:
    """What every whole picture of a run begins with.

    Attributes:
        run: names the run; a payload of the same run keeps playback and layers as they are.
        window: is shown whole.
        data: training samples, (M, 2).
        epsilon: the level of the contours.
        truth_lines, model_lines: contour lines {p_x = ε} and {p_g = ε}, (k, 2) each.
    """

    run: str
    window: Window
    data: np.ndarray
    epsilon: float
    truth_lines: Lines = ()
    model_lines: Lines = ()
    units: Units | None = None

    def meta(self) -> dict[str, Any]:
        """All but the data, as JSON."""
        low, high = corners(self.window.low, self.window.high)
        return {
            "kind": "full",
            "run": self.run,
            "first": 0,
            "low": low.tolist(),
            "high": high.tolist(),
            "contours": [contour("truth", self.truth_lines, low, high), contour("model", self.model_lines, low, high)],
            "epsilon": float(self.epsilon),
            "units": self.units,
        }


@dataclass(frozen=True)
class PlayerPayload:
    """Everything the player shows of one run.

    Attributes:
        log_p_x, log_p_g: log densities on a regular grid over the window, (ny, nx), rows along y.
        snapshots: those so far.
        model_samples: samples of G, (M, 2).
        warp: lines of a latent grid carried to data space, (W, P, 2).
        latent: the z of the snapshots' points, (n, 2).
        own: points for which the data stand in, (k, 2).
        probed: whether both densities go along in full, for the probe.
        weights: λ1 and λ2 at first by name, shown beside their curves.
        changes: what changed on the way, marked in the loss chart.
    """

    plane: Plane
    log_p_x: np.ndarray
    snapshots: Snapshots
    log_p_g: np.ndarray | None = None
    model_samples: np.ndarray | None = None
    warp: np.ndarray | None = None
    latent: np.ndarray | None = None
    own: np.ndarray | None = None
    probed: bool = False
    weights: dict[str, float] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    playback: Playback = field(default_factory=Playback)

    def pack(self) -> bytes:
        """The bytes; raises ConfigError if a number is not finite, or the window is empty."""
        meta = {
            **self.plane.meta(),
            **dataclasses.asdict(self.playback),
            "weights": self.weights,
            **_marks(self.changes),
        }
        peak = float(np.max(self.log_p_x))
        heats = {"heat": self.log_p_x, "model_heat": self.log_p_g}
        clouds = {"data": self.plane.data, "model_samples": self.model_samples, "warp": self.warp}
        clouds |= {"latent": self.latent, "own": self.own}
        if self.probed:
            clouds |= {"log_p_x": self.log_p_x, "log_p_g": self.log_p_g}
        arrays = {
            **{name: heat(values, peak) for name, values in heats.items() if values is not None},
            **{name: floats(name, values) for name, values in clouds.items() if values is not None},
            **snapshots(self.snapshots, self.plane.window),
        }
        return pack(arrays, meta)


@dataclass(frozen=True)
class DeltaPayload:
    """Snapshots ``first``, ``first`` + 1, ... of a run that the player already shows.

    The player ignores them if an earlier one is missing, and catches up with the next full payload.
    """

    run: str
    window: Window
    first: int
    snapshots: Snapshots
    changes: Sequence[Change] = ()
    live: bool = True

    def pack(self) -> bytes:
        """The bytes; errors as of :meth:`PlayerPayload.pack`."""
        meta = {"kind": "delta", "run": self.run, "first": int(self.first), "live": self.live, **_marks(self.changes)}
        return pack(snapshots(self.snapshots, self.window), meta)


@dataclass(frozen=True)
class BaselinePayload:
    """A method that trained, beside others; the plane's ``model_lines`` are its own contour.

    Attributes:
        frames, steps: what it generates, (S, n, 2) int16 of the window, n = 0 if nothing, and (S,).
        appears: the first snapshot that has points.
        maps, map_frames: bytes on a regular grid over the window, (H, ny, nx), and which snapshots they belong to.
    """

    plane: Plane
    frames: np.ndarray
    steps: np.ndarray
    appears: int
    maps: np.ndarray
    map_frames: np.ndarray
    playback: Playback = field(default_factory=Playback)

    def pack(self) -> bytes:
        """The bytes; errors as of :meth:`PlayerPayload.pack`."""
        arrays = {
            "data": floats("data", self.plane.data),
            "frames": self.frames,
            "steps": np.asarray(self.steps, np.int32),
            "terms": np.zeros((len(self.steps), 1), np.float32),  # the timeline keeps losses, of which none are shown
            "maps": self.maps,
            "map_frames": np.asarray(self.map_frames, np.int32),
        }
        return pack(arrays, {**self.plane.meta(), "appears": int(self.appears), **dataclasses.asdict(self.playback)})


@dataclass(frozen=True)
class EvaluationPayload:
    """What the evaluation component scores in the browser.

    Attributes:
        arrays: those of the run.
        field: log p_x on the fine grid; it must hold {p_x >= δ} for the slider's lowest ε too.
        epsilon, delta: where the slider starts; the ratio δ/ε is kept while ε moves.
        epsilon_range: ends of the slider.
        known: log p_x at many points, (k,), of which the share below log ε is told.
        own: points for which the data stand in, (k, 2), and log p_x there, if ``known`` is of such points.
        stands_in: whether there are, or were, such points.
        exact: p_g is p_x itself.
        trained: the run's own ``epsilon``, and the grid on which its stored scores were counted, from ``low`` to
            ``high`` with ``nodes`` a side: there the browser counts on the same, made from ``mixture``.
        mixture: p_x, with which B(z, ε) is scored where it moves.
    """

    run: str
    arrays: RunArrays
    field: Field
    epsilon: float
    delta: float
    epsilon_range: tuple[float, float]
    known: np.ndarray
    own: tuple[np.ndarray, np.ndarray] | None = None
    mixture: GaussianMixture | None = None
    units: Units | None = None
    about: str = ""
    stands_in: bool = False
    exact: bool = False
    trained: dict[str, Any] | None = None

    def pack(self) -> bytes:
        """The bytes; errors as of :meth:`PlayerPayload.pack`."""
        low, high = corners(*self.arrays.corners)
        meta = {
            "run": self.run,
            "epsilon": float(self.epsilon),
            "epsilon_low": float(self.epsilon_range[0]),
            "epsilon_high": float(self.epsilon_range[1]),
            "delta_ratio": float(self.delta) / float(self.epsilon),
            "low": low.tolist(),
            "high": high.tolist(),
            **{name: getattr(self, name) for name in ("units", "about", "stands_in", "exact", "trained")},
        }
        return pack({**self._run_arrays(), **self._truth_arrays()}, meta)

    def _run_arrays(self) -> Arrays:
        """What the run brought."""
        arrays, names = self.arrays.to_dict(), ["log_p_x", "log_p_g", "boundary", "boundary_log_p_x", "data"]
        names += ["ray_points", "ray_log_p_g"]
        if self.mixture is not None:
            names += [name for name in arrays if name.startswith(LEVEL) or name == "boundary_latent"]
        return {
            **{name: floats(name, arrays[name]) for name in names},
            **{name: np.asarray(arrays[name], np.float64) for name in ("grid_x", "grid_y")},
            "ray_index": np.asarray(self.arrays.ray_index, np.int32),
        }

    def _truth_arrays(self) -> Arrays:
        """p_x where it is asked for."""
        made = {
            "field_x": np.asarray(self.field.x, np.float64),
            "field_y": np.asarray(self.field.y, np.float64),
            "field": floats("field", self.field.values),
            "known_log_p_x": floats("known", self.known),
        }
        if self.own is not None:
            made |= {"own": floats("own", self.own[0]), "own_log_p_x": floats("own", self.own[1])}
        if self.mixture is not None:
            parts = {name: getattr(self.mixture, name) for name in ("log_scales", "means", "whiteners")}
            made |= {f"mixture_{name}": np.asarray(values, np.float64) for name, values in parts.items()}
        return made


@dataclass(frozen=True)
class EditorPayload:
    """What the editor of mixtures shows.

    Attributes:
        modes: weight, x, y, long, short and angle (degrees) of each.
        limits: the most ``modes``, the range of a ``weight``, what share of the window a width
            is, one over ``finest`` to one over ``widest``, and the ``least`` and ``most`` painted ``points``.
        edit: the name of the edit that led to these modes, if one did: the editor ignores its own echo.
        painting: whether the brush is to be taken up; a change of it counts.
        answered: the name under which points were sent last, whether a mixture came of them or not.
    """

    modes: list[dict[str, float]]
    epsilon: float
    limits: dict[str, Any]
    edit: str | None = None
    painting: bool = False
    answered: str | None = None

    def pack(self) -> bytes:
        """The bytes."""
        return pack({}, dataclasses.asdict(self))


def _marks(changes: Sequence[Change]) -> dict[str, Any]:
    """Changes for the loss chart, and what the arrows' lengths mean."""
    return {
        "changes": [change.to_dict() for change in changes],
        "arrows": {"least": ARROW_LEAST, "decades": ARROW_DECADES},
    }
