// Level sets of a field on a regular grid: contour lines, connected pieces, points spread along a line.
// A field is {x, y, values}: node (column, row) holds values[row * x.length + column].

import type { Field, Line, Numbers } from "../core/types.ts";
const BOTTOM = 0;
const RIGHT = 1;
const TOP = 2;
const LEFT = 3;

// Which edges a contour enters and leaves a cell by, higher values on its left.  The key has a bit for
// each corner above the level: 1 bottom left, 2 bottom right, 4 top right, 8 top left.
const CROSSINGS: number[][] = [
  [],
  [BOTTOM, LEFT],
  [RIGHT, BOTTOM],
  [RIGHT, LEFT],
  [TOP, RIGHT],
  [],
  [TOP, BOTTOM],
  [TOP, LEFT],
  [LEFT, TOP],
  [BOTTOM, TOP],
  [],
  [RIGHT, TOP],
  [LEFT, RIGHT],
  [BOTTOM, RIGHT],
  [LEFT, BOTTOM],
  [],
];
// The two saddles, by whether the mean of the four corners is above the level (contourpy's rule).
const SADDLES: Partial<Record<number, { above: number[]; below: number[] }>> = {
  5: { above: [BOTTOM, RIGHT, TOP, LEFT], below: [BOTTOM, LEFT, TOP, RIGHT] },
  10: { above: [LEFT, BOTTOM, RIGHT, TOP], below: [RIGHT, BOTTOM, LEFT, TOP] },
};

/** Contour lines {values = level} by linear interpolation, each {points: [x0, y0, x1, y1, ...], closed}. */
export function contourLines(field: Field, level: number): Line[] {
  const { next, hasPrevious, starts } = linkedCrossings(field, level);
  const lines: Line[] = [];
  // Open lines first, from their beginning: a walk from their middle would cut them in two.
  for (const edge of starts) if (!hasPrevious[edge] && next[edge] >= 0) lines.push(walk(field, level, next, edge));
  for (const edge of starts) if (next[edge] >= 0) lines.push(walk(field, level, next, edge));
  // A level that a node meets exactly can leave a line of no length: it bounds nothing.
  return lines.filter(({ points }) => lineLength(points) > 0);
}

/** For every grid edge that a contour crosses, the edge it crosses next. */
function linkedCrossings({ x, y, values }: Field, level: number) {
  const nx = x.length;
  const nodes = nx * y.length;
  const next = new Int32Array(2 * nodes).fill(-1);
  const hasPrevious = new Uint8Array(2 * nodes);
  const starts: number[] = [];
  for (let row = 0; row + 1 < y.length; row += 1) {
    for (let column = 0; column + 1 < nx; column += 1) {
      const k = row * nx + column;
      const a = values[k];
      const b = values[k + 1];
      const c = values[k + nx + 1];
      const d = values[k + nx];
      const key = Number(a > level) + 2 * Number(b > level) + 4 * Number(c > level) + 8 * Number(d > level);
      if (key === 0 || key === 15) continue;
      const saddle = SADDLES[key];
      const sides = saddle ? ((a + b + c + d) / 4 > level ? saddle.above : saddle.below) : CROSSINGS[key];
      for (let i = 0; i < sides.length; i += 2) {
        const from = edgeOf(sides[i], k, nx, nodes);
        const to = edgeOf(sides[i + 1], k, nx, nodes);
        next[from] = to;
        hasPrevious[to] = 1;
        starts.push(from);
      }
    }
  }
  return { next, hasPrevious, starts };
}

/** Number of a cell's side among all grid edges: the horizontal ones first, then the vertical ones. */
function edgeOf(side: number, k: number, nx: number, nodes: number) {
  if (side === BOTTOM) return k;
  if (side === TOP) return k + nx;
  return side === LEFT ? nodes + k : nodes + k + 1;
}

function walk(field: Field, level: number, next: Int32Array, first: number): Line {
  const points: number[] = [];
  let edge = first;
  while (edge >= 0) {
    pushCrossing(field, level, edge, points);
    const following = next[edge];
    next[edge] = -1; // used up: each crossing belongs to one line
    if (following === first) {
      pushCrossing(field, level, first, points);
      return { points: Float64Array.from(points), closed: true };
    }
    edge = following;
  }
  return { points: Float64Array.from(points), closed: false };
}

function pushCrossing({ x, y, values }: Field, level: number, edge: number, points: number[]) {
  const nx = x.length;
  const nodes = nx * y.length;
  const vertical = edge >= nodes;
  const k = vertical ? edge - nodes : edge;
  const column = k % nx;
  const row = (k - column) / nx;
  const low = values[k];
  const high = values[k + (vertical ? nx : 1)];
  const t = (level - low) / (high - low);
  points.push(vertical ? x[column] : x[column] + t * (x[column + 1] - x[column]));
  points.push(vertical ? y[row] + t * (y[row + 1] - y[row]) : y[row]);
}

/** 4-connected pieces of {values >= level}: a label 1, 2, ... for each node (0 outside), and their number. */
export function connectedLabels({ x, y, values }: Field, level: number) {
  const nx = x.length;
  const labels = new Int32Array(values.length);
  const stack: number[] = [];
  let count = 0;
  const visit = (k: number) => {
    if (labels[k] !== 0 || !(values[k] >= level)) return;
    labels[k] = count;
    stack.push(k);
  };
  for (let seed = 0; seed < values.length; seed += 1) {
    if (labels[seed] !== 0 || !(values[seed] >= level)) continue;
    count += 1;
    visit(seed);
    while (stack.length) {
      const k = stack.pop()!;
      const column = k % nx;
      if (column > 0) visit(k - 1);
      if (column + 1 < nx) visit(k + 1);
      if (k >= nx) visit(k - nx);
      if (k + nx < nx * y.length) visit(k + nx);
    }
  }
  return { labels, count };
}

/** The label of the highest of the four nodes around a point. */
export function labelAt({ x, y, values }: Field, labels: Int32Array, px: number, py: number) {
  const nx = x.length;
  const column = cellIndex(x, px);
  const row = cellIndex(y, py);
  let best = row * nx + column;
  for (const k of [best + 1, row * nx + nx + column, row * nx + nx + column + 1])
    if (values[k] > values[best]) best = k;
  return labels[best];
}

function cellIndex(nodes: Numbers, value: number) {
  const step = (nodes[nodes.length - 1] - nodes[0]) / (nodes.length - 1);
  return Math.min(nodes.length - 2, Math.max(0, Math.floor((value - nodes[0]) / step)));
}

export function lineLength(points: Numbers) {
  let total = 0;
  for (let i = 2; i < points.length; i += 2)
    total += Math.hypot(points[i] - points[i - 2], points[i + 1] - points[i - 1]);
  return total;
}

/** `count` points spread evenly along a line, at the arc positions (i + 1/2) length / count. */
export function spread(points: Numbers, length: number, count: number) {
  const out = new Float64Array(2 * count);
  let travelled = 0;
  let from = 0;
  let step = Math.hypot(points[2] - points[0], points[3] - points[1]);
  for (let i = 0; i < count; i += 1) {
    const target = ((i + 0.5) * length) / count;
    while (travelled + step < target && from + 4 < points.length) {
      travelled += step;
      from += 2;
      step = Math.hypot(points[from + 2] - points[from], points[from + 3] - points[from + 1]);
    }
    const t = step > 0 ? Math.min(1, (target - travelled) / step) : 0;
    out[2 * i] = points[from] + t * (points[from + 2] - points[from]);
    out[2 * i + 1] = points[from + 1] + t * (points[from + 3] - points[from + 1]);
  }
  return out;
}
