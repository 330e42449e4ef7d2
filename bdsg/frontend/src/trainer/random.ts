// Random numbers from a seed: the same seed gives the same numbers, whatever else a page draws.

/** Chris Doty-Humphrey's sfc32, a small fast counting generator of 32 bits, and what is drawn by it. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare = NaN;

  /** `stream`: seeds are shared by independent streams, so that more draws of one leave the others as they were. */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    for (let k = 0; k < 15; k += 1) this.#bits(); // until every bit of the seed has reached every bit of the state
  }

  #bits(): number {
    const found = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + found) | 0;
    return found >>> 0;
  }

  /** Uniform in (0, 1): never an end of it. */
  uniform(): number {
    return (this.#bits() + 0.5) / 2 ** 32;
  }

  /** A standard normal number, by the polar method (Marsaglia and Bray, 1964), which finds two at a time. */
  normal(): number {
    const spare = this.#spare;
    this.#spare = NaN;
    if (!Number.isNaN(spare)) return spare;
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }
}
