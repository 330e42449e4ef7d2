// The closed curves of a level set, from contour lines on a grid, moved onto the level by Newton's method.

import { contourLines } from "../math/contours.ts";
import { type Density, Found } from "./density.ts";

const NODES = 192; // a side of the grid: a component narrower than a cell can fall between its nodes
const NEWTON_STEPS = 3;
const SHORTEST = 0.05; // sides of a contour shorter than this share of a cell are joined to the next

/** A closed curve with the higher density on its left; the last corner is joined to the first. */
export interface ClosedCurve {
  points: Float64Array; // corners, x and y in turn, (2n,)
  tangents: Float64Array; // unit tangents at them
}

/** log p on a regular grid over a box, as the contours take it; `highest` of its values. */
export interface LevelField {
  x: Float64Array;
  y: Float64Array;
  values: Float64Array;
  highest: number;
}

/** log p on the grid over a box that holds {p ≥ level}. */
export function levelField(density: Density, logLevel: number): LevelField {
  const [lowX, lowY, highX, highY] = density.box(logLevel);
  const axis = (low: number, high: number) => {
    const margin = 0.02 * (high - low);
    const step = (high - low + 2 * margin) / (NODES - 1);
    return Float64Array.from({ length: NODES }, (_, k) => low - margin + k * step);
  };
  const x = axis(lowX, highX);
  const y = axis(lowY, highY);
  const values = new Float64Array(NODES * NODES);
  const found = new Found(NODES);
  let highest = -Infinity;
  for (let row = 0; row < NODES; row += 1) {
    density.evaluate(x, new Float64Array(NODES).fill(y[row]), NODES, found);
    values.set(found.log, row * NODES);
    for (const value of found.log) highest = Math.max(highest, value);
  }
  return { x, y, values, highest };
}

/** Every closed curve of {log p = level} that the grid shows. */
export function closedCurves(density: Density, field: LevelField, logLevel: number): ClosedCurve[] {
  const cell = Math.min(field.x[1] - field.x[0], field.y[1] - field.y[0]);
  return contourLines(field, logLevel)
    .filter(({ closed }) => closed)
    .map(({ points }) => onLevel(density, withoutShortSides(points, SHORTEST * cell), logLevel, cell))
    .filter(({ points, tangents }) => points.length >= 6 && isSimple(tangents));
}

/** A contour crosses grid edges anywhere: two corners can all but meet.  The last corner is the first again. */
function withoutShortSides(points: ArrayLike<number>, shortest: number): Float64Array {
  const kept: number[] = [];
  for (let k = 0; k < points.length - 2; k += 2) {
    const dx = points[k] - (kept.at(-2) ?? Infinity);
    const dy = points[k + 1] - (kept.at(-1) ?? Infinity);
    if (dx * dx + dy * dy > shortest * shortest) kept.push(points[k], points[k + 1]);
  }
  return Float64Array.from(kept);
}

/** The curve moved onto the level, with its tangents. */
function onLevel(density: Density, points: Float64Array, logLevel: number, reach: number): ClosedCurve {
  project(density, points, logLevel, new Float64Array(points.length / 2).fill(reach), NEWTON_STEPS);
  return { points, tangents: tangentsAt(density, points) };
}

/** A closed curve turns once around (Hopf, 1935); one that a cell cut short does not. */
function isSimple(tangents: Float64Array): boolean {
  const whole = turns(tangents).reduce((sum, angle) => sum + angle, 0);
  return Math.abs(Math.abs(whole) - 2 * Math.PI) < 0.1;
}

/** log p and its gradient at points, x and y in turn. */
function evaluateAt(density: Density, points: Float64Array): Found {
  const count = points.length / 2;
  const found = new Found(count);
  const [x, y] = [0, 1].map((axis) => Float64Array.from({ length: count }, (_, n) => points[2 * n + axis]));
  density.evaluate(x, y, count, found);
  return found;
}

/** Newton steps along the gradient onto the level, each of at most `reach` (n,); moves the points. */
export function project(
  density: Density,
  points: Float64Array,
  logLevel: number,
  reach: Float64Array,
  steps = NEWTON_STEPS,
): void {
  for (let step = 0; step < steps; step += 1) {
    const { log, slopeX, slopeY } = evaluateAt(density, points);
    for (let n = 0; n < log.length; n += 1) {
      const steepness = Math.max(Math.sqrt(slopeX[n] ** 2 + slopeY[n] ** 2), 1e-30);
      const length = Math.max(Math.min((log[n] - logLevel) / steepness, reach[n]), -reach[n]);
      points[2 * n] -= (length / steepness) * slopeX[n];
      points[2 * n + 1] -= (length / steepness) * slopeY[n];
    }
  }
}

/** ‖∇ log p‖ in nats per data unit, (n,). */
export function steepnessAt(density: Density, points: Float64Array): Float64Array {
  const { slopeX, slopeY } = evaluateAt(density, points);
  return slopeX.map((slope, n) => Math.sqrt(slope ** 2 + slopeY[n] ** 2));
}

/** Unit tangents of the level sets through points, with the higher density on the left. */
export function tangentsAt(density: Density, points: Float64Array): Float64Array {
  const { slopeX, slopeY } = evaluateAt(density, points);
  const found = new Float64Array(points.length);
  for (let n = 0; n < slopeX.length; n += 1) {
    const length = Math.max(Math.sqrt(slopeX[n] ** 2 + slopeY[n] ** 2), 1e-30);
    found[2 * n] = slopeY[n] / length;
    found[2 * n + 1] = -slopeX[n] / length;
  }
  return found;
}

/** Angle from each direction to the next, the last to the first, (n,). */
export function turns(directions: Float64Array): Float64Array {
  const count = directions.length / 2;
  return Float64Array.from({ length: count }, (_, n) => {
    const m = (n + 1) % count;
    const [ax, ay, bx, by] = [2 * n, 2 * n + 1, 2 * m, 2 * m + 1].map((k) => directions[k]);
    return Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  });
}

/** Length of each side, (n,), the last being that back to the first corner. */
export function sidesOf(points: Float64Array): Float64Array {
  const count = points.length / 2;
  return Float64Array.from({ length: count }, (_, n) => {
    const m = (n + 1) % count;
    const dx = points[2 * m] - points[2 * n];
    const dy = points[2 * m + 1] - points[2 * n + 1];
    return Math.sqrt(dx * dx + dy * dy);
  });
}

/** Signed area: positive around a component, negative around a hole in one. */
export function areaOf(points: Float64Array): number {
  let area = 0;
  for (let k = 0, m = points.length - 2; k < points.length; m = k, k += 2) {
    area +=
      0.5 *
      ((points[m] - points[0]) * (points[k + 1] - points[1]) - (points[m + 1] - points[1]) * (points[k] - points[0]));
  }
  return area;
}
