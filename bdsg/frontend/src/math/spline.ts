// The C² bicubic spline of a field on a uniform grid, with not-a-knot ends: the twin of bdsg/density/spline_table.py.
// Probe, pictures and trainer read it alike.

import type { Tensor } from "../core/payloads.ts";
import type { Numbers, Pair } from "../core/types.ts";

/**
 * B-spline coefficients (n + 2) of the cubic spline through n values on a uniform grid (de Boor, 1978, chapter IV).
 *
 * With d_i = c_{i−1} − 2c_i + c_{i+1} a node's value is f_i = c_i + d_i/6.  Not-a-knot ends say d_0 − 2d_1 + d_2 = 0,
 * so that d_1 is the second difference of the values there, and c_1 is known; between c_1 and c_{n−2} the system
 * c_{i−1} + 4c_i + c_{i+1} = 6f_i is tridiagonal, and what lies outside follows from it.
 */
function splineCoefficients(values: Numbers): Float64Array {
  const n = values.length;
  const c = new Float64Array(n + 2);
  const ratio = new Float64Array(n + 2);
  const known = (i: number) => values[i] - (values[i - 1] - 2 * values[i] + values[i + 1]) / 6;
  [c[2], c[n - 1]] = [known(1), known(n - 2)]; // c[i + 1] is the coefficient of node i
  for (let i = 2; i <= n - 3; i += 1) {
    const pivot = 1 / (4 - (i > 2 ? ratio[i] : 0));
    ratio[i + 1] = pivot;
    c[i + 1] = (6 * values[i] - c[i] - (i === n - 3 ? c[n - 1] : 0)) * pivot;
  }
  for (let i = n - 4; i >= 2; i -= 1) c[i + 1] -= ratio[i + 1] * c[i + 2];
  c[1] = 6 * values[1] - 4 * c[2] - c[3];
  c[0] = 6 * values[0] - 4 * c[1] - c[2];
  c[n] = 6 * values[n - 2] - 4 * c[n - 1] - c[n - 2];
  c[n + 1] = 6 * values[n - 1] - 4 * c[n] - c[n - 1];
  return c;
}

/** The weights of the four B-splines at a place t in [0, 1] of a cell, and their derivatives. */
function basis(t: number, weights: Float64Array): void {
  const s = 1 - t;
  const square = t * t;
  weights[0] = (s * s * s) / 6;
  weights[1] = (4 - 6 * square + 3 * square * t) / 6;
  weights[2] = (1 + 3 * (t + square - square * t)) / 6;
  weights[3] = (square * t) / 6;
  weights[4] = -0.5 * s * s;
  weights[5] = 1.5 * square - 2 * t;
  weights[6] = 0.5 + t - 1.5 * square;
  weights[7] = 0.5 * square;
}

/** A field of (rows, columns) nodes over [low, high], rows along y; at least 4 of each. */
export class BicubicSpline {
  /** What `look` found: the value, and its slopes along x and y. */
  value = 0;
  slopeX = 0;
  slopeY = 0;
  readonly low: Pair;
  readonly high: Pair;
  readonly #cells: Pair; // along x and y
  readonly #coefficients: Float64Array; // (rows + 2, columns + 2)
  readonly #along = [new Float64Array(8), new Float64Array(8)] as const;

  constructor({ values, shape: [rows, columns] }: Tensor<Numbers>, low: Pair, high: Pair) {
    [this.low, this.high, this.#cells] = [low, high, [columns - 1, rows - 1]];
    const across = Array.from({ length: rows }, (_, row) =>
      splineCoefficients(Float64Array.from({ length: columns }, (_, column) => values[row * columns + column])),
    );
    this.#coefficients = new Float64Array((rows + 2) * (columns + 2));
    for (let column = 0; column < columns + 2; column += 1) {
      splineCoefficients(across.map((row) => row[column])).forEach((value, row) => {
        this.#coefficients[row * (columns + 2) + column] = value;
      });
    }
  }

  /** Find the value and the slopes at a point of the grid. */
  look(px: number, py: number): void {
    const { low, high } = this;
    const [across, up] = this.#cells;
    const [alongX, alongY] = this.#along;
    const perX = across / (high[0] - low[0]);
    const perY = up / (high[1] - low[1]);
    const s = (px - low[0]) * perX;
    const t = (py - low[1]) * perY;
    const i = Math.min(Math.floor(s), across - 1);
    const j = Math.min(Math.floor(t), up - 1);
    basis(s - i, alongX);
    basis(t - j, alongY);
    const c = this.#coefficients;
    const width = across + 3;
    let value = 0;
    let slopeX = 0;
    let slopeY = 0;
    for (let b = 0, k = j * width + i; b < 4; b += 1, k += width) {
      const inner = alongX[0] * c[k] + alongX[1] * c[k + 1] + alongX[2] * c[k + 2] + alongX[3] * c[k + 3];
      value += alongY[b] * inner;
      slopeY += alongY[b + 4] * inner;
      slopeX += alongY[b] * (alongX[4] * c[k] + alongX[5] * c[k + 1] + alongX[6] * c[k + 2] + alongX[7] * c[k + 3]);
    }
    this.value = value;
    this.slopeX = slopeX * perX;
    this.slopeY = slopeY * perY;
  }

  /** The value at a point; null outside the grid. */
  at(px: number, py: number): number | null {
    const { low, high } = this;
    if (!(px >= low[0] && px <= high[0] && py >= low[1] && py <= high[1])) return null;
    this.look(px, py);
    return this.value;
  }
}
