// A dense network and its optimiser, for a whole batch at once: rows are units, columns the batch.

import { type Row, SharedMemory } from "./memory.ts";
import type { Random } from "./random.ts";

type Activation = "tanh" | "silu";

const BETAS = [0.9, 0.999] as const;

const padded = (size: number, multiple: number) => multiple * Math.ceil(size / multiple);

interface Layer {
  readonly into: number; // the true widths
  readonly out: number;
  readonly inputs: number; // padded: rows that are and stay 0
  readonly outputs: number;
  readonly place: number; // of the matrix (outputs, inputs) in the flat weights; the biases follow it
  readonly row: number; // of the first output among all rows
}

function layersOf(widths: readonly number[]): Layer[] {
  const found: Layer[] = [];
  let place = 0;
  let row = 0;
  let inputs = padded(widths[0], 2);
  for (let k = 1; k < widths.length; k += 1) {
    const outputs = padded(widths[k], 4);
    row += inputs;
    found.push({ into: widths[k - 1], out: widths[k], inputs, outputs, place, row });
    place += outputs * (inputs + 1);
    inputs = outputs;
  }
  return found;
}

/**
 * Layers of `widths`, the inputs' first, with tanh or SiLU between them, for batches of up to `batch` columns.
 *
 * `inputs` are the rows to fill before `forward`, `outputs` what it leaves; `errors` are the rows to fill with the
 * loss's gradient in the outputs before `backward`.  `memory` has room for `more` rows of a batch besides.
 */
export class Network {
  readonly memory: SharedMemory;
  readonly inputs: Row[];
  readonly outputs: Row[];
  readonly errors: Row[];
  readonly columns: number;
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly #layers: Layer[];
  readonly #weights: Row;
  readonly #gradient: Row;
  readonly #moments: [Row, Row];
  readonly #values: Row;
  readonly #slopes: Row;
  readonly #errors: Row;
  #steps = 0;

  constructor(widths: readonly number[], activation: Activation, batch: number, more: number) {
    this.widths = widths;
    this.activation = activation;
    this.columns = padded(batch, 8);
    this.#layers = layersOf(widths);
    const last = this.#layers.at(-1)!;
    const weights = last.place + last.outputs * (last.inputs + 1);
    const rows = last.row + last.outputs;
    this.memory = new SharedMemory(4 * weights + (3 * rows + more) * this.columns, 7 + more);
    const take = (count: number) => this.memory.take(count);
    [this.#weights, this.#gradient, this.#moments] = [take(weights), take(weights), [take(weights), take(weights)]];
    const size = rows * this.columns;
    [this.#values, this.#slopes, this.#errors] = [take(size), take(size), take(size)];
    this.inputs = this.#rows(this.#values, 0, widths[0]);
    this.outputs = this.#rows(this.#values, last.row, last.out);
    this.errors = this.#rows(this.#errors, last.row, last.out);
  }

  #rows(whole: Row, first: number, count: number): Row[] {
    const { columns } = this;
    return Array.from({ length: count }, (_, k) => whole.subarray((first + k) * columns, (first + k + 1) * columns));
  }

  /** The rows of the last hidden layer. */
  get features(): Row[] {
    const last = this.#layers.at(-1)!;
    return this.#rows(this.#values, last.row - last.inputs, last.into);
  }

  /** Glorot-uniform weights (Glorot and Bengio, 2010, eq. 16), those of the last layer times `last`; biases 0. */
  initialise(random: Random, last = 1): void {
    const count = this.#layers.length;
    this.#eachNumber((at, layer, _, input) => {
      const limit = Math.sqrt(6 / (layer.into + layer.out)) * (layer === this.#layers[count - 1] ? last : 1);
      this.#weights[at] = input < layer.into ? limit * (2 * random.uniform() - 1) : 0;
    });
  }

  /** Every weight and bias in order: of each layer the matrix (out, in), then the biases, whose input is `into`. */
  #eachNumber(visit: (at: number, layer: Layer, output: number, input: number) => void): void {
    for (const layer of this.#layers) {
      const { into, out, inputs, outputs, place } = layer;
      for (let o = 0; o < out; o += 1) for (let i = 0; i < into; i += 1) visit(place + o * inputs + i, layer, o, i);
      for (let o = 0; o < out; o += 1) visit(place + outputs * inputs + o, layer, o, into);
    }
  }

  #plain(flat: Row): Float64Array {
    const found: number[] = [];
    this.#eachNumber((at) => found.push(flat[at]));
    return Float64Array.from(found);
  }

  /** Weights and biases without padding, layer by layer: the matrix (out, in), then the biases (out). */
  get parameters(): Float64Array {
    return this.#plain(this.#weights);
  }

  set parameters(values: ArrayLike<number>) {
    let k = 0;
    this.#eachNumber((at) => (this.#weights[at] = values[k++]));
  }

  /** The loss's gradient in the parameters, after `backward`. */
  get gradient(): Float64Array {
    return this.#plain(this.#gradient);
  }

  /** Whether what another network has learned means the same here, but for its inputs. */
  fits(other: Network): boolean {
    return this.activation === other.activation && this.widths.slice(1).join() === other.widths.slice(1).join();
  }

  /** Go on from where another network is; `inputs` names its input for each of these, −1 for one that it has not. */
  adopt(other: Network, inputs: readonly number[]): void {
    const [first] = this.#layers;
    const [theirs] = other.#layers; // prettier-ignore
    const pairs = [[this.#weights, other.#weights], ...this.#moments.map((own, k) => [own, other.#moments[k]])];
    for (const [own, old] of pairs) {
      own.set(old.subarray(theirs.outputs * theirs.inputs), first.outputs * first.inputs);
      for (let o = 0; o < first.outputs; o += 1) {
        inputs.forEach((i, k) => (own[o * first.inputs + k] = i < 0 ? 0 : old[o * theirs.inputs + i]));
      }
    }
    this.#steps = other.#steps;
  }

  forward(): void {
    const { kernels } = this.memory;
    const { columns } = this;
    const bytes = 4 * columns;
    const weights = this.#weights.byteOffset;
    const values = this.#values.byteOffset;
    const slopes = this.#slopes.byteOffset;
    const last = this.#layers.at(-1);
    for (const layer of this.#layers) {
      const { inputs, outputs, place, row } = layer;
      const matrix = weights + 4 * place;
      const below = values + (row - inputs) * bytes;
      const out = values + row * bytes;
      kernels.multiply(matrix, inputs, 1, below, inputs, out, outputs, columns, matrix + 4 * outputs * inputs, 0);
      if (layer !== last) kernels[this.activation](out, slopes + row * bytes, outputs * columns);
    }
  }

  backward(): void {
    const { kernels } = this.memory;
    const { columns } = this;
    const bytes = 4 * columns;
    const weights = this.#weights.byteOffset;
    const gradient = this.#gradient.byteOffset;
    const values = this.#values.byteOffset;
    const slopes = this.#slopes.byteOffset;
    const errors = this.#errors.byteOffset;
    for (let k = this.#layers.length - 1; k >= 0; k -= 1) {
      const { inputs, outputs, place, row } = this.#layers[k];
      const above = errors + row * bytes;
      const below = (row - inputs) * bytes;
      kernels.correlate(above, outputs, values + below, inputs, columns, gradient + 4 * place);
      if (k === 0) return;
      const matrix = weights + 4 * place;
      kernels.multiply(matrix, 1, inputs, above, outputs, errors + below, inputs, columns, 0, slopes + below);
    }
  }

  /** One step of Adam (Kingma and Ba, 2015, algorithm 1) against the gradient. */
  descend(rate: number): void {
    this.#steps += 1;
    const scale = rate / (1 - BETAS[0] ** this.#steps);
    const root = 1 / Math.sqrt(1 - BETAS[1] ** this.#steps);
    const [first, second] = this.#moments;
    const addresses = [this.#weights, this.#gradient, first, second].map((part) => part.byteOffset);
    const [weights, gradient, mean, square] = addresses;
    this.memory.kernels.adam(weights, gradient, mean, square, this.#weights.length, scale, root);
  }
}
