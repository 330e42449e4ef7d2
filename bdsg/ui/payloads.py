"""What the components read: a run as one block of bytes (:mod:`bdsg.codec`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bdsg.changes import Change
from bdsg.codec import Arrays, pack
from bdsg.level_boundary import PREFIX
from bdsg.ui.pictured import (
    ARROW_DECADES,
    ARROW_LEAST,
    Lines,
    Window,
    contour,
    corners,
    floats,
    heat,
    snapshots,
)


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


def player_payload(
    *,
    run: str,
    low: Window,
    high: Window,
    data: np.ndarray,
    log_p_x: np.ndarray,
    frames: np.ndarray,
    steps: np.ndarray,
    terms: np.ndarray,
    epsilon: float,
    truth_lines: Lines = (),
    model_lines: Lines = (),
    log_p_g: np.ndarray | None = None,
    model_samples: np.ndarray | None = None,
    warp: np.ndarray | None = None,
    latent: np.ndarray | None = None,
    own: np.ndarray | None = None,
    probed: bool = False,
    lambda1: float | None = None,
    lambda2: float | None = None,
    units: dict[str, Any] | None = None,
    changes: Sequence[Change] = (),
    forces: np.ndarray | None = None,
    **playback: Any,
) -> bytes:
    """Everything the player shows of one run.

    Args:
        run: names the run; a payload of the same run keeps playback and layers as they are.
        low, high: corners of the window, (2,) each, which is shown whole.
        data: training samples, (M, 2).
        log_p_x, log_p_g: log densities on a regular grid over the window, (ny, nx), rows along y.
        frames, steps, terms: the snapshots so far, (S, n, 2), (S,) and (S, 4) as in ``bdsg.result.TERMS``.
        warp: lines of a latent grid carried to data space, (W, P, 2).
        latent: the z of the snapshots' points, (n, 2).
        own: points for which the data stand in, (k, 2).
        probed: whether both densities go along in full, for the probe.
        truth_lines, model_lines: contour lines {p_x = ε} and {p_g = ε}, (k, 2) each.
        lambda1, lambda2: the weights of L1 and L2 at first, shown beside their curves.
        changes: what changed on the way, marked in the loss chart.
        forces: the terms' pulls on the first m points, (S, 3, m, 2).
        playback: fields of :class:`Playback`.
    """
    low, high = corners(low, high)
    peak = float(np.max(log_p_x))
    arrays = {
        "data": floats("data", data),
        "heat": heat(log_p_x, peak),
        **snapshots(frames, steps, terms, forces, low, high),
    }
    if log_p_g is not None:
        arrays["model_heat"] = heat(log_p_g, peak)
    optional = {"model_samples": model_samples, "warp": warp, "latent": latent, "own": own}
    arrays |= {name: floats(name, points) for name, points in optional.items() if points is not None}
    if probed:
        densities = {"log_p_x": log_p_x, "log_p_g": log_p_g}
        arrays |= {name: floats(name, values) for name, values in densities.items() if values is not None}
    weights = {"lambda1": lambda1, "lambda2": lambda2}
    meta = {
        **_scene_meta(run, low, high, epsilon, truth_lines, model_lines),
        **dataclasses.asdict(Playback(**playback)),
        "weights": {name: weight for name, weight in weights.items() if weight is not None},
        "units": units,
        **_marks(changes),
    }
    return pack(arrays, meta)


def rival_payload(
    *,
    run: str,
    low: Window,
    high: Window,
    data: np.ndarray,
    frames: np.ndarray,
    steps: np.ndarray,
    appears: int,
    maps: np.ndarray,
    map_frames: np.ndarray,
    epsilon: float,
    truth_lines: Lines,
    own_lines: Lines,
    units: dict[str, Any] | None = None,
    **playback: Any,
) -> bytes:
    """What :func:`side_by_side` shows of a method that trained.

    Args:
        run, low, high, data, epsilon, truth_lines, playback: as for :func:`player_payload`.
        frames, steps: what it generates, (S, n, 2) as :func:`quantise` gives it, n = 0 if nothing, and (S,).
        appears: the first snapshot that has points.
        maps, map_frames: bytes on a regular grid over the window, (H, ny, nx), and which snapshots they belong to.
        own_lines: the method's own contour, (k, 2) each.
    """
    low, high = corners(low, high)
    arrays = {
        "data": floats("data", data),
        "frames": frames,
        "steps": np.asarray(steps, np.int32),
        "terms": np.zeros((len(steps), 1), np.float32),  # the timeline keeps losses, of which none are shown
        "maps": maps,
        "map_frames": np.asarray(map_frames, np.int32),
    }
    meta = {
        **_scene_meta(run, low, high, epsilon, truth_lines, own_lines),
        "appears": int(appears),
        "units": units,
        **dataclasses.asdict(Playback(**playback)),
    }
    return pack(arrays, meta)


def delta_payload(
    *,
    run: str,
    first: int,
    low: Window,
    high: Window,
    frames: np.ndarray,
    steps: np.ndarray,
    terms: np.ndarray,
    forces: np.ndarray | None = None,
    changes: Sequence[Change] = (),
    live: bool = True,
) -> bytes:
    """Snapshots ``first``, ``first`` + 1, ... of a run that the player already shows.

    The player ignores them if an earlier one is missing, and catches up with the next full payload.
    """
    meta = {"kind": "delta", "run": run, "first": int(first), "live": live, **_marks(changes)}
    return pack(snapshots(frames, steps, terms, forces, low, high), meta)


def evaluation_payload(
    *,
    run: str,
    arrays: Arrays,
    field_x: np.ndarray,
    field_y: np.ndarray,
    field: np.ndarray,
    epsilon: float,
    delta: float,
    epsilon_low: float,
    epsilon_high: float,
    low: Window,
    high: Window,
    known: np.ndarray,
    own: tuple[np.ndarray, np.ndarray] | None = None,
    mixture: Arrays | None = None,
    units: dict[str, Any] | None = None,
    about: str = "",
    stands_in: bool = False,
    exact: bool = False,
    trained: dict[str, Any] | None = None,
) -> bytes:
    """What the evaluation component scores in the browser.

    Args:
        arrays: those of a :class:`bdsg.result.Result`.
        field_x, field_y, field: log p_x on the fine grid; it must hold {p_x >= δ} for ``epsilon_low`` too.
        epsilon, delta: where the slider starts; the ratio δ/ε is kept while ε moves.
        epsilon_low, epsilon_high: ends of the slider.
        known: log p_x at many points, (k,), of which the share below log ε is told.
        own: points for which the data stand in, (k, 2), and log p_x there, if ``known`` is of such points.
        stands_in: whether there are, or were, such points.
        exact: p_g is p_x itself.
        trained: the run's own ``epsilon``, and the grid on which its stored scores were counted, from ``low`` to
            ``high`` with ``nodes`` a side: there the browser counts on the same, made from ``mixture``.
        mixture: ``log_scales`` (K,), ``means`` (K, 2) and ``whiteners`` (K, 2, 2) of p_x, with which B(z, ε) is
            scored where it moves.
    """
    low, high = corners(low, high)
    names = ["log_p_x", "log_p_g", "boundary", "boundary_log_p_x", "data"]
    names += [name for name in arrays if mixture and (name.startswith(PREFIX) or name == "boundary_latent")]
    packed = {name: floats(name, arrays[name]) for name in names}
    packed |= {f"mixture_{name}": np.asarray(values, np.float64) for name, values in (mixture or {}).items()}
    packed |= {name: np.asarray(arrays[name], dtype=np.float64) for name in ("grid_x", "grid_y")}
    packed |= {"field_x": np.asarray(field_x, np.float64), "field_y": np.asarray(field_y, np.float64)}
    packed["field"] = floats("field", field)
    packed |= {name: floats(name, arrays[name]) for name in ("ray_points", "ray_log_p_g")}
    packed["known_log_p_x"] = floats("known", known)
    if own is not None:
        packed["own"] = floats("own", own[0])
        packed["own_log_p_x"] = floats("own", own[1])
    packed["ray_index"] = np.asarray(arrays["ray_index"], np.int32)
    meta = {
        "run": run,
        "epsilon": float(epsilon),
        "epsilon_low": float(epsilon_low),
        "epsilon_high": float(epsilon_high),
        "delta_ratio": float(delta) / float(epsilon),
        "units": units,
        "about": about,
        "stands_in": stands_in,
        "exact": exact,
        "trained": trained,
        "low": low.tolist(),
        "high": high.tolist(),
    }
    return pack(packed, meta)


def editor_payload(
    *,
    modes: list[dict[str, float]],
    epsilon: float,
    limits: dict[str, Any],
    edit: str | None,
    painting: bool = False,
    answered: str | None = None,
) -> bytes:
    """What the editor of mixtures shows.

    Args:
        modes: weight, x, y, long, short and angle (degrees) of each.
        limits: the most ``modes``, the range of a ``weight``, what share of the window a width
            is, one over ``finest`` to one over ``widest``, and the ``least`` and ``most`` painted ``points``.
        edit: the name of the edit that led to these modes, if one did: the editor ignores its own echo.
        painting: whether the brush is to be taken up; a change of it counts.
        answered: the name under which points were sent last, whether a mixture came of them or not.
    """
    asked = {"edit": edit, "painting": painting, "answered": answered}
    return pack({}, {"modes": modes, "epsilon": epsilon, "limits": limits, **asked})


def _scene_meta(
    run: str, low: np.ndarray, high: np.ndarray, epsilon: float, truth_lines: Lines, model_lines: Lines
) -> dict[str, Any]:
    """What every full payload says of a run: its name, window, threshold and contours."""
    return {
        "kind": "full",
        "run": run,
        "first": 0,
        "low": low.tolist(),
        "high": high.tolist(),
        "contours": [contour("truth", truth_lines, low, high), contour("model", model_lines, low, high)],
        "epsilon": float(epsilon),
    }


def _marks(changes: Sequence[Change]) -> dict[str, Any]:
    """Changes for the loss chart, and what the arrows' lengths mean."""
    return {
        "changes": [change.to_dict() for change in changes],
        "arrows": {"least": ARROW_LEAST, "decades": ARROW_DECADES},
    }
