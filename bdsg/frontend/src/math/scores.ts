// Every score of the evaluation page for one threshold ε: the twin of bdsg/metrics, which is the reference.
// A score that does not exist is null, never NaN.

import type { EvaluationArrays, Trained } from "../core/payloads.ts";
import type { Field, Grid, Line, Numbers, Pair } from "../core/types.ts";
import type { Rays } from "./rays.ts";
import { COVERED, FEWEST_PROBES, PROBES, REACH, TIE } from "../core/constants.ts";
import { SegmentTree, curveOrder, lineTree } from "./nearest.ts";
import { connectedLabels, contourLines, labelAt, lineLength, spread } from "./contours.ts";
import { mixtureField, mixtureOf } from "./mixture.ts";

export type Positive = "normal" | "anomalous";

/** Grid cells by truth and verdict. */
export interface Counts {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

export interface Classification extends Counts {
  precision: number | null;
  recall: number | null;
  f1: number | null;
  accuracy: number | null;
}

/** A stretch of {p_x = ε}: its probes, which of them are covered, and the number of the piece that it bounds. */
export interface Arc extends Line {
  length: number;
  probes: Float64Array;
  covered: Uint8Array;
  label: number;
}

/** A connected piece of {p_x >= ε}: the length of its contour, and how much of it is covered. */
export interface Piece {
  length: number;
  covered: number;
  recall: number | null;
}

export interface Coverage {
  recall: number | null;
  covered: number;
  total: number;
  components: Piece[];
  arcs: Arc[];
}

export interface Contours {
  upper: Line[];
  lower: Line[];
  middle: Line[];
  model: Line[];
}

interface Distances {
  distance_mean: number | null;
  distance_p95: number | null;
  curve_distance_mean: number | null;
  curve_distance_p95: number | null;
}

interface ContourDistances {
  contour_distance_mean: number | null;
  contour_distance_p95: number | null;
}

export interface Scores extends Counts, Distances, ContourDistances {
  epsilon: number;
  delta: number;
  auroc: number | null;
  bp1: number | null;
  bp2: number | null;
  boundary_recall: number | null;
  bf1: number | null;
  in_band: number;
  points: number;
  band_size: number;
  band_hits: number;
  components: number;
  band_pieces: number;
  components_covered: number;
  detail: { contours: Contours; coverage: Coverage; inBand: Uint8Array; logLow: number; logHigh: number };
}

/** Points of B(z) in the order of a curve that fills the plane, as segments of length 0; log p_x there; and a tree. */
export interface PreparedPoints {
  segments: Float64Array;
  logDensity: Float32Array;
  tree: SegmentTree;
}

export interface Prepared extends PreparedPoints {
  grid: Grid;
  wide: Field;
  model: Field;
  ranks: Float64Array;
  trained: { epsilon: number; field: Field } | null;
  rays: Rays;
}

/** What does not depend on ε: done once for each payload.  `trained`: {epsilon, low, high, nodes} as the payload says it. */
export function prepareEvaluation(arrays: EvaluationArrays, trained: Trained | null = null): Prepared {
  return {
    grid: {
      x: arrays.grid_x.values,
      y: arrays.grid_y.values,
      logTruth: arrays.log_p_x.values,
      logModel: arrays.log_p_g.values,
    },
    wide: { x: arrays.field_x.values, y: arrays.field_y.values, values: arrays.field.values },
    model: { x: arrays.grid_x.values, y: arrays.grid_y.values, values: arrays.log_p_g.values },
    ranks: midRanks(arrays.log_p_g.values),
    trained: trained && {
      epsilon: trained.epsilon,
      field: mixtureField(mixtureOf(arrays), trained.low, trained.high, trained.nodes),
    },
    rays: { index: arrays.ray_index.values, points: arrays.ray_points.values, logModel: arrays.ray_log_p_g.values },
    ...preparePoints(arrays.boundary.values, arrays.boundary_log_p_x.values),
  };
}

/** The points of B(z), (x, y in turn), and log p_x there. */
export function preparePoints(boundary: Numbers, logDensity: Numbers): PreparedPoints {
  const order = curveOrder(boundary),
    segments = new Float64Array(4 * order.length);
  order.forEach((i, k) =>
    segments.set([boundary[2 * i], boundary[2 * i + 1], boundary[2 * i], boundary[2 * i + 1]], 4 * k),
  );
  return {
    segments, // the points in the curve's order, which `inBand` and all that is drawn follow
    logDensity: Float32Array.from(order, (i) => logDensity[i]),
    tree: new SegmentTree(segments),
  };
}

/** All scores at ε with δ = ratio·ε, as plain numbers, and under `detail` what they were counted from. */
export function evaluateAt(prepared: Prepared, epsilon: number, ratio: number): Scores {
  const logHigh = Math.log(epsilon),
    logLow = Math.log(epsilon * ratio);
  const cells = gridCounts(prepared.grid, logHigh);
  const band = modelBand(prepared.grid, logLow, logHigh);
  const points = pointsInBand(prepared.logDensity, logLow, logHigh);
  const field = fieldAt(prepared, epsilon);
  const contours = {
    upper: contourLines(field, logHigh),
    lower: contourLines(field, logLow),
    middle: contourLines(field, 0.5 * (logLow + logHigh)),
    model: contourLines(prepared.model, logHigh),
  };
  const coverage = boundaryCoverage(field, prepared.tree, contours, points.inBand, logHigh);
  const bp1 = share(points.count, points.inBand.length);
  return {
    epsilon,
    delta: epsilon * ratio,
    ...cells,
    auroc: auroc(prepared, logHigh, cells),
    bp1,
    bp2: share(band.hits, band.size),
    boundary_recall: coverage.recall,
    bf1: harmonicMean(bp1, coverage.recall),
    in_band: points.count,
    points: points.inBand.length,
    band_size: band.size,
    band_hits: band.hits,
    components: coverage.components.length,
    band_pieces: connectedLabels(field, 0.5 * (logLow + logHigh)).count,
    components_covered: coverage.components.filter((piece) => (piece.recall ?? 0) >= COVERED).length,
    ...distances(prepared, contours.middle),
    ...contourDistances(contours),
    detail: { contours, coverage, inBand: points.inBand, logLow, logHigh },
  };
}

/** Where contours come from: at the run's own ε the very grid that its stored scores were counted on. */
function fieldAt({ trained, wide }: Prepared, epsilon: number) {
  return trained?.epsilon === epsilon ? trained.field : wide;
}

export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** 2ab / (a + b); 0 when both are 0, null when one does not exist. */
function harmonicMean(a: number | null, b: number | null) {
  if (a === null || b === null) return null;
  return a + b > 0 ? (2 * a * b) / (a + b) : 0;
}

/** The four counts on the classification grid with normal as the positive class. */
function gridCounts({ logTruth, logModel }: Grid, level: number) {
  const counts = [0, 0, 0, 0];
  for (let k = 0; k < logTruth.length; k += 1)
    counts[2 * Number(logTruth[k] >= level) + Number(logModel[k] >= level)] += 1;
  const [tn, fp, fn, tp] = counts;
  return { tp, fp, fn, tn };
}

/** Precision, recall, F1 and accuracy for either positive class; swapping it swaps TP with TN and FP with FN. */
export function classification(scores: Counts, positive: Positive): Classification {
  const { tp, fp, fn, tn } =
    positive === "normal" ? scores : { tp: scores.tn, fp: scores.fn, fn: scores.fp, tn: scores.tp };
  const precision = share(tp, tp + fp),
    recall = share(tp, tp + fn);
  return {
    tp,
    fp,
    fn,
    tn,
    precision,
    recall,
    f1: share(2 * tp, 2 * tp + fp + fn),
    accuracy: share(tp + tn, tp + fp + fn + tn),
  };
}

/** Grid nodes with p_g in [δ, ε], and how many of them have p_x there too. */
function modelBand({ logTruth, logModel }: Grid, low: number, high: number) {
  let size = 0,
    hits = 0;
  for (let k = 0; k < logModel.length; k += 1) {
    if (!(logModel[k] >= low && logModel[k] <= high)) continue;
    size += 1;
    if (logTruth[k] >= low && logTruth[k] <= high) hits += 1;
  }
  return { size, hits };
}

function pointsInBand(logDensity: Numbers, low: number, high: number) {
  const inBand = new Uint8Array(logDensity.length);
  let count = 0;
  for (let i = 0; i < inBand.length; i += 1) {
    inBand[i] = logDensity[i] >= low && logDensity[i] <= high ? 1 : 0;
    count += inBand[i];
  }
  return { inBand, count };
}

/** Boundary recall along {p_x = ε}, over all and for each component of {p_x >= ε}. */
function boundaryCoverage(
  field: Field,
  tree: SegmentTree,
  contours: Contours,
  inBand: Uint8Array,
  level: number,
): Coverage {
  const { labels, count } = connectedLabels(field, level);
  const components: Piece[] = Array.from({ length: count }, () => ({ length: 0, covered: 0, recall: null }));
  const lengths = contours.upper.map(({ points }) => lineLength(points));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const empty = { recall: null, covered: 0, total, components, arcs: [] };
  if (!(total > 0) || !contours.lower.length) return empty;
  const outer = lineTree(contours.lower);
  const arcs = contours.upper.map(({ points, closed }, i) => {
    const probes = spread(points, lengths[i], probeCount(lengths[i], total));
    const covered = coveredProbes(probes, outer, tree, inBand);
    const label = labelAt(field, labels, probes[0], probes[1]);
    return { points, closed, length: lengths[i], probes, covered, label };
  });
  for (const arc of arcs) addArc(components[arc.label - 1], arc);
  for (const piece of components) piece.recall = share(piece.covered, piece.length);
  const covered = arcs.reduce((sum, arc) => sum + arc.length * mean(arc.covered), 0);
  return { recall: covered / total, covered, total, components, arcs };
}

/** For each probe: is there an in-band point within REACH times the band's width there? */
function coveredProbes(probes: Numbers, outer: SegmentTree, tree: SegmentTree, inBand: Uint8Array) {
  const covered = new Uint8Array(probes.length / 2);
  for (let i = 0; i < covered.length; i += 1) {
    const px = probes[2 * i],
      py = probes[2 * i + 1];
    covered[i] = tree.within(px, py, REACH * REACH * outer.nearest(px, py), inBand) ? 1 : 0;
  }
  return covered;
}

function addArc(piece: Piece | undefined, arc: Arc) {
  if (!piece) return;
  piece.length += arc.length;
  piece.covered += arc.length * mean(arc.covered);
}

/** Distances from B(z) to {p_x = sqrt(δε)} and from that curve to B(z): mean and 95th percentile. */
function distances({ segments, tree }: Prepared, middle: Line[]): Distances {
  if (!middle.length || !tree.count) {
    return { distance_mean: null, distance_p95: null, curve_distance_mean: null, curve_distance_p95: null };
  }
  const curve = lineTree(middle),
    toCurve = new Float64Array(tree.count);
  for (let i = 0; i < tree.count; i += 1) toCurve[i] = Math.sqrt(curve.nearest(segments[4 * i], segments[4 * i + 1]));
  const back = fromCurve(middle, tree);
  const total = back.reduce((sum, [, weight]) => sum + weight, 0);
  return {
    distance_mean: mean(toCurve),
    distance_p95: percentile(toCurve, 95),
    curve_distance_mean: back.reduce((sum, [value, weight]) => sum + value * weight, 0) / total,
    curve_distance_p95: weightedQuantile(back, 0.95 * total),
  };
}

/** From {p_g = ε}, by its length, to {p_x = ε}: mean and 95th percentile. */
function contourDistances({ model, upper }: Contours): ContourDistances {
  if (!model.length || !upper.length) return { contour_distance_mean: null, contour_distance_p95: null };
  const apart = fromCurve(model, lineTree(upper)),
    total = apart.reduce((sum, [, weight]) => sum + weight, 0);
  return {
    contour_distance_mean: apart.reduce((sum, [value, weight]) => sum + value * weight, 0) / total,
    contour_distance_p95: weightedQuantile(apart, 0.95 * total),
  };
}

/** Distances from probes along lines to the nearest segment of a tree, each with the arc length that its probe stands for. */
function fromCurve(lines: Line[], tree: SegmentTree) {
  const lengths = lines.map(({ points }) => lineLength(points));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const found: Pair[] = [];
  lines.forEach(({ points }, line) => {
    const count = probeCount(lengths[line], total),
      probes = spread(points, lengths[line], count);
    for (let i = 0; i < 2 * count; i += 2)
      found.push([Math.sqrt(tree.nearest(probes[i], probes[i + 1])), lengths[line] / count]);
  });
  return found;
}

/** Probes on one line: by its share of all lines' length, but never too few. */
function probeCount(length: number, total: number) {
  return Math.max(FEWEST_PROBES, Math.round((PROBES * length) / total));
}

/** The smallest value up to which the weights sum to `share`; a sum short of it by rounding alone will do. */
function weightedQuantile(pairs: Pair[], share: number) {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  let sum = 0;
  for (const [value, weight] of sorted) if ((sum += weight) >= share * (1 - TIE)) return value;
  return sorted[sorted.length - 1][0];
}

export function mean(values: Numbers) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum / values.length;
}

/** NumPy's percentile: linear between the two neighbours in the sorted order. */
function percentile(values: Numbers, percent: number) {
  const sorted = Float64Array.from(values).sort();
  const place = ((sorted.length - 1) * percent) / 100,
    below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** The rank of each value, 1 for the lowest; equal values share the mean of their ranks. */
function midRanks(values: Numbers) {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let from = 0, to; from < order.length; from = to) {
    for (to = from + 1; to < order.length && values[order[to]] === values[order[from]];) to += 1;
    for (let k = from; k < to; k += 1) ranks[order[k]] = (from + 1 + to) / 2;
  }
  return ranks;
}

/** Area under the ROC curve, as the rank-sum statistic of Mann and Whitney; null with only one class. */
export function auroc({ grid, ranks }: Prepared, level: number, { tp, fp, fn, tn }: Counts) {
  const normal = tp + fn,
    anomalous = fp + tn;
  if (normal === 0 || anomalous === 0) return null;
  let sum = 0;
  for (let k = 0; k < ranks.length; k += 1) if (grid.logTruth[k] >= level) sum += ranks[k];
  return (sum - (normal * (normal + 1)) / 2) / (normal * anomalous);
}
