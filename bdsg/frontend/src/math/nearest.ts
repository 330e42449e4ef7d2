// Exact nearest point or segment: a tree of boxes over a sequence whose neighbours lie near each other,
// which a contour is by itself and a cloud of points becomes when sorted along a space-filling curve.

import type { Numbers } from "../core/types.ts";
const LEAF = 8;

/** Segments [x0, y0, x1, y1] in a row; a point is a segment of length 0. */
export class SegmentTree {
  readonly segments: Numbers;
  readonly count: number;
  private leaves: number;
  private readonly boxes: Float64Array;
  private readonly stack: Int32Array;
  found: number;

  constructor(segments: Numbers) {
    this.segments = segments;
    this.count = segments.length / 4;
    this.leaves = 1;
    while (this.leaves * LEAF < this.count) this.leaves *= 2;
    this.boxes = new Float64Array(8 * this.leaves); // node i: low x, low y, high x, high y; children 2i and 2i + 1
    for (let i = 2 * this.leaves - 1; i > 0; i -= 1) this.#fitBox(i);
    this.stack = new Int32Array(64);
    this.found = -1; // index of the segment that the last search ended at
  }

  /** The box of node i, around its two children or its segments; an empty one has its low corner at infinity. */
  #fitBox(i: number) {
    const { boxes, segments, leaves, count } = this;
    const inner = i < leaves;
    const source = inner ? boxes : segments;
    const from = inner ? 8 * i : 4 * LEAF * (i - leaves);
    const to = inner ? 8 * i + 8 : Math.min(from + 4 * LEAF, 4 * count);
    let x0 = Infinity;
    let y0 = Infinity;
    let x1 = -Infinity;
    let y1 = -Infinity;
    for (let k = from; k < to; k += 4) {
      if (inner && source[k] === Infinity) continue; // an empty child
      x0 = Math.min(x0, source[k], source[k + 2]);
      y0 = Math.min(y0, source[k + 1], source[k + 3]);
      x1 = Math.max(x1, source[k], source[k + 2]);
      y1 = Math.max(y1, source[k + 1], source[k + 3]);
    }
    boxes.set([x0, y0, x1, y1], 4 * i);
  }

  /** Squared distance to the nearest segment. */
  nearest(px: number, py: number) {
    // The segment found last is a good first guess when neighbours are asked for in turn: most boxes drop out.
    const guess = this.found < 0 ? Infinity : segmentDistance(this.segments, 4 * this.found, px, py);
    return Math.min(guess, this.#search(px, py, guess, null));
  }

  /** Whether a segment that `allowed` marks lies within sqrt(limit), the limit included. */
  within(px: number, py: number, limit: number, allowed: Uint8Array | null) {
    return this.#search(px, py, limit, allowed) <= limit;
  }

  #search(px: number, py: number, limit: number, allowed: Uint8Array | null) {
    const { boxes, stack, leaves } = this;
    let best = limit;
    let size = this.count ? 1 : 0;
    let answer = Infinity;
    stack[0] = 1;
    while (size) {
      const i = stack[--size];
      if (i >= leaves) {
        const value = this.#scan(i - leaves, px, py, best, allowed);
        if (value > best) continue;
        best = answer = value;
        if (allowed) return answer; // one is enough
        continue;
      }
      const left = boxDistance(boxes, 8 * i, px, py);
      const right = boxDistance(boxes, 8 * i + 4, px, py);
      const near = left < right ? 2 * i : 2 * i + 1; // is pushed last, so it is looked at first
      if ((left < right ? right : left) <= best) stack[size++] = near ^ 1;
      if ((left < right ? left : right) <= best) stack[size++] = near;
    }
    return answer;
  }

  #scan(leaf: number, px: number, py: number, limit: number, allowed: Uint8Array | null) {
    const end = Math.min((leaf + 1) * LEAF, this.count);
    let best = Infinity;
    for (let s = leaf * LEAF; s < end; s += 1) {
      if (allowed && !allowed[s]) continue;
      const value = segmentDistance(this.segments, 4 * s, px, py);
      if (value > limit || value >= best) continue;
      best = value;
      this.found = s;
    }
    return best;
  }
}

/** Squared distance from a point to the box at `k`; 0 inside, Infinity for an empty box. */
function boxDistance(boxes: Numbers, k: number, px: number, py: number) {
  const dx = px < boxes[k] ? boxes[k] - px : px > boxes[k + 2] ? px - boxes[k + 2] : 0;
  const dy = py < boxes[k + 1] ? boxes[k + 1] - py : py > boxes[k + 3] ? py - boxes[k + 3] : 0;
  return dx * dx + dy * dy;
}

/** Squared distance from a point to the segment at `k`. */
export function segmentDistance(segments: Numbers, k: number, px: number, py: number) {
  const dx = segments[k + 2] - segments[k];
  const dy = segments[k + 3] - segments[k + 1];
  const ax = px - segments[k];
  const ay = py - segments[k + 1];
  const square = dx * dx + dy * dy;
  const t = square > 0 ? Math.min(1, Math.max(0, (ax * dx + ay * dy) / square)) : 0;
  const ex = ax - t * dx;
  const ey = ay - t * dy;
  return ex * ex + ey * ey;
}

/** A tree over all segments of some contour lines. */
export function lineTree(lines: { points: Numbers }[]) {
  const segments: number[] = [];
  for (const { points } of lines) {
    for (let i = 2; i < points.length; i += 2) segments.push(points[i - 2], points[i - 1], points[i], points[i + 1]);
  }
  return new SegmentTree(Float64Array.from(segments));
}

/** The order in which points (x, y in turn) follow Morton's curve: neighbours in it are near in the plane. */
export function curveOrder(points: Numbers) {
  const count = points.length / 2;
  const keys = new Float64Array(count);
  let lowX = Infinity;
  let lowY = Infinity;
  let size = 0;
  for (let i = 0; i < count; i += 1) {
    lowX = Math.min(lowX, points[2 * i]);
    lowY = Math.min(lowY, points[2 * i + 1]);
  }
  for (let i = 0; i < count; i += 1) size = Math.max(size, points[2 * i] - lowX, points[2 * i + 1] - lowY);
  const scale = size > 0 ? 65535 / size : 0;
  for (let i = 0; i < count; i += 1) {
    const key = spreadBits((points[2 * i] - lowX) * scale) + 2 * spreadBits((points[2 * i + 1] - lowY) * scale);
    keys[i] = key * count + i; // the index rides along, so that a plain numeric sort orders both
  }
  return Int32Array.from(keys.sort(), (key) => key % count);
}

/** 16 bits with a gap after each: abc becomes 0a0b0c. */
function spreadBits(value: number) {
  let bits = value & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}
