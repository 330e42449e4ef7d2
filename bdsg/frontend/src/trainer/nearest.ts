// The nearest sample, exactly, from the few that can be nearest within a cell of a grid.

import { SMALLEST_DISTANCE } from "../core/constants.ts";
import type { Numbers } from "./density.ts";

const MARGIN = 0.5; // how far the grid reaches beyond the samples, as a share of their box's longer side
const MOST_CELLS = 128; // a side; finer grids cost more to make than they save
const MOST_ITEMS = 1 << 19; // in all lists: where samples lie close together for the size of the grid, it stays coarse

/** Lists of samples by cell, one after another: those of cell k are items[starts[k]] to items[starts[k + 1] − 1]. */
interface Lists {
  starts: Int32Array;
  items: Int32Array;
}

/** For points of the plane the nearest of M samples (x and y in turn); beyond the grid all are looked at. */
export class NearestSample {
  readonly #samples: Float64Array;
  readonly #low: [number, number];
  readonly #size: [number, number];
  #side = 1;
  #lists: Lists;

  constructor(samples: Numbers) {
    this.#samples = Float64Array.from(samples);
    const count = samples.length / 2;
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    this.#samples.forEach((value, k) => {
      low[k % 2] = Math.min(low[k % 2], value);
      high[k % 2] = Math.max(high[k % 2], value);
    });
    const margin = MARGIN * Math.max(high[0] - low[0], high[1] - low[1]) || 1;
    this.#low = [low[0] - margin, low[1] - margin];
    this.#size = [high[0] - low[0] + 2 * margin, high[1] - low[1] + 2 * margin];
    this.#lists = { starts: Int32Array.of(0, count), items: Int32Array.from({ length: count }, (_, k) => k) };
    const wanted = Math.min(2 * Math.sqrt(count), MOST_CELLS);
    while (this.#side < wanted && this.#lists.items.length < MOST_ITEMS) this.#refine();
  }

  /**
   * Lists of a grid of twice as many cells a side, from those of the coarse one: if s is the sample nearest to a
   * cell's centre, r away, then no sample farther than r + 2h from the centre is nearest to any point of the cell,
   * where h is half the cell's diagonal.
   */
  #refine(): void {
    const { starts: coarseStarts, items: coarse } = this.#lists;
    const samples = this.#samples;
    const side = 2 * this.#side;
    const [sizeX, sizeY] = [this.#size[0] / side, this.#size[1] / side];
    const diagonal = Math.sqrt(sizeX ** 2 + sizeY ** 2);
    const starts = new Int32Array(side * side + 1);
    const items = new Int32Array(4 * coarse.length);
    const squares = new Float64Array(samples.length / 2);
    let end = 0;
    for (let i = 0; i < side; i += 1) {
      for (let j = 0; j < side; j += 1) {
        const family = (i >> 1) * this.#side + (j >> 1);
        const cx = this.#low[0] + (i + 0.5) * sizeX;
        const cy = this.#low[1] + (j + 0.5) * sizeY;
        let least = Infinity;
        for (let m = coarseStarts[family]; m < coarseStarts[family + 1]; m += 1) {
          const dx = samples[2 * coarse[m]] - cx;
          const dy = samples[2 * coarse[m] + 1] - cy;
          squares[coarse[m]] = dx * dx + dy * dy;
          least = Math.min(least, squares[coarse[m]]);
        }
        const reach = (Math.sqrt(least) + diagonal) ** 2 * (1 + 1e-9);
        for (let m = coarseStarts[family]; m < coarseStarts[family + 1]; m += 1) {
          if (squares[coarse[m]] <= reach) items[end++] = coarse[m];
        }
        starts[i * side + j + 1] = end;
      }
    }
    this.#side = side;
    this.#lists = { starts, items: items.slice(0, end) };
  }

  /** The number of the sample that is nearest to a point. */
  find(x: number, y: number): number {
    const samples = this.#samples;
    const side = this.#side;
    const { starts, items } = this.#lists;
    const i = Math.floor(((x - this.#low[0]) / this.#size[0]) * side);
    const j = Math.floor(((y - this.#low[1]) / this.#size[1]) * side);
    const inside = i >= 0 && i < side && j >= 0 && j < side;
    const cell = i * side + j;
    const first = inside ? starts[cell] : 0;
    const end = inside ? starts[cell + 1] : samples.length / 2;
    let least = Infinity;
    let found = 0;
    for (let m = first; m < end; m += 1) {
      const item = inside ? items[m] : m;
      const dx = x - samples[2 * item];
      const dy = y - samples[2 * item + 1];
      const square = dx * dx + dy * dy;
      if (square < least) [least, found] = [square, item];
    }
    return found;
  }

  /** L1 = mean_i min_j ‖b_i − x_j‖₂ (eq. 4) of `count` points; its gradient times `weight` is added to the pulls. */
  distanceTerm(
    x: Numbers,
    y: Numbers,
    count: number,
    weight: number,
    pullX: Float32Array,
    pullY: Float32Array,
  ): number {
    let total = 0;
    const share = weight / count;
    for (let n = 0; n < count; n += 1) {
      const nearest = this.find(x[n], y[n]);
      const dx = x[n] - this.#samples[2 * nearest];
      const dy = y[n] - this.#samples[2 * nearest + 1];
      const distance = Math.sqrt(dx * dx + dy * dy);
      total += Math.max(distance, SMALLEST_DISTANCE);
      if (!(distance > SMALLEST_DISTANCE)) continue;
      pullX[n] += (share * dx) / distance;
      pullY[n] += (share * dy) / distance;
    }
    return total / count;
  }
}
