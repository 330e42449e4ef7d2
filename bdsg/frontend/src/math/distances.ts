// Distances between B(z) and the contours, by the length of the contours.

import type { Line, Pair } from "../core/types.ts";
import { FEWEST_PROBES, PROBES } from "../core/constants.ts";
import { SegmentTree, lineTree } from "./nearest.ts";
import { lineLength, spread } from "./contours.ts";
import { weightedQuantile, mean, percentile } from "./statistics.ts";
import type { Contours, Prepared } from "./scores.ts";

export interface Distances {
  distance_mean: number | null;
  distance_p95: number | null;
  curve_distance_mean: number | null;
  curve_distance_p95: number | null;
}

export interface ContourDistances {
  contour_distance_mean: number | null;
  contour_distance_p95: number | null;
}

/** Distances from B(z) to {p_x = sqrt(δε)} and from that curve to B(z): mean and 95th percentile. */
export function distances({ segments, tree }: Prepared, middle: Line[]): Distances {
  if (!middle.length || !tree.count) {
    return { distance_mean: null, distance_p95: null, curve_distance_mean: null, curve_distance_p95: null };
  }
  const curve = lineTree(middle);
  const toCurve = new Float64Array(tree.count);
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
export function contourDistances({ model, upper }: Contours): ContourDistances {
  if (!model.length || !upper.length) return { contour_distance_mean: null, contour_distance_p95: null };
  const apart = fromCurve(model, lineTree(upper));
  const total = apart.reduce((sum, [, weight]) => sum + weight, 0);
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
    const count = probeCount(lengths[line], total);
    const probes = spread(points, lengths[line], count);
    for (let i = 0; i < 2 * count; i += 2)
      found.push([Math.sqrt(tree.nearest(probes[i], probes[i + 1])), lengths[line] / count]);
  });
  return found;
}

/** Probes on one line: by its share of all lines' length, but never too few. */
export function probeCount(length: number, total: number) {
  return Math.max(FEWEST_PROBES, Math.round((PROBES * length) / total));
}
