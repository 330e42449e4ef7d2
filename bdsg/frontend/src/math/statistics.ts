// Shares, means, quantiles and ranks.

import type { Numbers, Pair } from "../core/types.ts";
import { TIE } from "../core/constants.ts";

export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** 2ab / (a + b); 0 when both are 0, null when one does not exist. */
export function harmonicMean(a: number | null, b: number | null) {
  if (a === null || b === null) return null;
  return a + b > 0 ? (2 * a * b) / (a + b) : 0;
}

/** The smallest value up to which the weights sum to `share`; a sum short of it by rounding alone will do. */
export function weightedQuantile(pairs: Pair[], share: number) {
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
export function percentile(values: Numbers, percent: number) {
  const sorted = Float64Array.from(values).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** The rank of each value, 1 for the lowest; equal values share the mean of their ranks. */
export function midRanks(values: Numbers) {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let from = 0, to; from < order.length; from = to) {
    for (to = from + 1; to < order.length && values[order[to]] === values[order[from]];) to += 1;
    for (let k = from; k < to; k += 1) ranks[order[k]] = (from + 1 + to) / 2;
  }
  return ranks;
}
