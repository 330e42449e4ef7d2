"""The components' JavaScript that needs no screen: run by Node and compared with the Python reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.app.components import canvas_encoding
from bdsg.app.components.payloads import EvaluationPayload
from bdsg.boundary.level_sets.latent_rays import cross_rays, directions_in_plane
from bdsg.config.constants import RAYS
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.data.window import FULL_SCALE
from bdsg.density import ClosedForm
from bdsg.experiments.fit_density import ray_arrays
from bdsg.metrics import Band, Field, score, truth_field
from bdsg.metrics.summary import ScoredPoints
from bdsg.runs.tensor_file import pack
from tests.app.payload_parts import delta_payload, full_payload
from tests.frontend.scripts import SCORING, node
from tests.run_parts import run_arrays


def test_scripts_read_every_type_of_array_at_any_offset(tmp_path: Path) -> None:
    arrays = {
        "a": np.array([1, 255], np.uint8)[:1],
        "b": np.array([[-3, 32767]], np.int16),
        "c": np.array([2**31 - 1], np.int32),
        "d": np.array([0.1], np.float32),
        "e": np.array([[0.1], [-1e300]]),
    }
    path = tmp_path / "arrays"
    path.write_bytes(pack(arrays, {"word": "ε"}))
    driver = """
    const shifted = new Uint8Array(payloads[0].length + 3);
    shifted.set(payloads[0], 3);
    const { arrays, meta } = readTensors(shifted.subarray(3));
    print([meta, Object.fromEntries(Object.entries(arrays).map(([k, v]) => [k, [v.shape, Array.from(v.values)]]))]);
    """
    meta, read = node(("core/arrays",), driver, path, folder=tmp_path)
    assert meta == {"word": "ε"}
    expected = {k: [list(v.shape), v.ravel().astype(float).tolist()] for k, v in arrays.items()}
    assert read == expected


def test_nearest_segment_agrees_with_looking_at_all(tmp_path: Path) -> None:
    driver = """
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    let worst = 0, disagreements = 0;
    for (const count of [1, 7, 8, 9, 100, 333]) {
      const segments = Float64Array.from({ length: 4 * count }, random), tree = new SegmentTree(segments);
      const odd = Uint8Array.from({ length: count }, (_, i) => i % 2);
      for (let query = 0; query < 200; query += 1) {
        const x = 3 * random() - 1, y = 3 * random() - 1, all = [];
        for (let s = 0; s < count; s += 1) all.push(segmentDistance(segments, 4 * s, x, y));
        worst = Math.max(worst, Math.abs(tree.nearest(x, y) - Math.min(...all)));
        const limit = 0.01 * random(), near = all.some((value, s) => odd[s] && value <= limit);
        disagreements += near !== tree.within(x, y, limit, odd);
      }
    }
    const hook = Float64Array.of(0, 0, 2, 0);
    print([worst, disagreements, [[1, 1], [-3, 4], [5, 4]].map(([x, y]) => segmentDistance(hook, 0, x, y))]);
    """
    worst, disagreements, by_hand = node(("math/nearest",), driver, folder=tmp_path)
    assert (worst, disagreements) == (pytest.approx(0, abs=1e-15), 0)
    assert by_hand == [1, 25, 25]


def test_contour_of_a_paraboloid_is_a_circle_and_pieces_are_counted(tmp_path: Path) -> None:
    driver = """
    const axis = Float64Array.from({ length: 401 }, (_, i) => -2 + i / 100), values = new Float64Array(401 * 401);
    const at = (f) => {
      values.forEach((_, k) => { values[k] = f(axis[k % 401], axis[Math.floor(k / 401)]); });
      return { x: axis, y: axis, values };
    };
    const bowl = at((x, y) => -(x * x + y * y));
    const circle = contourLines(bowl, -1), open = contourLines(bowl, -4.41);
    const length = lineLength(circle[0].points), probes = spread(circle[0].points, length, 100);
    const radii = Array.from({ length: 100 }, (_, i) => Math.hypot(probes[2 * i], probes[2 * i + 1]));
    const two = at((x, y) => -Math.min(Math.hypot(x - 1, y), Math.hypot(x + 1, y)));
    const { labels, count } = connectedLabels(two, -0.5);
    const sides = [-1, 1].map((x) => labelAt(two, labels, x, 0.1));
    print([circle.length, circle[0].closed, length, Math.min(...radii), Math.max(...radii),
      open.map((line) => line.closed), count, ...sides, connectedLabels(two, -1.2).count]);
    """
    lines, closed, length, nearest, farthest, open_, pieces, left, right, joined = node(
        ("math/contours",), driver, folder=tmp_path
    )
    assert (lines, closed, open_) == (1, True, [False] * 4)
    assert length == pytest.approx(2 * np.pi, rel=1e-4)
    assert (nearest, farthest) == (pytest.approx(1, abs=1e-4), pytest.approx(1, abs=1e-4))
    assert (pieces, joined, {left, right}) == (2, 1, {1, 2})


def evaluation_case(preset: str, spread: float) -> dict[str, Any]:
    """A mixture, a model that is a little off, and points scattered about the band, part of it left bare."""
    numbers = PRESETS[preset].mixture
    mixture = GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"])
    model = GaussianMixture(mixture.weights, mixture.means + 0.1, mixture.covariances * 1.2)
    generator = np.random.default_rng(3)
    data, modes = mixture.sample_with_modes(300, generator)
    edge = 0.2 * np.ptp(data, axis=0)
    x, y = (np.linspace(data.min(0)[k] - edge[k], data.max(0)[k] + edge[k], 200) for k in (0, 1))
    nodes = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=-1)
    angle = generator.uniform(0, 5, 2000)  # not the whole way round
    radius = 2.6 + spread * generator.standard_normal(2000)
    centre = mixture.means[generator.integers(len(mixture.means), size=2000)]
    boundary = centre + (radius * np.array([np.cos(angle), np.sin(angle)])).T
    return {
        "mixture": mixture,
        "data_modes": modes,
        "arrays": {
            "grid_x": x,
            "grid_y": y,
            "log_p_x": mixture.log_prob(nodes).reshape(200, 200),
            "log_p_g": model.log_prob(nodes).reshape(200, 200),
            "boundary": boundary.astype(np.float32),
            "boundary_log_p_x": mixture.log_prob(boundary.astype(np.float32)),
            "data": data,
        },
        "boundary_log_p_g": model.log_prob(boundary),
        "rays": ray_arrays(ClosedForm(model)),
        "model": model,
    }


SHARES = ("precision", "recall", "f1", "accuracy", "auroc", "bp1", "bp2", "boundary_recall", "bf1")
COUNTS = ("tp", "fp", "fn", "tn", "components", "components_covered")
DISTANCES = ("distance_mean", "distance_p95", "curve_distance_mean", "curve_distance_p95")
CONTOUR_DISTANCES = ("contour_distance_mean", "contour_distance_p95")


@pytest.mark.parametrize(
    ("preset", "epsilon", "ratio", "spread"),
    [
        ("unimodal", 0.01, 0.1, 0.1),
        ("bimodal", 0.02, 0.2, 0.3),
        ("bimodal_separate", 0.01, 0.1, 0.4),
        ("three_modes", 0.004, 0.3, 0.8),
        ("ring", 0.01, 0.1, 0.3),
    ],
)
def test_scores_in_the_browser_agree_with_python(
    preset: str, epsilon: float, ratio: float, spread: float, tmp_path: Path
) -> None:
    case = evaluation_case(preset, spread)
    arrays, delta = case["arrays"], epsilon * ratio
    field = truth_field(case["mixture"], delta)
    path = tmp_path / "payload"
    path.write_bytes(
        EvaluationPayload(
            run="r",
            arrays=run_arrays(**arrays, **case["rays"]),
            field=field,
            epsilon=epsilon,
            delta=delta,
            epsilon_range=(epsilon, 1.0),
            known=case["mixture"].log_prob(arrays["data"]),
        ).pack()
    )
    driver = """
    const { arrays, meta } = readTensors(payloads[0]);
    const { detail, ...scores } = evaluateAt(prepareEvaluation(arrays), meta.epsilon, meta.delta_ratio);
    print({ ...scores, ...classification(scores, "normal"), anomalous: classification(scores, "anomalous") });
    """
    browser = node(SCORING, driver, path, folder=tmp_path)
    reference = score(
        Band(epsilon, delta),
        truth=field,
        grid=Field(arrays["grid_x"], arrays["grid_y"], arrays["log_p_x"]),
        log_p_g=arrays["log_p_g"],
        boundary=ScoredPoints(arrays["boundary"], arrays["boundary_log_p_x"], case["boundary_log_p_g"]),
        data=arrays["data"],
        data_modes=case["data_modes"],
        model_samples_log_p_x=arrays["boundary_log_p_x"],
    ).to_dict()
    for name in COUNTS:
        assert browser[name] == reference[name], name
    for name in ("precision", "recall", "f1", "accuracy"):
        assert browser["anomalous"][name] == pytest.approx(reference["anomalous"][name], abs=1e-12), name
    for name in SHARES:
        assert browser[name] == pytest.approx(reference[name], abs=1e-6), name
    assert reference["contour_distance_p95"] > reference["contour_distance_mean"] > 0.01  # the model is off by 0.1
    for name in CONTOUR_DISTANCES:  # of a contour of a coarse grid, in single precision in the browser
        assert browser[name] == pytest.approx(reference[name], rel=1e-3), name
    for name in DISTANCES:
        # Where the share of 95 % falls exactly between two probes, rounding decides which of them is reported.
        tolerance = 1e-6
        assert browser[name] == pytest.approx(reference[name], rel=tolerance), name


@pytest.mark.parametrize("epsilon", [0.002, 0.01, 0.03])
def test_rays_in_the_browser_cross_the_level_where_they_do_exactly(epsilon: float, tmp_path: Path) -> None:
    case = evaluation_case("bimodal_separate", 0.1)
    (tmp_path / "payload").write_bytes(pack(case["rays"], {}))
    driver = f"""
    const {{ arrays: {{ ray_index, ray_points, ray_log_p_g }} }} = readTensors(payloads[0]);
    const rays = {{ index: ray_index.values, points: ray_points.values, logModel: ray_log_p_g.values }};
    print(Array.from(rayCrossings(rays, Math.log({epsilon}))));
    """
    found = np.reshape(node(("core/arrays", "math/rays"), driver, tmp_path / "payload", folder=tmp_path), (-1, 2))
    exact = cross_rays(ClosedForm(case["model"]), directions_in_plane(RAYS), epsilon).points.numpy()
    assert len(found) == len(exact) > RAYS
    np.testing.assert_allclose(case["model"].log_prob(found), np.log(epsilon), atol=0.015)
    assert np.median(np.hypot(*(found - exact).T)) < 0.01  # half a pixel; more where a ray grazes the contour


def test_scores_that_do_not_exist_are_null(tmp_path: Path) -> None:
    case = evaluation_case("unimodal", 0.1)
    arrays, field = case["arrays"] | case["rays"], truth_field(case["mixture"], 0.001)
    path = tmp_path / "payload"
    names = {"field_x": field.x, "field_y": field.y, "field": field.values.astype(np.float32)}
    path.write_bytes(pack(arrays | names, {}))
    driver = """
    const { arrays } = readTensors(payloads[0]);
    const { detail, ...scores } = evaluateAt(prepareEvaluation(arrays), 0.9, 0.9);
    print({ ...scores, ...classification(scores, "normal") });
    """
    scores = node(SCORING, driver, path, folder=tmp_path)
    missing = ("precision", "recall", "f1", "auroc", "bp2", "boundary_recall", "bf1", *DISTANCES)
    assert {name: scores[name] for name in missing} == dict.fromkeys(missing)
    assert (scores["accuracy"], scores["bp1"], scores["components"]) == (1, 0, 0)


def timeline(driver: str, *payloads: bytes, folder: Path) -> Any:
    paths = []
    for index, payload in enumerate(payloads):
        paths.append(folder / f"payload{index}")
        paths[-1].write_bytes(payload)
    head = "const read = payloads.map((bytes) => readTensors(bytes)), t = new Timeline();\n"
    head += "const take = (i, calm = false) => (read[i].meta.kind === 'full' ? t.replace : t.append)"
    head += ".call(t, read[i].arrays, read[i].meta, calm);\n"
    return node(("core/arrays", "player/timeline"), head + driver, *paths, folder=folder)


def part(first: int, last: int) -> dict[str, Any]:
    """Snapshots first to last of a run: all points of snapshot k lie at x = k/10."""
    numbers = np.arange(first, last + 1)
    return {
        "points": np.full((len(numbers), 5, 2), numbers[:, None, None] / 10),
        "steps": numbers,
        "terms": np.ones((len(numbers), 4)),
    }


def test_newer_snapshots_are_joined_and_gaps_are_left_alone(tmp_path: Path) -> None:
    sent = [
        full_payload(**part(0, 2), live=True),
        delta_payload(first=2, **part(2, 4)),
        delta_payload(first=6, **part(6, 7)),
        delta_payload(first=5, run="b", **part(5, 5)),
        full_payload(**part(0, 7), live=False),
    ]
    driver = """
    const seen = [];
    for (let i = 0; i < read.length; i += 1) { take(i); seen.push(Array.from(t.steps)); }
    t.seek(7);
    print([seen, t.points([-2, -2], [2, 2])[0]]);
    """
    seen, x = timeline(driver, *sent, folder=tmp_path)
    assert seen == [[0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4], list(range(8))]
    assert x == pytest.approx(0.7, abs=1e-4)


def test_the_playhead_follows_a_live_run_until_it_is_moved(tmp_path: Path) -> None:
    sent = [
        full_payload(**part(0, 2), live=True),
        delta_payload(first=3, **part(3, 5)),
        full_payload(**part(0, 8), live=False),
    ]
    driver = """
    take(0);
    const seen = [[t.playhead, t.playing]];
    take(1);
    seen.push([t.playhead, t.playing], [t.advance(10), t.playhead]);
    t.seek(1);
    take(2);
    seen.push([t.playhead, t.playing, t.advance(10)]);
    t.toggle();
    t.advance(0.125); // nine snapshots play at the slowest rate, 4 a second
    seen.push([t.playhead, t.points([-2, -2], [2, 2])[0]]);
    t.advance(100);
    seen.push([t.playhead, t.playing]);
    t.toggle();
    seen.push([t.playhead, t.playing]);
    print(seen);
    """
    seen = timeline(driver, *sent, folder=tmp_path)
    assert seen[:4] == [[2, True], [2, True], [False, 5], [1, False, False]]
    assert seen[4] == [1.5, pytest.approx(0.15, abs=1e-4)]  # half way between two snapshots
    assert seen[5:] == [[8, False], [0, True]]


def test_reduced_motion_shows_the_end_and_does_not_start(tmp_path: Path) -> None:
    sent = [full_payload(**part(0, 5), autoplay=True, loop=True)]
    driver = """
    take(0, true);
    const calm = [t.playhead, t.playing];
    const other = new Timeline();
    other.replace(read[0].arrays, read[0].meta, false);
    const moving = [other.playhead, other.playing];
    const more = [other.advance(1.5), other.playhead > 5, other.advance(1), other.playhead];
    print([calm, moving, more]);
    """
    calm, moving, more = timeline(driver, *sent, folder=tmp_path)
    assert (calm, moving) == ([5, False], [0, True])
    assert more == [True, True, True, 0]  # rests on the last snapshot, then starts again


def test_arrows_move_with_the_playhead_and_may_be_missing(tmp_path: Path) -> None:
    forces = np.zeros((3, 3, 2, 2))
    forces[1, 0, 1], forces[2, 0, 1] = [0.09, 0.0], [0.0, 0.99]
    sent = [
        full_payload(**part(0, 2), forces=forces),
        delta_payload(first=3, **part(3, 3), forces=forces[2:]),
        full_payload(**part(0, 2)),
    ]
    driver = """
    take(0); take(1);
    const seen = [];
    for (const place of [0.5, 1.5, 3]) { t.playhead = place; seen.push(Array.from(t.arrows())); }
    take(2);
    print([seen, t.arrows()]);
    """
    seen, missing = timeline(driver, *sent, folder=tmp_path)
    unit = FULL_SCALE / canvas_encoding.ARROW_DECADES
    assert missing is None
    for found, second in zip(seen, ([0.5, 0], [0.5, 1], [0, 2]), strict=True):
        assert found == pytest.approx([0, 0, second[0] * unit, second[1] * unit, *[0] * 8], abs=1)


def test_arrows_are_drawn_from_their_points_to_scale(tmp_path: Path) -> None:
    driver = """
    const theme = { background: [255, 255, 255], miss: [2, 2, 2] };
    const context = new SvgContext(680, 680), scale = { least: 0.01, decades: 6 };
    const camera = cameraFor({ width: 644, height: 636 }, [-1, -1], [1, 1]);
    const arrow = (x, y) => [x, y].map((value) => (value * FULL_SCALE) / scale.decades);
    drawForce(context, camera, [0.5, -0.5, 0, 0], [...arrow(2, 0), ...arrow(0, 0)], scale, FORCES[1], theme);
    const lengths = [0.99, 1e12].map((pull) => arrowDecades(pull, scale));
    print([context.parts, camera.x(0.5), camera.y(-0.5), DECADE * markScale(camera), ...lengths]);
    """
    scripts = (
        "core/theme",
        "core/dom",
        "canvas/plane",
        "canvas/marks",
        "export/svg",
        "core/constants",
        "player/forces",
    )
    (halo, shaft, head, outline), x, y, decade, two, most = node(scripts, driver, folder=tmp_path)
    assert (two, most) == (pytest.approx(2), 6)
    path = f'd="M{x:g} {y:g}L{round(x + 2 * decade, 2):g} {y:g}"'
    assert path in halo
    assert path in shaft  # and none of the pull that is 0
    assert 'stroke-dasharray="4 2.5"' in shaft
    assert 'fill="rgb(2,2,2)"' in head
    assert 'stroke="rgb(2,2,2)"' in outline


def test_a_moving_map_is_linear_between_its_snapshots(tmp_path: Path) -> None:
    maps = np.array([[[0, 10], [20, 30], [40, 50]], [[100, 10], [0, 30], [40, 250]]], np.uint8)  # (2, 3, 2)
    (tmp_path / "maps").write_bytes(pack({"maps": maps, "map_frames": np.array([2, 6], np.int32)}, {}))
    driver = """
    const { arrays } = readTensors(payloads[0]);
    print([0, 2, 3, 6, 9].map((playhead) => Array.from(mapAt(arrays, playhead).values)));
    """
    seen = node(("core/arrays", "side_by_side/moving_map"), driver, tmp_path / "maps", folder=tmp_path)
    wanted = [maps[0], maps[0], 0.75 * maps[0] + 0.25 * maps[1], maps[1], maps[1]]
    np.testing.assert_allclose(seen, [values.ravel() for values in wanted], atol=0.5)


def test_points_that_strayed_from_the_window_are_not_drawn_on_its_edge(tmp_path: Path) -> None:
    points = np.array([[-2.5, 0], [-1.999, 0], [0, 0], [0, 9], [2, 1]])
    frames = canvas_encoding.quantise(np.stack([points, points]), [-2, -2], [2, 2])
    arrays = {"frames": frames, "steps": np.array([0, 1], np.int32), "terms": np.zeros((2, 1), np.float32)}
    (tmp_path / "run").write_bytes(pack(arrays, {"run": "a", "low": [-2, -2], "high": [2, 2]}))
    driver = """
    const { arrays, meta } = readTensors(payloads[0]), timeline = new Timeline();
    timeline.replace(arrays, meta, true);
    timeline.playhead = 0.4;
    const keep = inside(timeline.points(meta.low, meta.high), meta);
    print([0, 1, 2, 3, 4].map(keep));
    """
    seen = node(
        ("core/arrays", "player/timeline", "side_by_side/moving_map"), driver, tmp_path / "run", folder=tmp_path
    )
    assert seen == [False, True, True, False, False]
