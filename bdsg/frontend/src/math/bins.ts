// Scores into bins, and the shares beyond a threshold.  No screen.

import type { Numbers, Pair } from "../core/types.ts";
export const BINS = 44;

/** The window of all sets: from the least score to the highest, without the 1% that lie far out above each. */
export function scoreWindow(sets: { sorted: Float32Array }[]) {
  let low = Infinity;
  let high = -Infinity;
  for (const { sorted } of sets) {
    low = Math.min(low, sorted[0]);
    high = Math.max(high, sorted[Math.floor(0.99 * (sorted.length - 1))]);
  }
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

/** Share of each bin in [low, high]; scores outside fall into the first or the last. */
export function binned(sorted: Float32Array, [low, high]: Pair) {
  const counts = new Float64Array(BINS);
  for (const score of sorted) {
    const k = Math.floor(((score - low) / (high - low)) * BINS);
    counts[Math.min(Math.max(k, 0), BINS - 1)] += 1;
  }
  return counts.map((count) => count / sorted.length);
}

/** The share of sorted scores that lie above the threshold. */
export function shareBeyond(sorted: Float32Array, threshold: number) {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] > threshold) to = middle;
    else from = middle + 1;
  }
  return 1 - from / sorted.length;
}

/** The score below which that share of them lies. */
export function quantile(sorted: Float32Array, share: number) {
  const at = share * (sorted.length - 1);
  const k = Math.floor(at);
  return sorted[k] + (at - k) * ((sorted[k + 1] ?? sorted[k]) - sorted[k]);
}

/** Where a walk's scores first rise above the threshold: 3.5 is half-way from step 3 to step 4; null if they never do. */
export function crossingOf(scores: Numbers, threshold: number) {
  if (scores[0] > threshold) return 0;
  for (let k = 1; k < scores.length; k += 1) {
    if (scores[k] > threshold) return k - 1 + (threshold - scores[k - 1]) / (scores[k] - scores[k - 1]);
  }
  return null;
}
