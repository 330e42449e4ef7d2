"""Choosing a score paints exactly what it counts: the drawing calls are recorded in Node and counted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bdsg.metrics import truth_field
from bdsg.number_text import measured
from bdsg.runs.tensor_file import pack
from tests.frontend.scripts import SCORING, node
from tests.frontend.test_stage_scripts import evaluation_case

SCRIPTS = (
    *SCORING,
    "evaluation/cells",
    "evaluation/highlights",
    "evaluation/cards",
    "evaluation/card_texts",
    "core/dom",
)
WATCHED = {
    "core/theme": ("imageCanvas", "fade"),
    "canvas/plane": ("drawImage", "clipped"),
    "canvas/marks": ("markScale", "drawLines"),
    "canvas/shapes": ("drawPoints",),
}
RATIO = 0.1

RECORDER = """
// What the scripts draw with, replaced by counters: pixels of a mask, marks that are kept, lengths of lines.
const anything = () => new Proxy(function () {}, { get: () => anything(), apply: () => anything(), set: () => true });
globalThis.document = { createElement: () => ({ getContext: anything }) };
globalThis.DOMMatrix = class { scale() { return this; } };
globalThis.ImageData = class { constructor(width, height) { this.data = new Uint8ClampedArray(4 * width * height); } };
let painted;
globalThis.imageCanvas = (image) => new Uint32Array(image.data.buffer).filter((pixel) => pixel !== 0).length;
globalThis.drawImage = (context, camera, count) => painted.cells.push(count);
globalThis.clipped = (context, camera, draw) => draw();
globalThis.markScale = () => 1;
globalThis.fade = (shade, alpha) => `${shade}`;
globalThis.drawPoints = (context, camera, points, { stride, keep, shape }) => {
  let count = 0;
  for (let k = 0; k < points.length / stride; k += 1) count += !keep || keep(k) ? 1 : 0;
  painted.points[shape] = (painted.points[shape] ?? 0) + count;
};
globalThis.drawLines = (context, camera, lines, { stroke }) => {
  painted.lines[stroke] = (painted.lines[stroke] ?? 0) + lines.reduce((sum, line) => sum + lineLength(line), 0);
};
const { arrays, meta } = readTensors(payloads[0]), prepared = prepareEvaluation(arrays);
const scores = evaluateAt(prepared, meta.epsilon, meta.ratio), theme = new Proxy({}, { get: (_, name) => name });
const sheet = { layer: () => ({ canvas: {}, context: anything() }), put: () => {}, context: anything(), ratio: 1 };
const paintedFor = (id, positive) => {
  painted = { cells: [], points: {}, lines: {} };
  HIGHLIGHTS[id](new Highlighter(sheet, anything(), prepared, scores, positive, theme));
  const { tp, fp, fn, tn } = scores, shown = { ...scores, ...classification(scores, positive) };
  const words = { one: positive, other: positive === "normal" ? "anomalous" : "normal" };
  return { ...painted, counted: CARDS[id].counted(shown, words), text: CARDS[id].text(words) };
};
"""


def numbers(html: str) -> list[float]:
    """The numbers that a sentence says, without its signs."""
    said = re.sub(r"<[^>]*>", "", html)
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", said)]


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """For each positive class and score: what was drawn, what the sentence says; and the scores."""
    folder = tmp_path_factory.mktemp("painted")
    case, epsilon = evaluation_case("bimodal_separate", 0.4), 0.01
    field = truth_field(case["mixture"], epsilon * RATIO)
    low = case["arrays"]["boundary"][:, 1] < 0.5  # the upper half of both curves is left bare
    points = {name: case["arrays"][name][low] for name in ("boundary", "boundary_log_p_x")}
    arrays = {**case["arrays"], **case["rays"], **points, "field_x": field.x, "field_y": field.y, "field": field.values}
    (folder / "payload").write_bytes(pack(arrays, {"epsilon": epsilon, "ratio": RATIO}))
    ids = "Object.keys(HIGHLIGHTS)"
    driver = f"""
    const all = (positive) => Object.fromEntries({ids}.map((id) => [id, paintedFor(id, positive)]));
    const {{ detail, ...plain }} = scores;
    print({{ normal: all("normal"), anomalous: all("anomalous"), scores: plain, coverage: [detail.coverage.covered,
      detail.coverage.total] }});
    """
    found: dict[str, Any] = node(SCRIPTS, RECORDER + driver, folder / "payload", folder=folder, watched=WATCHED)
    return found


@pytest.mark.parametrize("positive", ["normal", "anomalous"])
def test_the_grid_scores_paint_the_cells_that_they_count(painted: dict[str, Any], positive: str) -> None:
    s = painted["scores"]
    tp, fp, fn, tn = (s[k] for k in (("tp", "fp", "fn", "tn") if positive == "normal" else ("tn", "fn", "fp", "tp")))
    shown = painted[positive]
    assert min(tp, fp, fn, tn) > 0
    assert shown["precision"]["cells"] == [fp, tp]  # in the order of OUTCOMES: tn, fp, fn, tp
    assert numbers(shown["precision"]["counted"])[:3] == [tp, tp + fp, fp]
    assert shown["recall"]["cells"] == [fn, tp]
    assert numbers(shown["recall"]["counted"])[:3] == [tp, tp + fn, fn]
    assert shown["f1"]["cells"] == [fp, fn, tp]
    assert numbers(shown["f1"]["counted"]) == [2, tp, 2, tp, fp, fn]
    assert shown["accuracy"]["cells"] == [tn, fp, fn, tp]
    assert numbers(shown["accuracy"]["counted"]) == [tp + tn, tp + fp + fn + tn, tp, tn, fp, fn]


def test_bp2_paints_the_model_band_in_hits_and_misses(painted: dict[str, Any]) -> None:
    hits, size = painted["scores"]["band_hits"], painted["scores"]["band_size"]
    assert painted["normal"]["bp2"]["cells"] == [hits, size - hits]
    assert numbers(painted["normal"]["bp2"]["counted"]) == [hits, size, size - hits]


def test_bp1_paints_every_point_once_in_the_band_or_out_of_it(painted: dict[str, Any]) -> None:
    inside, total = painted["scores"]["in_band"], painted["scores"]["points"]
    assert 0 < inside < total
    assert painted["normal"]["bp1"]["points"] == {"diamond": inside, "cross": total - inside}
    assert numbers(painted["normal"]["bp1"]["counted"])[:3] == [inside, total, total - inside]


@pytest.mark.parametrize("score", ["boundary_recall", "bf1"])
def test_boundary_recall_paints_covered_and_bare_arcs_in_full(painted: dict[str, Any], score: str) -> None:
    covered, total = painted["coverage"]
    lines = painted["normal"][score]["lines"]
    assert 0 < covered < total
    assert lines["hit"] == pytest.approx(covered, rel=0.01)  # chords between probes are a little shorter than arcs
    assert lines["miss"] == pytest.approx(total - covered, rel=0.01)
    said = numbers(painted["normal"]["boundary_recall"]["counted"])
    assert said[:2] == [float(measured(length)) for length in (covered, total)]


def test_bare_pieces_are_told_by_length(painted: dict[str, Any]) -> None:
    covered, total = painted["coverage"]
    said = re.findall(r"([\d.]+) of ([\d.]+) units of piece (\d)", painted["normal"]["components"]["counted"])
    assert sorted(piece for *_, piece in said) == ["1", "2"]
    assert sum(float(bare) for bare, *_ in said) == pytest.approx(total - covered, abs=0.011)
    assert sum(float(length) for _, length, _ in said) == pytest.approx(total, abs=0.011)


def test_the_models_own_error_is_told_beside_that_of_b(painted: dict[str, Any]) -> None:
    said = re.sub(r"<[^>]*>", "", painted["normal"]["distance"]["counted"])
    own = re.search(r"the model's own error: mean ([\d.]+), 95 % within (\d+\.\d+)", said)
    assert own is not None
    expected = [painted["scores"][f"contour_distance_{name}"] for name in ("mean", "p95")]
    assert [float(value) for value in own.groups()] == pytest.approx(expected, abs=6e-4)


def test_bf1_paints_what_both_of_its_parts_paint(painted: dict[str, Any]) -> None:
    shown = painted["normal"]
    assert shown["bf1"]["points"] == shown["bp1"]["points"]
    assert shown["bf1"]["lines"] == shown["boundary_recall"]["lines"]


def test_every_score_says_what_it_means_and_how_it_misleads(painted: dict[str, Any]) -> None:
    for name, shown in painted["normal"].items():
        meaning, _, caution = re.sub(r"<[^>]*>", "", shown["text"]).partition(". ")
        assert meaning, name
        assert caution.endswith("."), name
