// Eq. 4 to the letter: B(z) = centre + spread · network(z/‖z‖) and its three terms.

import { RIDGE, START_RADIUS } from "../core/constants.ts";
import { type Density, Found, type Numbers } from "./density.ts";
import { fitLastLayer } from "./last_layer.ts";
import { NearestSample } from "./nearest.ts";
import { Network } from "./network.ts";
import { type Latents, type Objective, type Weights, only, weightedSum, latentsFrom } from "./objective.ts";
import type { Random } from "./random.ts";

const PROBES = 256;

const TAKING_OVER = 1e-7; // the ridge of a network that takes over from another: it must be where that was

export interface PaperSettings {
  hidden: readonly number[];
  batch: number;
  density: Density;
  data: Numbers; // x and y in turn, (2M,)
}

export class PaperObjective implements Objective {
  readonly network: Network;
  readonly #density: Density;
  readonly #nearest: NearestSample;
  readonly #found: Found;
  readonly #points: Float32Array[]; // x and y, (N,) each
  #centre: number[];
  #spread: number[];

  constructor({ hidden, batch, density, data }: PaperSettings, random: Random) {
    this.network = new Network([2, ...hidden, 2], "tanh", batch, 2);
    this.#points = this.network.memory.rows(2, this.network.columns);
    this.#density = density;
    this.#nearest = new NearestSample(data);
    this.#found = new Found(batch);
    [this.#centre, this.#spread] = momentsOf(data);
    this.network.initialise(random);
    this.#start((cosine, sine) => [START_RADIUS * cosine, START_RADIUS * sine], RIDGE);
  }

  /** Fit the last layer so that the image of z/‖z‖ is a closed curve, in units of the spread around the centre. */
  #start(curve: (cosine: number, sine: number) => number[], ridge: number): void {
    const { network } = this;
    const features = network.features.map(() => new Float64Array(PROBES));
    const circle = Array.from({ length: PROBES }, (_, k) => [
      Math.cos((2 * Math.PI * k) / PROBES),
      Math.sin((2 * Math.PI * k) / PROBES),
    ]);
    for (let from = 0; from < PROBES; from += network.columns) {
      const part = circle.slice(from, from + network.columns);
      part.forEach((place, n) => {
        [network.inputs[0][n], network.inputs[1][n]] = place;
      });
      network.forward();
      network.features.forEach((row, k) => {
        features[k].set(row.subarray(0, part.length), from);
      });
    }
    const wanted = circle.map(([cosine, sine]) => curve(cosine, sine));
    fitLastLayer(
      network,
      features,
      [0, 1].map((axis) => wanted.map((place) => place[axis])),
      ridge,
    );
  }

  draw(random: Random, z: Latents): void {
    for (let n = 0; n < z.x.length; n += 1) {
      z.x[n] = random.normal();
      z.y[n] = random.normal();
    }
  }

  #place({ x, y }: Latents): void {
    const { inputs, outputs } = this.network;
    for (let n = 0; n < x.length; n += 1) {
      const length = Math.max(Math.sqrt(x[n] * x[n] + y[n] * y[n]), 1e-12);
      inputs[0][n] = x[n] / length;
      inputs[1][n] = y[n] / length;
    }
    this.network.forward();
    for (let axis = 0; axis < 2; axis += 1) {
      const centre = this.#centre[axis];
      const spread = this.#spread[axis];
      const to = this.#points[axis];
      const from = outputs[axis];
      for (let n = 0; n < x.length; n += 1) to[n] = centre + spread * from[n];
    }
  }

  /** The terms, and their weighted gradient in B(z) into the network's errors; p_g of the points is known. */
  #pull(count: number, weights: Weights, terms: Float64Array): void {
    const { log, slopeX, slopeY } = this.#found;
    const [x, y] = this.#points;
    const [pullX, pullY] = this.network.errors;
    const share = weights.l0 / count;
    let total = 0;
    for (let n = 0; n < count; n += 1) {
      const p = Math.exp(log[n]); // L0 = mean_i p_g(B(z_i)), by eq. 6
      total += p;
      pullX[n] = share * p * slopeX[n];
      pullY[n] = share * p * slopeY[n];
    }
    terms[1] = total / count;
    terms[2] = this.#nearest.distanceTerm(x, y, count, weights.lambda1, pullX, pullY);
    const [u, v] = this.network.inputs;
    const pairs = 0.5 * count * (count - 1);
    const { kernels } = this.network.memory;
    const part = weights.lambda2 / pairs;
    terms[3] = kernels.dispersion(u.byteOffset, v.byteOffset, x.byteOffset, y.byteOffset, 0, count, part,
      pullX.byteOffset, pullY.byteOffset) / pairs; // prettier-ignore
    weightedSum(terms, weights);
  }

  evaluate(z: Latents, weights: Weights, terms: Float64Array): void {
    const count = z.x.length;
    const [x, y] = this.#points;
    this.#place(z);
    this.#density.evaluate(x, y, count, this.#found);
    this.#pull(count, weights, terms);
    for (let axis = 0; axis < 2; axis += 1) {
      const pull = this.network.errors[axis];
      const spread = this.#spread[axis];
      for (let n = 0; n < count; n += 1) pull[n] *= spread;
    }
    this.network.backward();
  }

  points(z: Float64Array): Float32Array<ArrayBuffer> {
    const found = new Float32Array(z.length);
    const { columns } = this.network;
    const [x, y] = this.#points;
    for (let from = 0; from < z.length / 2; from += columns) {
      const part = latentsFrom(z, from, columns);
      this.#place(part);
      for (let n = 0; n < part.x.length; n += 1) found.set([x[n], y[n]], 2 * (from + n));
    }
    return found;
  }

  forces(z: Float64Array, weights: Weights): Float32Array<ArrayBuffer> {
    const part = latentsFrom(z, 0, this.#found.log.length);
    const count = part.x.length;
    const terms = new Float64Array(4);
    const found = new Float32Array(6 * count);
    const [pullX, pullY] = this.network.errors;
    this.#place(part);
    this.#density.evaluate(this.#points[0], this.#points[1], count, this.#found);
    only(weights).forEach((alone, k) => {
      this.#pull(count, alone, terms);
      for (let n = 0; n < count; n += 1) found.set([-count * pullX[n], -count * pullY[n]], 2 * (k * count + n));
    });
    return found;
  }

  /** Weights go on where the layers are the same; else the new network starts on the curve of the old one. */
  adopt(before: Objective): void {
    if (!(before instanceof PaperObjective)) return;
    [this.#centre, this.#spread] = [before.#centre, before.#spread];
    if (this.network.fits(before.network)) {
      this.network.adopt(before.network, [0, 1]);
      return;
    }
    this.#start((cosine, sine) => {
      const at = before.points(Float64Array.of(cosine, sine));
      return [0, 1].map((axis) => (at[axis] - this.#centre[axis]) / this.#spread[axis]);
    }, TAKING_OVER);
  }
}

/** Mean and standard deviation (of the sample) along each axis. */
function momentsOf(data: Numbers): [number[], number[]] {
  const count = data.length / 2;
  const sums = [0, 0];
  const squares = [0, 0];
  for (let k = 0; k < data.length; k += 1) sums[k % 2] += data[k];
  const centre = sums.map((sum) => sum / count);
  for (let k = 0; k < data.length; k += 1) squares[k % 2] += (data[k] - centre[k % 2]) ** 2;
  return [centre, squares.map((square) => Math.sqrt(square / (count - 1)))];
}
