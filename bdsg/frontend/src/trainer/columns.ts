// What *ours* reads from z: the closed curve, by |z|, and the place on it, by z/‖z‖.

import type { Branches } from "./branches.ts";
import type { Latents } from "./objective.ts";

/** A batch in the order of its curves, so that the columns of one lie together. */
export class Columns {
  readonly of: Int32Array; // the column of each z
  readonly curves: Int32Array; // of each column
  readonly starts: Int32Array; // first column of each curve, and the end
  readonly levels: Float64Array; // position of each column, in steps from the lowest level
  readonly ellipses: Float64Array; // centre and half axes of each column, (N, 6)
  readonly targets: readonly Float32Array[]; // the places that z stand for, in units of the ellipses
  readonly steepness: Float64Array; // ‖∇ log p_g‖ there
  readonly #branches: Branches;

  /** `targets`: two rows to fill, which the kernels read too. */
  constructor(branches: Branches, targets: readonly Float32Array[], columns: number) {
    [this.of, this.curves] = [new Int32Array(columns), new Int32Array(columns)];
    this.starts = new Int32Array(branches.count + 1);
    [this.levels, this.steepness] = [new Float64Array(columns), new Float64Array(columns)];
    this.ellipses = new Float64Array(6 * columns);
    this.targets = targets;
    this.#branches = branches;
  }

  /** Sort a batch, fill the network's inputs, and find the place that each z stands for. */
  read(z: Latents, inputs: Float32Array[]): void {
    this.#sort(z);
    this.#fill(z, inputs);
    this.#aim(z.x.length, inputs[0], inputs[this.#branches.harmonics]);
  }

  /** Which branch each z means, by |z|², among those alive at the level nearest to its own; and its column. */
  #sort({ x, y, positions }: Latents): void {
    const { edges, count } = this.#branches;
    const starts = this.starts.fill(0);
    const columns = this.of;
    for (let n = 0; n < x.length; n += 1) {
      const square = x[n] * x[n] + y[n] * y[n];
      const row = nearestEven(positions[n]) * (count - 1);
      let branch = 0;
      while (branch < count - 1 && edges[row + branch] < square) branch += 1;
      columns[n] = branch;
      starts[branch + 1] += 1;
    }
    for (let k = 0; k < count; k += 1) starts[k + 1] += starts[k];
    for (let n = 0; n < x.length; n += 1) {
      const branch = columns[n];
      const column = starts[branch];
      starts[branch] += 1;
      columns[n] = column;
      this.curves[column] = branch;
      this.levels[column] = positions[n];
    }
    starts.copyWithin(1, 0, count);
    starts[0] = 0;
  }

  /** cos mθ/√m and sin mθ/√m, m = 1 .. harmonics; the branch as one of B; of many levels, that times ±1 at the ends. */
  #fill({ x, y }: Latents, inputs: Float32Array[]): void {
    const { harmonics, count, levels } = this.#branches;
    for (let n = 0; n < x.length; n += 1) {
      const length = Math.max(Math.sqrt(x[n] * x[n] + y[n] * y[n]), 1e-12);
      const column = this.of[n];
      const cosine = x[n] / length;
      const sine = y[n] / length;
      let real = 1;
      let imaginary = 0;
      for (let m = 0; m < harmonics; m += 1) {
        [real, imaginary] = [real * cosine - imaginary * sine, real * sine + imaginary * cosine];
        inputs[m][column] = real * DAMPING[m];
        inputs[harmonics + m][column] = imaginary * DAMPING[m];
      }
    }
    for (let k = 0; k < count; k += 1) {
      const own = inputs[2 * harmonics + k].fill(0).fill(1, this.starts[k], this.starts[k + 1]);
      if (levels === 1) continue;
      const scaled = inputs[2 * harmonics + count + k];
      const scale = 2 / (levels - 1);
      for (let n = 0; n < x.length; n += 1) scaled[n] = own[n] * (scale * this.levels[n] - 1);
    }
  }

  /** The ellipse, the place and its steepness of each column, between the two levels around it. */
  #aim(count: number, cosines: Float32Array, sines: Float32Array): void {
    const { levels, count: branches, places, centres, axes, table, steepness } = this.#branches;
    const [u, v] = this.targets;
    for (let n = 0; n < count; n += 1) {
      const low = Math.min(Math.floor(this.levels[n]), Math.max(levels - 2, 0));
      const up = this.levels[n] - low;
      const first = low * branches + this.curves[n];
      const second = levels > 1 ? first + branches : first;
      const part = (values: Float64Array, size: number, k: number) =>
        (1 - up) * values[size * first + k] + up * values[size * second + k];
      for (let k = 0; k < 2; k += 1) this.ellipses[6 * n + k] = part(centres, 2, k);
      for (let k = 0; k < 4; k += 1) this.ellipses[6 * n + 2 + k] = part(axes, 4, k);
      const turn = Math.atan2(sines[n], cosines[n]) / (2 * Math.PI);
      const place = (turn < 0 ? turn + 1 : turn) * places;
      const below = Math.min(Math.floor(place), places - 1);
      const above = (below + 1) % places;
      const on = place - below;
      u[n] = (1 - on) * part(table, 2 * places, 2 * below) + on * part(table, 2 * places, 2 * above);
      v[n] = (1 - on) * part(table, 2 * places, 2 * below + 1) + on * part(table, 2 * places, 2 * above + 1);
      const nearest = nearestEven(this.levels[n]) * branches + this.curves[n];
      this.steepness[n] = steepness[nearest * places + below];
    }
  }
}

const DAMPING = Float64Array.from({ length: 64 }, (_, m) => 1 / Math.sqrt(m + 1));

/** The nearest whole number, the even one of two: as NumPy and PyTorch round. */
function nearestEven(value: number): number {
  const found = Math.round(value);
  return found - value === 0.5 && found % 2 ? found - 1 : found;
}
