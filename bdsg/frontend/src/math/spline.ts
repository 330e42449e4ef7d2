// The C² bicubic spline of a field on a uniform grid, with not-a-knot ends: the twin of bdsg/density/spline_table.py.
// Kept as values and derivatives at the nodes, as de Boor (1978, chapters IV and XVII) has it.

import type { Tensor } from "../core/payloads.ts";
import type { Numbers, Pair } from "../core/types.ts";

/** Slopes at the nodes, in units of a step, of the cubic spline through values[from + k * stride], k < count. */
function slopes(values: Numbers, from: number, stride: number, count: number, out: Float64Array) {
  const at = (k: number) => values[from + k * stride];
  const last = count - 1;
  const above = new Float64Array(count); // the elimination's upper diagonal; the pivots become 1
  // Not-a-knot ends: the third derivative is continuous at the second node and at the last but one.
  above[0] = 2;
  out[from] = -2.5 * at(0) + 2 * at(1) + 0.5 * at(2);
  for (let k = 1; k < last; k += 1) {
    const pivot = 4 - above[k - 1];
    above[k] = 1 / pivot;
    out[from + k * stride] = (3 * (at(k + 1) - at(k - 1)) - out[from + (k - 1) * stride]) / pivot;
  }
  const end = 2.5 * at(last) - 2 * at(last - 1) - 0.5 * at(last - 2);
  out[from + last * stride] = (end - 2 * out[from + (last - 1) * stride]) / (1 - 2 * above[last - 1]);
  for (let k = last - 1; k >= 0; k -= 1) out[from + k * stride] -= above[k] * out[from + (k + 1) * stride];
}

/** Weights of both ends' values and slopes at the share t of a cell. */
function hermite(t: number): [number, number, number, number] {
  const s = 1 - t;
  return [s * s * (1 + 2 * t), t * t * (3 - 2 * t), t * s * s, -t * t * s];
}

/** A field of (rows, columns) nodes over [low, high], rows along y; at least 4 of each. */
export class BicubicSpline {
  private readonly tensor: Tensor<Numbers>;
  private readonly low: Pair;
  private readonly high: Pair;
  /** Along x, along y, and along both. */
  private readonly slopes: [Float64Array, Float64Array, Float64Array];

  constructor(tensor: Tensor<Numbers>, low: Pair, high: Pair) {
    this.tensor = tensor;
    this.low = low;
    this.high = high;
    const {
      values,
      shape: [rows, columns],
    } = tensor;
    const [x, y, both] = (this.slopes = [0, 0, 0].map(() => new Float64Array(values.length)) as typeof this.slopes);
    for (let row = 0; row < rows; row += 1) slopes(values, row * columns, 1, columns, x);
    for (let column = 0; column < columns; column += 1) slopes(values, column, columns, rows, y);
    for (let row = 0; row < rows; row += 1) slopes(y, row * columns, 1, columns, both);
  }

  /** The value at a point; null outside the grid. */
  at(px: number, py: number): number | null {
    const { low, high } = this;
    const [rows, columns] = this.tensor.shape;
    const u = ((px - low[0]) / (high[0] - low[0])) * (columns - 1);
    const v = ((py - low[1]) / (high[1] - low[1])) * (rows - 1);
    if (!(u >= 0 && u <= columns - 1 && v >= 0 && v <= rows - 1)) return null;
    const i = Math.min(columns - 2, Math.floor(u));
    const j = Math.min(rows - 2, Math.floor(v));
    const [x, y, both] = this.slopes;
    const across = hermite(u - i);
    const up = hermite(v - j);
    let sum = 0;
    for (const row of [0, 1]) {
      for (const column of [0, 1]) {
        const k = (j + row) * columns + i + column;
        const along = across[column] * this.tensor.values[k] + across[2 + column] * x[k];
        sum += up[row] * along + up[2 + row] * (across[column] * y[k] + across[2 + column] * both[k]);
      }
    }
    return sum;
  }
}
