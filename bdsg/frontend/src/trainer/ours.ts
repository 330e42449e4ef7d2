// Ours: a level-aimed L0, the distance to the place that z stands for, and dispersion within each closed curve;
// at one level, or at a random one of a range for every z.

import { ENDS, LOG_RATIO_CAP, SMALLEST_DISTANCE } from "../core/constants.ts";
import type { Branches } from "./branches.ts";
import { Columns } from "./columns.ts";
import { type Density, Found } from "./density.ts";
import { Network } from "./network.ts";
import { type Latents, type Objective, type Weights, only, weightedSum, latentsFrom } from "./objective.ts";
import type { Random } from "./random.ts";

const FINAL = 0.05; // of the last layer's first weights: B(z) starts on the ellipses

export interface OurSettings {
  hidden: readonly number[];
  batch: number;
  density: Density;
  branches: Branches;
  position: number; // where the config's ε lies, in steps from the lowest level
}

export class OurObjective implements Objective {
  readonly network: Network;
  readonly branches: Branches;
  readonly #density: Density;
  readonly #position: number;
  readonly #found: Found;
  readonly #points: Float32Array[]; // x and y of B(z) by column
  readonly #local: Float32Array[]; // in units of its ellipse
  readonly #columns: Columns;

  constructor({ hidden, batch, density, branches, position }: OurSettings, random: Random) {
    const { harmonics, count, levels } = branches;
    const inputs = 2 * harmonics + (levels > 1 ? 2 : 1) * count;
    this.network = new Network([inputs, ...hidden, 2], "silu", batch, 6);
    this.network.initialise(random, FINAL);
    const rows = () => this.network.memory.rows(2, this.network.columns);
    const { columns } = this.network;
    [this.#points, this.#local] = [rows(), rows()];
    this.#columns = new Columns(branches, rows(), columns);
    this.branches = branches;
    this.#density = density;
    this.#position = position;
    this.#found = new Found(columns);
  }

  draw(random: Random, z: Latents): void {
    const last = this.branches.levels - 1;
    for (let n = 0; n < z.x.length; n += 1) {
      z.x[n] = random.normal();
      z.y[n] = random.normal();
      if (last) z.positions[n] = last * Math.min(Math.max((1 + 2 * ENDS) * random.uniform() - ENDS, 0), 1);
    }
  }

  /** B(z) by column, in units of the ellipses and in data space. */
  #place(z: Latents): void {
    const { radii, harmonics } = this.branches;
    const { inputs, outputs } = this.network;
    const count = z.x.length;
    this.#columns.read(z, inputs);
    this.network.forward();
    const [x, y] = this.#local;
    const [dataX, dataY] = this.#points;
    const e = this.#columns.ellipses;
    for (let n = 0, k = 0; n < count; n += 1, k += 6) {
      const radius = radii[this.#columns.curves[n]];
      x[n] = radius * inputs[0][n] + outputs[0][n];
      y[n] = radius * inputs[harmonics][n] + outputs[1][n];
      dataX[n] = e[k] + e[k + 2] * x[n] + e[k + 3] * y[n];
      dataY[n] = e[k + 1] + e[k + 4] * x[n] + e[k + 5] * y[n];
    }
  }

  /**
   * L0 = mean_i h(log p_g(b_i) − log ε*)/(1 + a_i²), h(t) = t² up to a cap and linear beyond, a_i how far b_i is from
   * its place in nats of the slope there; L1 = mean_i ‖l_i − t_i‖; their weighted gradient in l into the errors.
   */
  #levelAndPlace(count: number, { l0, lambda1 }: Weights, terms: Float64Array): void {
    const { lowest, step } = this.branches;
    const [x, y] = this.#local;
    const [u, v] = this.#columns.targets;
    const e = this.#columns.ellipses;
    const [pullX, pullY] = this.network.errors;
    const { log, slopeX, slopeY } = this.#found;
    let level = 0;
    let place = 0;
    for (let n = 0, k = 0; n < count; n += 1, k += 6) {
      const a = e[k + 2];
      const b = e[k + 3];
      const c = e[k + 4];
      const d = e[k + 5];
      const offX = x[n] - u[n];
      const offY = y[n] - v[n];
      const dataX = a * offX + b * offY;
      const dataY = c * offX + d * offY;
      const share = 1 / (1 + (dataX * dataX + dataY * dataY) * this.#columns.steepness[n] ** 2);
      const misfit = log[n] - lowest - step * this.#columns.levels[n];
      const within = Math.max(Math.min(misfit, LOG_RATIO_CAP), -LOG_RATIO_CAP);
      const slope = (l0 * share * 2 * within) / count;
      const distance = Math.sqrt(offX * offX + offY * offY);
      const near = distance > SMALLEST_DISTANCE ? lambda1 / (count * distance) : 0;
      pullX[n] = slope * (a * slopeX[n] + c * slopeY[n]) + near * offX;
      pullY[n] = slope * (b * slopeX[n] + d * slopeY[n]) + near * offY;
      level += share * within * (2 * misfit - within);
      place += Math.max(distance, SMALLEST_DISTANCE);
    }
    [terms[1], terms[2]] = [level / count, place / count];
  }

  /** L2: eq. 4's ratio over the pairs within one curve, between places and B(z) in units of the ellipse. */
  #disperse(lambda2: number): number {
    const { kernels } = this.network.memory;
    const starts = this.#columns.starts;
    const [u, v, x, y] = [...this.#columns.targets, ...this.#local].map((row) => row.byteOffset);
    const [pullX, pullY] = this.network.errors.map((row) => row.byteOffset);
    let pairs = 0;
    let total = 0;
    for (let k = 0; k + 1 < starts.length; k += 1) {
      const size = starts[k + 1] - starts[k];
      pairs += 0.5 * size * (size - 1);
    }
    if (pairs === 0) return 0;
    for (let k = 0; k + 1 < starts.length; k += 1) {
      total += kernels.dispersion(u, v, x, y, starts[k], starts[k + 1], lambda2 / pairs, pullX, pullY);
    }
    return total / pairs;
  }

  /** log p_g and its slopes at the points. */
  #look(count: number): void {
    const [x, y] = this.#points;
    this.#density.evaluate(x, y, count, this.#found);
  }

  #pull(count: number, weights: Weights, terms: Float64Array): void {
    this.#levelAndPlace(count, weights, terms);
    terms[3] = this.#disperse(weights.lambda2);
    weightedSum(terms, weights);
  }

  evaluate(z: Latents, weights: Weights, terms: Float64Array): void {
    this.#place(z);
    this.#look(z.x.length);
    this.#pull(z.x.length, weights, terms);
    this.network.backward();
  }

  points(z: Float64Array): Float32Array<ArrayBuffer> {
    const found = new Float32Array(z.length);
    const { columns } = this.network;
    const [x, y] = this.#points;
    for (let from = 0; from < z.length / 2; from += columns) {
      const part = latentsFrom(z, from, columns);
      part.positions.fill(this.#position);
      this.#place(part);
      for (let n = 0; n < part.x.length; n += 1) {
        found.set([x[this.#columns.of[n]], y[this.#columns.of[n]]], 2 * (from + n));
      }
    }
    return found;
  }

  forces(z: Float64Array, weights: Weights): Float32Array<ArrayBuffer> {
    const part = latentsFrom(z, 0, this.network.columns);
    const count = part.x.length;
    const terms = new Float64Array(4);
    const found = new Float32Array(6 * count);
    const [pullX, pullY] = this.network.errors;
    const e = this.#columns.ellipses;
    part.positions.fill(this.#position);
    this.#place(part);
    this.#look(count);
    only(weights).forEach((alone, k) => {
      this.#pull(count, alone, terms);
      for (let n = 0; n < count; n += 1) {
        const column = this.#columns.of[n];
        const [a, b, c, d] = e.subarray(6 * column + 2, 6 * column + 6);
        const scale = -count / (a * d - b * c);
        const x = pullX[column];
        const y = pullY[column]; // −N · A⁻ᵀ · the gradient in l
        found.set([scale * (d * x - c * y), scale * (a * y - b * x)], 2 * (k * count + n));
      }
    });
    this.network.errors.forEach((row) => row.fill(0)); // columns beyond the batch stay 0
    return found;
  }

  /** Weights go on: each offset is in units of its ellipse.  A new curve does as the nearest old one did. */
  adopt(before: Objective): void {
    if (!(before instanceof OurObjective) || !this.network.fits(before.network)) return;
    const { harmonics, count, levels } = this.branches;
    const old = before.branches; // prettier-ignore
    const angles = Array.from({ length: 2 * harmonics }, (_, k) => {
      const m = k % harmonics;
      return m < old.harmonics ? m + (k < harmonics ? 0 : old.harmonics) : -1;
    });
    const curves = Array.from({ length: count }, (_, k) => 2 * old.harmonics + nearestCentre(this.branches, k, old));
    const scaled = curves.map((input) => (old.levels > 1 ? input + old.count : -1));
    this.network.adopt(before.network, [...angles, ...curves, ...(levels > 1 ? scaled : [])]);
  }
}

/** The curve of other branches whose ellipse has its centre nearest to that of curve k, both in their middle level. */
function nearestCentre(branches: Branches, k: number, others: Branches): number {
  const centre = ({ levels, count, centres }: Branches, b: number) => {
    const at = 2 * ((levels >> 1) * count + b);
    return [centres[at], centres[at + 1]];
  };
  const [x, y] = centre(branches, k);
  const squares = Array.from({ length: others.count }, (_, b) => {
    const [otherX, otherY] = centre(others, b);
    return (x - otherX) ** 2 + (y - otherY) ** 2;
  });
  return squares.indexOf(Math.min(...squares));
}
