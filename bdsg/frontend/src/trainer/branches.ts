// Level sets over one level or many: how closed curves continue from level to level.
// The twin of bdsg/boundary/level_sets/level_tree.py.

import { HIGHEST, LEVEL_RANGE, PLACES, SMALLEST_SHARE, START_OUTSIDE } from "../core/constants.ts";
import { measured } from "../core/format.ts";
import {
  type ClosedCurve,
  type LevelField,
  areaOf,
  closedCurves,
  levelField,
  project,
  sidesOf,
  tangentsAt,
} from "./curves.ts";
import type { Density } from "./density.ts";
import { type PlacedCurve, harmonicsOf, mainDirections, placeCurve } from "./places.ts";

const VOTERS = 64; // corners of a curve that say which curve of the next level it runs along
const VOTER_STEPS = 8;

/**
 * Branches: closed curves that continue over an interval of levels; where one is not alive, its places are those at
 * the nearest level where it is.  Of n levels, B branches and P places:
 */
export interface Branches {
  levels: number; // n
  count: number; // B
  places: number; // P
  lowest: number; // log ε* of the first level ...
  step: number; // ... and from one to the next
  edges: Float64Array; // at each level |z|² from which on the next branch is meant, (n, B − 1)
  radii: Float64Array; // of each branch's first circle in units of its ellipse, (B,)
  centres: Float64Array; // (n, B, 2)
  axes: Float64Array; // half axes of the ellipses, as columns, (n, B, 2, 2)
  table: Float64Array; // places in units of the ellipses, (n, B, P, 2)
  steepness: Float64Array; // ‖∇ log p_g‖ there, (n, B, P)
  harmonics: number; // the highest multiple of the angle that the network sees
}

/** A branch on its way: its curves from the level `first` up. */
interface Chain {
  first: number;
  curves: ClosedCurve[];
}

/**
 * Trace every level, and link its curves with those of the next.
 * @param logLevels evenly spaced, ascending
 * @throws Error where a level has no closed curve
 */
export function growBranches(density: Density, field: LevelField, logLevels: number[]): Branches {
  const chains: Chain[] = [];
  let ends = new Map<ClosedCurve, Chain>();
  let below: ClosedCurve[] = [];
  logLevels.forEach((level, i) => {
    const curves = closedCurves(density, field, level);
    const next = new Map<ClosedCurve, Chain>();
    if (!curves.length) throw new Error(noCurve(level, field.highest));
    const links = i ? linked(density, below, curves, logLevels[i - 1], level) : new Map<ClosedCurve, ClosedCurve>();
    for (const curve of curves) {
      const chain = ends.get(links.get(curve)!) ?? { first: i, curves: [] };
      if (!chain.curves.length) chains.push(chain);
      chain.curves.push(curve);
      next.set(curve, chain);
    }
    [ends, below] = [next, curves];
  });
  return tabulated(density, chains, logLevels);
}

function noCurve(level: number, highest: number): string {
  const [wanted, peak] = [level, highest].map((log) => measured(Math.exp(log)));
  return `No closed curve of the level ${wanted} was found; the density's highest value is ${peak}: choose another ε.`;
}

/** For a curve of the upper level the one of the lower that it continues, where neither continues anything else. */
function linked(density: Density, low: ClosedCurve[], high: ClosedCurve[], lowLevel: number, highLevel: number) {
  const up = votes(density, low, high, highLevel);
  const down = votes(density, high, low, lowLevel);
  const once = (found: number[], k: number) => found.filter((other) => other === k).length === 1;
  const links = new Map<ClosedCurve, ClosedCurve>();
  up.forEach((j, i) => {
    const alike = areaOf(low[i].points) > 0 === areaOf(high[j].points) > 0;
    if (down[j] === i && once(up, j) && once(down, i) && alike) links.set(high[j], low[i]);
  });
  return links;
}

/** The curve of another level that most corners of each curve come to when they are pushed there. */
function votes(density: Density, curves: ClosedCurve[], onto: ClosedCurve[], logLevel: number): number[] {
  return curves.map(({ points }) => {
    const corners = points.length / 2;
    const pushed = new Float64Array(2 * VOTERS);
    const counts = onto.map(() => 0);
    for (let k = 0; k < VOTERS; k += 1) {
      const n = Math.round((k * (corners - 1)) / (VOTERS - 1));
      pushed.set(points.subarray(2 * n, 2 * n + 2), 2 * k);
    }
    project(density, pushed, logLevel, new Float64Array(VOTERS).fill(0.1 * sizeOf(pushed)), VOTER_STEPS);
    const tangents = tangentsAt(density, pushed);
    for (let k = 0; k < 2 * VOTERS; k += 2) counts[nearestCurve(pushed, tangents, k, onto)] += 1;
    return counts.indexOf(Math.max(...counts));
  });
}

/** The longer side of the points' box. */
function sizeOf(points: Float64Array): number {
  const along = [0, 1].map((axis) => points.filter((_, k) => k % 2 === axis));
  return Math.max(...along.map((values) => Math.max(...values) - Math.min(...values)));
}

/** The curve with the corner nearest to the point at k, among corners where the curves run the same way. */
function nearestCurve(points: Float64Array, tangents: Float64Array, k: number, curves: ClosedCurve[]): number {
  let least = Infinity;
  let found = 0;
  curves.forEach((curve, number) => {
    for (let m = 0; m < curve.points.length; m += 2) {
      if (tangents[k] * curve.tangents[m] + tangents[k + 1] * curve.tangents[m + 1] <= 0) continue;
      const dx = points[k] - curve.points[m];
      const dy = points[k + 1] - curve.points[m + 1];
      const square = dx * dx + dy * dy;
      if (square < least) [least, found] = [square, number];
    }
  });
  return found;
}

/** The places of every branch at every level; it keeps its ellipses' directions, so that its angle runs on. */
function tabulated(density: Density, chains: Chain[], logLevels: number[]): Branches {
  const n = logLevels.length;
  const all = chains.map(({ first, curves }) => {
    const directions = mainDirections(curves[curves.length >> 1]);
    const placed = curves.map((curve, k) => placeCurve(density, curve, logLevels[first + k], directions));
    return (level: number) => placed[Math.min(Math.max(level - first, 0), placed.length - 1)];
  });
  const flat = (part: (placed: PlacedCurve) => ArrayLike<number>) =>
    Float64Array.from(logLevels.flatMap((_, level) => all.flatMap((at) => Array.from(part(at(level))))));
  const tables = all.flatMap((at) => logLevels.map((_, level) => at(level).table));
  return {
    levels: n,
    count: chains.length,
    places: PLACES,
    lowest: logLevels[0],
    step: n > 1 ? (logLevels[n - 1] - logLevels[0]) / (n - 1) : 0,
    edges: edgesOf(chains, n),
    radii: Float64Array.from(chains, ({ curves }) => START_OUTSIDE ** Math.sign(areaOf(curves[0].points))),
    centres: flat(({ centre }) => centre),
    axes: flat(({ axes }) => axes),
    table: flat(({ table }) => table),
    steepness: flat(({ steepness }) => steepness),
    harmonics: harmonicsOf(tables),
  };
}

/** Cumulative shares of the branches by length, as |z|²: the CDF of |z|² is 1 − exp(−|z|²/2). */
function edgesOf(chains: Chain[], levels: number): Float64Array {
  const lengths = chains.map(({ curves }) => {
    const whole = curves.flatMap(({ points }) => Array.from(sidesOf(points))).reduce((sum, side) => sum + side, 0);
    return whole / curves.length;
  });
  const rows = Array.from({ length: levels }, (_, level) => {
    const alive = chains.map(({ first, curves }) => level >= first && level < first + curves.length);
    const total = lengths.reduce((sum, length, b) => sum + (alive[b] ? length : 0), 0);
    const shares = lengths.map((length, b) => (alive[b] ? Math.max(length / total, SMALLEST_SHARE) : 0));
    const whole = shares.reduce((sum, share) => sum + share, 0);
    let sum = 0;
    return shares.slice(0, -1).map((share) => {
      sum += share / whole;
      return sum > 1 - 1e-5 ? Infinity : -2 * Math.log1p(-sum);
    });
  });
  return Float64Array.from(rows.flat());
}

/**
 * The branches that *ours* trains on: at the level √(δε) alone, or at `levels` of them over `LEVEL_RANGE`.
 * @throws Error where the density is nowhere as high as ε, or a level has no closed curve
 */
export function branchesFor(density: Density, epsilon: number, delta: number, levels: number): Branches {
  const down = 0.5 * Math.log(epsilon / delta);
  const low = Math.log(epsilon * (levels > 1 ? LEVEL_RANGE[0] : 1));
  const field = levelField(density, low - down);
  if (field.highest <= Math.log(epsilon)) throw new Error(noCurve(Math.log(epsilon), field.highest));
  const most = Math.min(Math.log(LEVEL_RANGE[1] * epsilon), field.highest + Math.log(HIGHEST));
  const high = levels > 1 ? Math.max(most, Math.log(epsilon)) : low;
  const at = (k: number) => (levels > 1 ? low + ((high - low) * k) / (levels - 1) : low) - down;
  return growBranches(
    density,
    field,
    Array.from({ length: levels }, (_, k) => at(k)),
  );
}
