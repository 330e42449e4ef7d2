// The true density in the browser: the twin of bdsg/data/mixture.py, to the last digits.

import type { EvaluationArrays } from "../core/payloads.ts";
import type { Numbers, Pair } from "../core/types.ts";
/** p_x as a sum of Gaussians: logarithms of their scales, (k,), their means, (k, 2), and what whitens them, (k, 2, 2). */
export interface Mixture {
  logScales: Numbers;
  means: Numbers;
  whiteners: Numbers;
}

/** The mixture of an evaluation payload. */
export function mixtureOf(arrays: EvaluationArrays): Mixture {
  const { mixture_log_scales: scales, mixture_means: means, mixture_whiteners: whiteners } = arrays;
  if (!scales || !means || !whiteners) throw new Error("The payload has no mixture.");
  return { logScales: scales.values, means: means.values, whiteners: whiteners.values };
}

/** log p_x at points, x and y in turn. */
export function mixtureLogDensity({ logScales, means, whiteners }: Mixture, points: Numbers) {
  const found = new Float64Array(points.length / 2);
  const parts = new Float64Array(logScales.length);
  for (let n = 0; n < found.length; n += 1) {
    let highest = -Infinity;
    for (let k = 0; k < parts.length; k += 1) {
      const dx = points[2 * n] - means[2 * k];
      const dy = points[2 * n + 1] - means[2 * k + 1];
      const w = 4 * k;
      const a = whiteners[w] * dx + whiteners[w + 1] * dy;
      const b = whiteners[w + 2] * dx + whiteners[w + 3] * dy;
      parts[k] = logScales[k] - 0.5 * (a * a + b * b);
      highest = Math.max(highest, parts[k]);
    }
    let total = 0;
    for (const part of parts) total += Math.exp(part - highest);
    found[n] = highest + Math.log(total);
  }
  return found;
}

/** log p_x on `count` x `count` nodes from `low` to `high`: Python's truth_field. */
export function mixtureField(mixture: Mixture, low: Pair, high: Pair, count: number) {
  const [x, y] = [0, 1].map((axis) => {
    const step = (high[axis] - low[axis]) / (count - 1);
    return Float64Array.from({ length: count }, (_, k) => (k === count - 1 ? high[axis] : low[axis] + k * step));
  });
  const nodes = new Float64Array(2 * count * count);
  for (let k = 0; k < count * count; k += 1) nodes.set([x[k % count], y[Math.floor(k / count)]], 2 * k);
  return { x, y, values: mixtureLogDensity(mixture, nodes) };
}
