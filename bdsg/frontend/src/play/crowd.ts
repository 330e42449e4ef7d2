// Where many points of B(z) lie in one spot: a collapse looks like one mark, so it is counted.

import type { Numbers } from "../core/types.ts";

export interface Spot {
  x: number;
  y: number;
  count: number;
}

const LEAST_SHARE = 0.12; // of all points: fewer are no collapse
const MOST = 3; // spots that are told of

/** Spots of `radius` that hold many of the points, the fullest first; a point counts once. */
export function crowds(points: Numbers, radius: number): Spot[] {
  const count = points.length / 2;
  const least = Math.max(8, LEAST_SHARE * count);
  const free = new Set(Array.from({ length: count }, (_, k) => k));
  const found: Spot[] = [];
  while (found.length < MOST) {
    const members = fullest(points, radius, free);
    if (members.length < least) return found;
    const mean = (axis: number) => members.reduce((sum, k) => sum + points[2 * k + axis], 0) / members.length;
    found.push({ x: mean(0), y: mean(1), count: members.length });
    for (const k of members) free.delete(k);
  }
  return found;
}

/** Of the points that are still free, those about the one with the most neighbours. */
function fullest(points: Numbers, radius: number, free: Set<number>): number[] {
  const cells = new Map<string, number[]>();
  for (const k of free) {
    const name = cellOf(points, k, radius).join();
    const cell = cells.get(name);
    if (cell) cell.push(k);
    else cells.set(name, [k]);
  }
  const [heart] = [...cells.values()].sort((a, b) => b.length - a.length);
  if (!heart) return [];
  const about = around(cells, cellOf(points, heart[0], radius));
  const mean = (axis: number) => heart.reduce((sum, k) => sum + points[2 * k + axis], 0) / heart.length;
  const [x, y] = [mean(0), mean(1)];
  return about.filter((k) => (points[2 * k] - x) ** 2 + (points[2 * k + 1] - y) ** 2 <= radius * radius);
}

function cellOf(points: Numbers, k: number, side: number) {
  return [Math.floor(points[2 * k] / side), Math.floor(points[2 * k + 1] / side)];
}

function around(cells: Map<string, number[]>, [column, row]: number[]) {
  const near = [-1, 0, 1];
  return near.flatMap((dx) => near.flatMap((dy) => cells.get([column + dx, row + dy].join()) ?? []));
}
