// Arrays that the compiled kernels (assembly/trainer.ts) and these modules share.

import { KERNELS } from "./kernels.ts";

/** What assembly/trainer.ts exports: arguments are addresses (`byteOffset` of an array here) and counts. */
interface Exports {
  multiply(
    weights: number,
    p: number,
    q: number,
    inputs: number,
    I: number,
    out: number,
    O: number,
    n: number,
    start: number,
    slopes: number,
  ): void;
  correlate(errors: number, O: number, inputs: number, I: number, n: number, gradient: number): void;
  tanh(values: number, slopes: number, count: number): void;
  silu(values: number, slopes: number, count: number): void;
  adam(
    weights: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    scale: number,
    root: number,
  ): void;
  dispersion(
    u: number,
    v: number,
    x: number,
    y: number,
    from: number,
    to: number,
    share: number,
    pullX: number,
    pullY: number,
  ): number;
}

export type Row = Float32Array<ArrayBuffer>;

const PAGE = 65536;
const NOTHING_YET = 1024; // the address 0 means none
const ALIGNED = 4; // numbers of a vector

let compiled: WebAssembly.Module | undefined;

/** A memory of fixed size, handed out once, with the kernels that work in it. */
export class SharedMemory {
  readonly kernels: Exports;
  readonly #buffer: ArrayBuffer;
  #next = NOTHING_YET;

  /** `numbers`: how many single-precision numbers will be asked for in all. */
  constructor(numbers: number, arrays: number) {
    const bytes = NOTHING_YET + 4 * (numbers + ALIGNED * arrays);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNELS), (letter) => letter.charCodeAt(0)));
    this.kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
    this.#buffer = memory.buffer as ArrayBuffer;
  }

  /** `count` numbers, all 0. */
  take(count: number): Row {
    const found = new Float32Array(this.#buffer, this.#next, count);
    this.#next += 4 * ALIGNED * Math.ceil(count / ALIGNED);
    return found;
  }

  /** `count` rows of `columns` numbers each, which lie one after another. */
  rows(count: number, columns: number): Row[] {
    const whole = this.take(count * columns);
    return Array.from({ length: count }, (_, k) => whole.subarray(k * columns, (k + 1) * columns));
  }
}
