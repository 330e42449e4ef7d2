// A closed curve as a function of an angle: the place on it that each z stands for.
// The twin of bdsg/boundary/level_sets/parametrisation.py.

import { BEND, PLACES } from "../core/constants.ts";
import { type ClosedCurve, areaOf, project, sidesOf, steepnessAt, turns } from "./curves.ts";
import type { Density } from "./density.ts";

const MISFIT = 0.005; // root mean square of what the harmonics above the chosen one carry, as a share of the size
const [FEWEST, MOST] = [8, 40]; // harmonics

/** A 2 × 2 matrix by rows. */
type Matrix = [number, number, number, number];

/** One closed curve in the frame of an ellipse. */
export interface PlacedCurve {
  centre: [number, number];
  axes: Matrix; // half axes, as columns
  table: Float64Array; // places at equal steps of the angle, in units of the ellipse, (2 · PLACES,)
  steepness: Float64Array; // ‖∇ log p_g‖ there in nats per data unit, (PLACES,)
}

const inverse = ([a, b, c, d]: Matrix): Matrix => {
  const area = a * d - b * c;
  return [d / area, -b / area, -c / area, a / area];
};

/** M · (p − shift) for points p, x and y in turn. */
function mapped([a, b, c, d]: Matrix, points: Float64Array, [x, y]: readonly [number, number]): Float64Array {
  const found = new Float64Array(points.length);
  for (let k = 0; k < points.length; k += 2) {
    const dx = points[k] - x;
    const dy = points[k + 1] - y;
    found[k] = a * dx + b * dy;
    found[k + 1] = c * dx + d * dy;
  }
  return found;
}

/** The directions of least and of most spread, as columns: a rotation. */
export function mainDirections({ points }: ClosedCurve): Matrix {
  const sides = sidesOf(points);
  const total = sides.reduce((sum, side) => sum + side, 0);
  const count = sides.length;
  const weight = (n: number) => (sides[n] + sides[(n + count - 1) % count]) / (2 * total);
  const mean = [0, 1].map((axis) => sides.reduce((sum, _, n) => sum + weight(n) * points[2 * n + axis], 0));
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let n = 0; n < count; n += 1) {
    const dx = points[2 * n] - mean[0];
    const dy = points[2 * n + 1] - mean[1];
    const share = weight(n);
    xx += share * dx * dx;
    xy += share * dx * dy;
    yy += share * dy * dy;
  }
  const most = 0.5 * Math.atan2(2 * xy, xx - yy);
  const c = Math.cos(most);
  const s = Math.sin(most);
  return [s, c, -c, s];
}

/** The ellipse that just fits into the curve's box along these directions. */
function frameOf(points: Float64Array, directions: Matrix): Pick<PlacedCurve, "centre" | "axes"> {
  const [a, b, c, d] = directions;
  const along = mapped([a, c, b, d], points, [0, 0]);
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  along.forEach((value, k) => {
    low[k % 2] = Math.min(low[k % 2], value);
    high[k % 2] = Math.max(high[k % 2], value);
  });
  const [u, v] = [0, 1].map((k) => 0.5 * (low[k] + high[k]));
  const [p, q] = [0, 1].map((k) => 0.5 * (high[k] - low[k]));
  return { centre: [a * u + b * v, c * u + d * v], axes: [a * p, b * q, c * p, d * q] };
}

/** How far round the curve each corner is, in [0, 1], and 1 for the first corner again, (n + 1,). */
function measure({ points, tangents }: ClosedCurve, axes: Matrix): Float64Array {
  const sides = sidesOf(points);
  const bends = turns(mapped(inverse(axes), tangents, [0, 0])).map(Math.abs);
  const [length, bend] = [sides, bends].map((part) => part.reduce((sum, value) => sum + value, 0));
  const along = new Float64Array(sides.length + 1);
  sides.forEach((side, n) => (along[n + 1] = along[n] + ((1 - BEND) * side) / length + (BEND * bends[n]) / bend));
  return along.map((value) => value / along[sides.length]);
}

/** The polyline's points where its measure is (k / PLACES + start) mod 1, for k = 0 .. PLACES − 1. */
function walk(points: Float64Array, along: Float64Array, start: number): Float64Array {
  const count = points.length / 2;
  const found = new Float64Array(2 * PLACES);
  let side = 0;
  for (let k = 0; k < PLACES; k += 1) {
    const at = (k / PLACES + start + 1) % 1;
    if (at < along[side]) side = 0;
    while (side < count - 1 && along[side + 1] <= at) side += 1;
    const part = (at - along[side]) / Math.max(along[side + 1] - along[side], 1e-12);
    const next = (side + 1) % count;
    for (let axis = 0; axis < 2; axis += 1) {
      found[2 * k + axis] = (1 - part) * points[2 * side + axis] + part * points[2 * next + axis];
    }
  }
  return found;
}

/** The complex coefficient of e^{imθ} in a table of places. */
function harmonic(table: Float64Array, m: number): [number, number] {
  let real = 0;
  let imaginary = 0;
  for (let k = 0; k < PLACES; k += 1) {
    const c = COSINES[(m * k) & (PLACES - 1)];
    const s = COSINES[(m * k - PLACES / 4) & (PLACES - 1)];
    real += table[2 * k] * c + table[2 * k + 1] * s;
    imaginary += table[2 * k + 1] * c - table[2 * k] * s;
  }
  return [real / PLACES, imaginary / PLACES];
}

const COSINES = Float64Array.from({ length: PLACES }, (_, k) => Math.cos((2 * Math.PI * k) / PLACES));

/** Tabulate one curve: equal steps of the angle are equal steps of length and bend. */
export function placeCurve(density: Density, curve: ClosedCurve, logLevel: number, directions: Matrix): PlacedCurve {
  const { centre, axes } = frameOf(curve.points, directions);
  let { points } = curve;
  let along = measure(curve, axes);
  if (areaOf(points) < 0) [points, along] = reversed(points, along); // around a hole; all run anticlockwise
  const local = inverse(axes);
  const [real, imaginary] = harmonic(mapped(local, walk(points, along, 0), centre), 1);
  const places = walk(points, along, -Math.atan2(imaginary, real) / (2 * Math.PI)); // the first harmonic's phase is 0
  project(density, places, logLevel, sidesOf(places));
  return { centre, axes, table: mapped(local, places, centre), steepness: steepnessAt(density, places) };
}

/** The same corners the other way round from the same first one, with their measure. */
function reversed(points: Float64Array, along: Float64Array): [Float64Array, Float64Array] {
  const count = points.length / 2;
  const found = new Float64Array(points.length);
  for (let n = 0; n < count; n += 1) {
    const from = (count - n) % count;
    found.set(points.subarray(2 * from, 2 * from + 2), 2 * n);
  }
  return [found, Float64Array.from(along, (_, n) => 1 - along[count - n])];
}

/** The highest multiple of the angle that the tables need, within limits. */
export function harmonicsOf(tables: Float64Array[]): number {
  const needed = tables.map((table) => {
    const square = (m: number) => harmonic(table, m).reduce((sum, part) => sum + part * part, 0);
    let above = table.reduce((sum, value) => sum + value * value, 0) / PLACES - square(0);
    let m = 0;
    while (m < MOST && above > MISFIT ** 2) {
      m += 1;
      above -= square(m) + square(-m);
    }
    return m;
  });
  return Math.min(Math.max(FEWEST, ...needed), MOST);
}
