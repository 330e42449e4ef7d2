// log p_g of the plane and its gradient: a Gaussian mixture's closed form, or the spline table of a flow.

import { Spline } from "./spline.ts";
import type { Random } from "./random.ts";

export type Numbers = ArrayLike<number>;

/** log p_g in nats at each point and its gradient, (N,) each. */
export class Found {
  readonly log: Float64Array;
  readonly slopeX: Float64Array;
  readonly slopeY: Float64Array;

  constructor(count: number) {
    [this.log, this.slopeX, this.slopeY] = [0, 1, 2].map(() => new Float64Array(count)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }
}

export interface Density {
  /** Fills `found` for the first `count` points. */
  evaluate(x: Numbers, y: Numbers, count: number, found: Found): void;
  /** Corners of a box that holds {p ≥ level}: low x, low y, high x, high y. */
  box(logLevel: number): [number, number, number, number];
}

/** Weights (K), means (K × 2) and covariances (K × 2 × 2), as a config has them. */
export interface MixtureNumbers {
  weights: number[];
  means: number[][];
  covariances: number[][][];
}

/** log p_g at the nodes of a regular grid; `values` of (nx, ny), those along y in turn. */
export interface TableNumbers {
  low: [number, number];
  high: [number, number];
  shape: [number, number];
  values: Numbers;
}

export type DensityNumbers = MixtureNumbers | TableNumbers;

export function densityOf(numbers: DensityNumbers): Density {
  return "weights" in numbers ? new Mixture(numbers) : new Spline(numbers);
}

const LOG_TURN = Math.log(2 * Math.PI);

/** log Σ_k exp(s_k − ½‖W_k (x − μ_k)‖²), W_k the inverse of Σ_k's Cholesky factor, s_k = log(w_k / (2π √|Σ_k|)). */
export class Mixture implements Density {
  readonly #count: number;
  readonly #weights: number[];
  readonly #means: Float64Array; // (K, 2)
  readonly #factors: Float64Array; // a, b, c of the Cholesky factor [[a, 0], [b, c]], (K, 3)
  readonly #scales: Float64Array;
  readonly #parts: Float64Array;

  constructor({ weights, means, covariances }: MixtureNumbers) {
    this.#count = weights.length;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#weights = weights.map((weight) => weight / total);
    this.#means = Float64Array.from(means.flat());
    this.#factors = Float64Array.from(
      covariances.flatMap(([[xx, xy], [, yy]]) => {
        const a = Math.sqrt(xx);
        const b = xy / a;
        return [a, b, Math.sqrt(yy - b * b)];
      }),
    );
    this.#scales = Float64Array.from(this.#weights, (weight, k) => {
      return Math.log(weight / (this.#factors[3 * k] * this.#factors[3 * k + 2])) - LOG_TURN;
    });
    this.#parts = new Float64Array(3 * this.#count);
  }

  evaluate(x: Numbers, y: Numbers, count: number, found: Found): void {
    const means = this.#means;
    const factors = this.#factors;
    const scales = this.#scales;
    const parts = this.#parts;
    const end = 3 * this.#count;
    for (let n = 0; n < count; n += 1) {
      let highest = -Infinity;
      for (let k = 0, f = 0; f < end; k += 1, f += 3) {
        const u = (x[n] - means[2 * k]) / factors[f];
        const v = (y[n] - means[2 * k + 1] - factors[f + 1] * u) / factors[f + 2];
        const log = scales[k] - 0.5 * (u * u + v * v);
        parts[f] = log;
        parts[f + 2] = v / factors[f + 2];
        parts[f + 1] = (u - factors[f + 1] * parts[f + 2]) / factors[f];
        if (log > highest) highest = log;
      }
      let total = 0;
      let slopeX = 0;
      let slopeY = 0;
      for (let f = 0; f < end; f += 3) {
        const below = parts[f] - highest;
        if (below < -40) continue; // less than a rounding of the total
        const part = below === 0 ? 1 : Math.exp(below);
        total += part;
        slopeX -= part * parts[f + 1];
        slopeY -= part * parts[f + 2];
      }
      found.log[n] = highest + Math.log(total);
      found.slopeX[n] = slopeX / total;
      found.slopeY[n] = slopeY / total;
    }
  }

  /** Outside the ellipse where w_k N_k ≥ level/K, component k adds less than level/K; the box holds all ellipses. */
  box(logLevel: number): [number, number, number, number] {
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = 0; k < this.#count; k += 1) {
      const radius = Math.sqrt(Math.max(0, 2 * (this.#scales[k] - logLevel + Math.log(this.#count))));
      const [a, b, c] = this.#factors.subarray(3 * k, 3 * k + 3);
      [a, Math.sqrt(b * b + c * c)].forEach((spread, axis) => {
        box[axis] = Math.min(box[axis], this.#means[2 * k + axis] - radius * spread);
        box[axis + 2] = Math.max(box[axis + 2], this.#means[2 * k + axis] + radius * spread);
      });
    }
    return box;
  }

  /** Draw points, x and y in turn, (2 · count,); fewer of one seed are the first of more. */
  sample(count: number, random: Random): Float64Array {
    const points = new Float64Array(2 * count);
    for (let n = 0; n < count; n += 1) {
      let left = random.uniform();
      let k = 0;
      while (k < this.#count - 1 && (left -= this.#weights[k]) > 0) k += 1;
      const u = random.normal();
      const v = random.normal();
      points[2 * n] = this.#means[2 * k] + this.#factors[3 * k] * u;
      points[2 * n + 1] = this.#means[2 * k + 1] + this.#factors[3 * k + 1] * u + this.#factors[3 * k + 2] * v;
    }
    return points;
  }
}
