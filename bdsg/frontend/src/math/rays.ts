// Rays of latent space through the invertible model: an answer to where p_g = ε that needs no training of B.

import type { Numbers } from "../core/types.ts";

/** Points along rays of latent space, x and y in turn; which ray each is of, and log p_g there. */
export interface Rays {
  index: Numbers;
  points: Numbers;
  logModel: Numbers;
}

/** Points (x, y in turn) where rays cross the level; `points` and `logModel` lie along the ray that `index` names. */
export function rayCrossings({ index, points, logModel }: Rays, level: number) {
  const found: number[] = [];
  for (let k = 1; k < index.length; k += 1) {
    const before = logModel[k - 1] - level;
    const after = logModel[k] - level;
    if (index[k] !== index[k - 1] || before > 0 === after > 0) continue;
    const t = before / (before - after);
    for (const axis of [0, 1])
      found.push(points[2 * k - 2 + axis] + t * (points[2 * k + axis] - points[2 * k - 2 + axis]));
  }
  return Float64Array.from(found);
}
