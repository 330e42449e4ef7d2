// The curves of the loss chart, and their scales.

import type { Timeline } from "./timeline.ts";

export interface Curve {
  name: string;
  dash: number[];
}

/** A value of a curve as a share of its panel's height. */
export type Scale = ((value: number) => number) & { log: boolean };

export const CURVES: Curve[] = [
  { name: "loss", dash: [] },
  { name: "L0", dash: [5, 3] },
  { name: "L1", dash: [1.5, 2.5] },
  { name: "L2", dash: [8, 3, 1.5, 3] },
];

export type Weight = "lambda1" | "lambda2";

export type Changed = Weight | "learning_rate";

export const WEIGHTED: Partial<Record<number, Weight>> = { 2: "lambda1", 3: "lambda2" };

// the weight of a panel's term
export const CHANGED: Record<Changed, { panel: number; symbol: string }> = {
  learning_rate: { panel: 0, symbol: "learning rate" },
  lambda1: { panel: 2, symbol: "λ1" },
  lambda2: { panel: 3, symbol: "λ2" },
};

export const EDGE = { left: 2, right: 10, top: 4, bottom: 22, header: 22, gap: 12 };

/** The step at the playhead, linear between snapshots. */
export function stepAt({ steps, playhead, last }: Pick<Timeline, "steps" | "playhead" | "last">) {
  const place = Math.min(playhead, last);
  const before = Math.floor(place);
  return steps[before] + (place - before) * (steps[Math.min(before + 1, last)] - steps[before]);
}

/** Maps the values of column k to [0, 1]; logarithmic when they are positive and span more than a factor of 30. */
export function valueScale(terms: Float32Array[], k: number): Scale {
  let low = Infinity;
  let high = -Infinity;
  for (const row of terms) {
    low = Math.min(low, row[k]);
    high = Math.max(high, row[k]);
  }
  const log = low > 0 && high / low > 30;
  const map = (value: number) => (log ? Math.log(value) : value);
  const from = map(low);
  const span = map(high) - from;
  const place = (value: number) => (span > 0 ? (map(value) - from) / span : 0.5);
  return Object.assign(place, { log });
}
