// Live scores of B(z): what Evaluate counts, by the same code, on the closed form of a mixture.

import { COVERED } from "../core/constants.ts";
import type { Field, Numbers, Pair } from "../core/types.ts";
import { boundaryCoverage, stretches } from "../math/coverage.ts";
import { contourLines } from "../math/contours.ts";
import type { Contours } from "../math/scores.ts";
import { preparePoints } from "../math/scores.ts";
import { harmonicMean, share } from "../math/statistics.ts";
import { Found, Mixture, type MixtureNumbers } from "../trainer/density.ts";

const NODES = 180; // of the grid, each way
const ROOM = 0.04; // around the box that holds all of {p ≥ δ}, as a share of it

export interface LiveScores {
  bp1: number;
  recall: number | null; // null where no place is as dense as ε
  bf1: number | null;
  components: number;
  covered: number;
  held: number[][]; // stretches of the contour with B(z) nearby, x and y in turn
  bare: number[][]; // and those without
}

export class Scorer {
  readonly #mixture: Mixture;
  readonly #field: Field;
  readonly #contours: Contours;
  readonly #low: number;
  readonly #high: number;

  constructor(numbers: MixtureNumbers, epsilon: number, delta: number) {
    this.#mixture = new Mixture(numbers);
    [this.#low, this.#high] = [Math.log(delta), Math.log(epsilon)];
    const box = this.#mixture.box(this.#low);
    const corners: [Pair, Pair] = [
      [box[0], box[1]],
      [box[2], box[3]],
    ];
    this.#field = this.#onGrid(corners);
    const lines = (level: number) => contourLines(this.#field, level);
    this.#contours = { upper: lines(this.#high), lower: lines(this.#low), middle: [], model: [] };
  }

  #onGrid([low, high]: [Pair, Pair]): Field {
    const axis = (k: number) => {
      const side = (high[k] - low[k]) * (1 + 2 * ROOM);
      const from = low[k] - (high[k] - low[k]) * ROOM;
      return Float64Array.from({ length: NODES }, (_, i) => from + (i * side) / (NODES - 1));
    };
    const [x, y] = [axis(0), axis(1)];
    const nodes = { length: NODES * NODES };
    const column = Float64Array.from(nodes, (_, k) => x[k % NODES]);
    const row = Float64Array.from(nodes, (_, k) => y[Math.floor(k / NODES)]);
    return { x, y, values: this.#logDensity(column, row) };
  }

  #logDensity(x: Numbers, y: Numbers) {
    const found = new Found(x.length);
    this.#mixture.evaluate(x, y, x.length, found);
    return found.log;
  }

  /** Scores of points, x and y in turn. */
  scores(points: Float32Array): LiveScores {
    const count = points.length / 2;
    const at = (axis: number) => Float64Array.from({ length: count }, (_, i) => points[2 * i + axis]);
    const { logDensity, tree } = preparePoints(points, this.#logDensity(at(0), at(1)));
    const inBand = Uint8Array.from(logDensity, (log) => Number(log >= this.#low && log <= this.#high));
    const bp1 =
      share(
        inBand.reduce((sum, one) => sum + one, 0),
        count,
      ) ?? 0;
    const { recall, components, arcs } = boundaryCoverage(this.#field, tree, this.#contours, inBand, this.#high);
    return {
      bp1,
      recall,
      bf1: harmonicMean(bp1, recall),
      components: components.length,
      covered: components.filter((piece) => (piece.recall ?? 0) >= COVERED).length,
      held: arcs.flatMap((arc) => stretches(arc, 1)),
      bare: arcs.flatMap((arc) => stretches(arc, 0)),
    };
  }
}
