// Points strewn by a brush, and what can be done with them.  No screen.

import type { Pair } from "../core/types.ts";
import { grouped } from "../core/format.ts";

const MOST_UNDONE = 50;
const SPACING = 1 / 3; // of the brush's radius: how far apart two dabs of a stroke lie

/** Numbers of [0, 1) from a seed, 32 bits each: Marsaglia's xorshift (2003). */
export function randomNumbers(seed: number) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A point about `at`, normal with half the radius as its standard deviation, never outside the brush. */
export function strewn(random: () => number, [x, y]: Pair, radius: number): Pair {
  // Inside the brush the share 1 - exp(-2) of a normal's distances is kept; their squares are exponential.
  const far = 0.5 * radius * Math.sqrt(-2 * Math.log(1 - random() * -Math.expm1(-2)));
  const angle = 2 * Math.PI * random();
  return [x + far * Math.cos(angle), y + far * Math.sin(angle)];
}

/** Where dabs lie on the way from one place to another: the first is one space away from `from`. */
export function dabsBetween(from: Pair, to: Pair, radius: number): Pair[] {
  const way = [to[0] - from[0], to[1] - from[1]];
  const count = Math.floor(Math.hypot(...way) / (SPACING * radius));
  const step = (SPACING * radius) / Math.hypot(...way);
  return Array.from({ length: count }, (_, k) => [
    from[0] + way[0] * step * (k + 1),
    from[1] + way[1] * step * (k + 1),
  ]);
}

/** Painted points: x, y in turn. `limits`: the least and the most there may be. */
export class Painting {
  readonly limits: { least: number; most: number };
  private readonly random: () => number;
  points: number[] = [];
  past: number[][] = [];
  private before: number[] | null = null;

  constructor(limits: { least: number; most: number }, random: () => number) {
    this.limits = limits;
    this.random = random;
  }

  get count() {
    return this.points.length / 2;
  }

  get enough() {
    return this.count >= this.limits.least;
  }

  /** One step of undo lasts from here to end(). */
  begin() {
    this.before ??= this.points;
  }

  end() {
    if (this.before && this.before !== this.points) {
      this.past.push(this.before);
      if (this.past.length > MOST_UNDONE) this.past.shift();
    }
    this.before = null;
  }

  /** Add `count` points about a place, as many as there is room for. */
  strew(at: Pair, radius: number, count: number) {
    const room = Math.min(count, this.limits.most - this.count);
    if (room > 0)
      this.points = this.points.concat(Array.from({ length: room }, () => strewn(this.random, at, radius)).flat());
  }

  /** Take away every point within `radius` of a place. */
  erase([x, y]: Pair, radius: number) {
    const { points } = this;
    const stays = (i: number) => Math.hypot(points[i] - x, points[i + 1] - y) > radius;
    const kept = points.filter((_, i) => stays(i - (i % 2)));
    if (kept.length < points.length) this.points = kept;
  }

  clear() {
    this.begin();
    if (this.points.length) this.points = [];
    this.end();
  }

  undo() {
    this.points = this.past.pop() ?? this.points;
  }

  /** How many there are, and what that means. */
  get words() {
    const {
      count,
      limits: { least, most },
    } = this;
    const number = `${grouped(count)} point${count === 1 ? "" : "s"}`;
    if (!count) return "Paint where the data lie: hold the mouse, a finger or a pen on the plane, or press Space.";
    if (count < least) return `${number}. A fit needs ${least} at least: paint ${least - count} more.`;
    if (count >= most) return `${number}, the most there may be: fit a mixture to them, or erase some.`;
    return `${number} of ${grouped(most)} at most. A mixture of Gaussians, fitted to them, becomes the data.`;
  }
}
