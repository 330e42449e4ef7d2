// The C² bicubic spline through a table of log p_g: the twin of bdsg/density/spline_table.py.

import type { Density, Found, Numbers, TableNumbers } from "./density.ts";

/**
 * B-spline coefficients (n + 2) of the cubic spline through n values on a uniform grid (de Boor, 1978, chapter IV).
 *
 * With d_i = c_{i−1} − 2c_i + c_{i+1} a node's value is f_i = c_i + d_i/6.  Not-a-knot ends say d_0 − 2d_1 + d_2 = 0,
 * so that d_1 is the second difference of the values there, and c_1 is known; between c_1 and c_{n−2} the system
 * c_{i−1} + 4c_i + c_{i+1} = 6f_i is tridiagonal, and what lies outside follows from it.
 */
export function splineCoefficients(values: Numbers): Float64Array {
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

/** Inside its window the spline; outside, log p_g of the edge less ½(r/s)², s a tenth of the window's diagonal. */
export class Spline implements Density {
  readonly #table: TableNumbers;
  readonly #steps: [number, number];
  readonly #coefficients: Float64Array; // (nx + 2, ny + 2)
  readonly #along = [new Float64Array(8), new Float64Array(8)] as const;
  readonly #fall: number;

  constructor(table: TableNumbers) {
    const { low, high, shape, values } = table;
    const [nx, ny] = shape;
    this.#table = table;
    const size = [high[0] - low[0], high[1] - low[1]];
    this.#steps = [size[0] / (nx - 1), size[1] / (ny - 1)];
    this.#fall = 100 / (size[0] * size[0] + size[1] * size[1]);
    const rows = Array.from({ length: nx }, (_, i) =>
      splineCoefficients(Float64Array.from({ length: ny }, (_, j) => values[i * ny + j])),
    );
    this.#coefficients = new Float64Array((nx + 2) * (ny + 2));
    for (let j = 0; j < ny + 2; j += 1) {
      splineCoefficients(rows.map((row) => row[j])).forEach((value, i) => {
        this.#coefficients[i * (ny + 2) + j] = value;
      });
    }
  }

  evaluate(x: Numbers, y: Numbers, count: number, found: Found): void {
    const { low, high, shape } = this.#table;
    const [stepX, stepY] = this.#steps;
    const [alongX, alongY] = this.#along;
    const c = this.#coefficients;
    const width = shape[1] + 2;
    for (let n = 0; n < count; n += 1) {
      const px = Math.min(Math.max(x[n], low[0]), high[0]);
      const py = Math.min(Math.max(y[n], low[1]), high[1]);
      const s = (px - low[0]) / stepX;
      const t = (py - low[1]) / stepY;
      const i = Math.min(Math.floor(s), shape[0] - 2);
      const j = Math.min(Math.floor(t), shape[1] - 2);
      basis(s - i, alongX);
      basis(t - j, alongY);
      let value = 0;
      let slopeX = 0;
      let slopeY = 0;
      for (let a = 0, k = i * width + j; a < 4; a += 1, k += width) {
        const inner = alongY[0] * c[k] + alongY[1] * c[k + 1] + alongY[2] * c[k + 2] + alongY[3] * c[k + 3];
        value += alongX[a] * inner;
        slopeX += alongX[a + 4] * inner;
        slopeY += alongX[a] * (alongY[4] * c[k] + alongY[5] * c[k + 1] + alongY[6] * c[k + 2] + alongY[7] * c[k + 3]);
      }
      const outX = x[n] - px;
      const outY = y[n] - py;
      found.log[n] = value - 0.5 * this.#fall * (outX * outX + outY * outY);
      found.slopeX[n] = outX === 0 ? slopeX / stepX : -this.#fall * outX;
      found.slopeY[n] = outY === 0 ? slopeY / stepY : -this.#fall * outY;
    }
  }

  box(): [number, number, number, number] {
    return [...this.#table.low, ...this.#table.high];
  }
}
