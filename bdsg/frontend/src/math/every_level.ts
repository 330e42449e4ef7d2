// B(z, ε) in the browser: the twin of bdsg/boundary/generators/every_level_numpy.py, so that ε moves the boundary itself.

import type { EvaluationArrays, Tensor } from "../core/payloads.ts";
import type { Numbers } from "../core/types.ts";
import { type Mixture, mixtureLogDensity, mixtureOf } from "./mixture.ts";

interface Layer {
  weight: Numbers;
  bias: Numbers;
  out: number;
  into: number;
}

export const FEWER = 2500; // points of B(z, ε) while the slider is held; all of them once it is let go

export class LevelBoundary {
  private readonly logs: Numbers;
  private readonly edges: Numbers;
  private readonly kinds: number;
  private readonly centres: Numbers;
  private readonly axes: Numbers;
  private readonly radii: Numbers;
  private readonly layers: Layer[];
  private readonly mixture: Mixture;
  count = 0;
  private circle = new Float64Array(0);
  private shares = new Float64Array(0);
  private angular = new Float32Array(0);

  /** From the arrays of an evaluation payload; `level_*` as LevelGenerator.export gives them. */
  constructor(arrays: EvaluationArrays) {
    const tensor = (name: string) => {
      const found = (arrays as unknown as Record<string, Tensor<Float32Array> | undefined>)[`level_${name}`];
      if (!found) throw new Error(`The payload lacks level_${name}.`);
      return found;
    };
    const part = (name: string) => tensor(name).values;
    this.logs = part("log_epsilons");
    this.edges = part("edges");
    this.kinds = tensor("edges").shape[1];
    this.centres = part("centres");
    this.axes = part("axes");
    this.radii = part("radii");
    this.layers = [];
    for (let i = 0; `level_weight_${i}` in arrays; i += 1) {
      const weight = tensor(`weight_${i}`);
      this.layers.push({ weight: weight.values, bias: part(`bias_${i}`), out: weight.shape[0], into: weight.shape[1] });
    }
    this.mixture = mixtureOf(arrays);
    if (!arrays.boundary_latent) throw new Error("The payload has no latent points.");
    this.#readLatents(arrays.boundary_latent.values);
  }

  get range(): [number, number] {
    return [Math.exp(this.logs[0]), Math.exp(this.logs[this.logs.length - 1])];
  }

  covers(epsilon: number) {
    const [low, high] = this.range;
    return epsilon >= low * (1 - 1e-5) && epsilon <= high * (1 + 1e-5);
  }

  /** What each z gives that no level changes: its angle, its |z| as a share, and the angle's part of the first layer. */
  #readLatents(latent: Numbers) {
    const count = latent.length / 2;
    const [{ weight, bias, out, into }] = this.layers;
    const harmonics = (into - 2 * this.kinds) / 2;
    this.count = count;
    this.circle = new Float64Array(2 * count);
    this.shares = new Float64Array(count);
    this.angular = new Float32Array(count * out);
    const features = new Float64Array(2 * harmonics);
    for (let k = 0; k < count; k += 1) {
      const x = latent[2 * k];
      const y = latent[2 * k + 1];
      const far = Math.hypot(x, y);
      const angle = Math.atan2(y, x);
      this.circle.set([x / far, y / far], 2 * k);
      this.shares[k] = Math.max(-Math.expm1(-0.5 * far * far), 1e-7);
      for (let m = 1; m <= harmonics; m += 1) {
        features[m - 1] = Math.cos(m * angle) / Math.sqrt(m);
        features[harmonics + m - 1] = Math.sin(m * angle) / Math.sqrt(m);
      }
      for (let j = 0; j < out; j += 1) {
        let sum = bias[j];
        for (let i = 0; i < features.length; i += 1) sum += weight[j * into + i] * features[i];
        this.angular[k * out + j] = sum;
      }
    }
  }

  /** B(z, ε) for the first `count` z, x and y in turn; beyond the range, at its nearest end. */
  points(epsilon: number, count = this.count) {
    const last = this.logs.length - 1;
    const span = this.logs[last] - this.logs[0];
    const position = Math.min(last, Math.max(0, (last * (Math.log(epsilon) - this.logs[0])) / span));
    const low = Math.min(Math.floor(position), last - 1);
    const up = position - low;
    const row = evenRound(position) * this.kinds;
    const found = new Float64Array(2 * count);
    const starts = this.#starts(position);
    const scratch = this.layers.map(({ out }) => new Float32Array(out));
    for (let k = 0; k < count; k += 1) {
      let branch = 0;
      while (branch < this.kinds - 1 && this.edges[row + branch] < this.shares[k]) branch += 1;
      const [dx, dy] = this.#offset(k, starts[branch], scratch);
      const u = this.radii[branch] * this.circle[2 * k] + dx;
      const v = this.radii[branch] * this.circle[2 * k + 1] + dy;
      const mixed = (values: Numbers, size: number, i: number) =>
        (1 - up) * values[(low * this.kinds + branch) * size + i] +
        up * values[((low + 1) * this.kinds + branch) * size + i];
      found[2 * k] = mixed(this.centres, 2, 0) + mixed(this.axes, 4, 0) * u + mixed(this.axes, 4, 1) * v;
      found[2 * k + 1] = mixed(this.centres, 2, 1) + mixed(this.axes, 4, 2) * u + mixed(this.axes, 4, 3) * v;
    }
    return found;
  }

  /** For each branch, its and the level's part of the first layer. */
  #starts(position: number) {
    const [{ weight, out, into }] = this.layers;
    const level = (2 * position) / (this.logs.length - 1) - 1;
    return Array.from({ length: this.kinds }, (_, branch) =>
      Float32Array.from(
        { length: out },
        (_, j) =>
          weight[j * into + into - 2 * this.kinds + branch] + level * weight[j * into + into - this.kinds + branch],
      ),
    );
  }

  /** The network's offset for the k-th z. */
  #offset(k: number, start: Float32Array, scratch: Float32Array[]) {
    let values = scratch[0];
    const from = k * values.length;
    for (let j = 0; j < values.length; j += 1) values[j] = this.angular[from + j] + start[j];
    for (let layer = 1; layer < this.layers.length; layer += 1) {
      const { weight, bias, out, into } = this.layers[layer];
      const next = scratch[layer];
      for (let i = 0; i < into; i += 1) values[i] /= 1 + Math.exp(-values[i]);
      for (let j = 0, w = 0; j < out; j += 1) {
        let sum = bias[j];
        for (let i = 0; i < into; i += 1, w += 1) sum += weight[w] * values[i];
        next[j] = sum;
      }
      values = next;
    }
    return values;
  }

  logDensity(points: Numbers) {
    return mixtureLogDensity(this.mixture, points);
  }
}

/** Half to even, as Python and PyTorch round. */
function evenRound(value: number) {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
