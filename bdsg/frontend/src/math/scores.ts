// Every score of the evaluation page for one threshold ε: the twin of bdsg/metrics, which is the reference.
// A score that does not exist is null, never NaN.

import type { EvaluationArrays, Trained } from "../core/payloads.ts";
import type { Field, Grid, Line, Numbers } from "../core/types.ts";
import type { Rays } from "./rays.ts";
import { COVERED } from "../core/constants.ts";
import { SegmentTree, curveOrder } from "./nearest.ts";
import { connectedLabels, contourLines } from "./contours.ts";
import { mixtureField, mixtureOf } from "./mixture.ts";
import { share, harmonicMean, midRanks } from "./statistics.ts";
import { type Distances, type ContourDistances, distances, contourDistances } from "./distances.ts";
import { type Coverage, boundaryCoverage } from "./coverage.ts";

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

export interface Contours {
  upper: Line[];
  lower: Line[];
  middle: Line[];
  model: Line[];
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
  const order = curveOrder(boundary);
  const segments = new Float64Array(4 * order.length);
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
  const logHigh = Math.log(epsilon);
  const logLow = Math.log(epsilon * ratio);
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
  const precision = share(tp, tp + fp);
  const recall = share(tp, tp + fn);
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
  let size = 0;
  let hits = 0;
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

/** Area under the ROC curve, as the rank-sum statistic of Mann and Whitney; null with only one class. */
export function auroc({ grid, ranks }: Prepared, level: number, { tp, fp, fn, tn }: Counts) {
  const normal = tp + fn;
  const anomalous = fp + tn;
  if (normal === 0 || anomalous === 0) return null;
  let sum = 0;
  for (let k = 0; k < ranks.length; k += 1) if (grid.logTruth[k] >= level) sum += ranks[k];
  return (sum - (normal * (normal + 1)) / 2) / (normal * anomalous);
}
