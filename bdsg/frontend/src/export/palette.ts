// The few colours that stand for all of a film's.  No screen.

import type { Pair, Shade } from "../core/types.ts";
const MOST_COLOURS = 255;

/** How often each colour (r + 256 g + 65536 b) occurs in pixels of the canvas, added to `counts`. */
export function countColours(pixels: Uint32Array, counts = new Map<number, number>()) {
  for (let i = 0, from = 0; i < pixels.length; from = i) {
    const colour = pixels[i] & 0xffffff;
    while (i < pixels.length && (pixels[i] & 0xffffff) === colour) i += 1;
    counts.set(colour, (counts.get(colour) ?? 0) + i - from);
  }
  return counts;
}

function channel(colour: number, axis: number) {
  return (colour >> (8 * axis)) & 255;
}

/** Colours with their counts, [colour, count], and what their split is decided by. */
interface Box {
  members: Pair[];
  mean: number[];
  error: number;
  axis: number;
}

/** Mean of a box of [colour, count] pairs, its squared error about it, and the axis that holds most of that. */
export function summary(members: Pair[]): Box {
  let total = 0;
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (const [colour, count] of members) {
    total += count;
    for (let axis = 0; axis < 3; axis += 1) {
      const value = channel(colour, axis);
      sums[axis] += count * value;
      squares[axis] += count * value * value;
    }
  }
  const errors = squares.map((square, axis) => square - sums[axis] ** 2 / total);
  const axis = errors.indexOf(Math.max(...errors));
  // Sums of one colour's squares round to a little more than nothing.
  const error = members.length > 1 ? errors.reduce((a, b) => a + b) : 0;
  return { members, mean: sums.map((sum) => sum / total), error, axis };
}

/** At most 255 colours, [[r, g, b], ...]: the box of the largest squared error is split at its mean, again and again. */
export function paletteOf(counts: Map<number, number>): Shade[] {
  const boxes = [summary([...counts])];
  while (boxes.length < MOST_COLOURS) {
    const worst = boxes.reduce((a, b) => (b.error > a.error ? b : a));
    if (worst.error <= 0) break;
    const { members, mean, axis } = worst;
    const low = ([colour]: Pair) => channel(colour, axis) <= mean[axis];
    boxes[boxes.indexOf(worst)] = summary(members.filter(low));
    boxes.push(summary(members.filter((member) => !low(member))));
  }
  return boxes.map(({ mean: [r, g, b] }) => [Math.round(r), Math.round(g), Math.round(b)]);
}

/** The nearest colour of a palette, remembered for each colour asked for. */
export class Nearest {
  private readonly flat: Int32Array;
  private readonly known = new Map<number, number>();

  constructor(palette: Shade[]) {
    this.flat = Int32Array.from(palette.flat());
  }

  index(colour: number) {
    const known = this.known.get(colour);
    if (known !== undefined) return known;
    const { flat } = this;
    const r = channel(colour, 0);
    const g = channel(colour, 1);
    const b = channel(colour, 2);
    let best = 0;
    let least = Infinity;
    for (let k = 0; k < flat.length; k += 3) {
      const square = (flat[k] - r) ** 2 + (flat[k + 1] - g) ** 2 + (flat[k + 2] - b) ** 2;
      if (square < least) {
        least = square;
        best = k / 3;
      }
    }
    this.known.set(colour, best);
    return best;
  }
}
