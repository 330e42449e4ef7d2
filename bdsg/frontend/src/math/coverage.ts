// How much of a contour has in-band points nearby.

import type { Field, Line, Numbers } from "../core/types.ts";
import { REACH } from "../core/constants.ts";
import { SegmentTree, lineTree } from "./nearest.ts";
import { connectedLabels, labelAt, lineLength, spread } from "./contours.ts";
import { share, mean } from "./statistics.ts";
import { probeCount } from "./distances.ts";
import type { Contours } from "./scores.ts";

/** A stretch of {p_x = ε}: its probes, which of them are covered, and the number of the piece that it bounds. */
export interface Arc extends Line {
  length: number;
  probes: Float64Array;
  covered: Uint8Array;
  label: number;
}

/** A connected piece of {p_x >= ε}: the length of its contour, and how much of it is covered. */
export interface Piece {
  length: number;
  covered: number;
  recall: number | null;
}

export interface Coverage {
  recall: number | null;
  covered: number;
  total: number;
  components: Piece[];
  arcs: Arc[];
}

/** Boundary recall along {p_x = ε}, over all and for each component of {p_x >= ε}. */
export function boundaryCoverage(
  field: Field,
  tree: SegmentTree,
  contours: Contours,
  inBand: Uint8Array,
  level: number,
): Coverage {
  const { labels, count } = connectedLabels(field, level);
  const components: Piece[] = Array.from({ length: count }, () => ({ length: 0, covered: 0, recall: null }));
  const lengths = contours.upper.map(({ points }) => lineLength(points));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const empty = { recall: null, covered: 0, total, components, arcs: [] };
  if (!(total > 0) || !contours.lower.length) return empty;
  const outer = lineTree(contours.lower);
  const arcs = contours.upper.map(({ points, closed }, i) => {
    const probes = spread(points, lengths[i], probeCount(lengths[i], total));
    const covered = coveredProbes(probes, outer, tree, inBand);
    const label = labelAt(field, labels, probes[0], probes[1]);
    return { points, closed, length: lengths[i], probes, covered, label };
  });
  for (const arc of arcs) addArc(components[arc.label - 1], arc);
  for (const piece of components) piece.recall = share(piece.covered, piece.length);
  const covered = arcs.reduce((sum, arc) => sum + arc.length * mean(arc.covered), 0);
  return { recall: covered / total, covered, total, components, arcs };
}

/** For each probe: is there an in-band point within REACH times the band's width there? */
function coveredProbes(probes: Numbers, outer: SegmentTree, tree: SegmentTree, inBand: Uint8Array) {
  const covered = new Uint8Array(probes.length / 2);
  for (let i = 0; i < covered.length; i += 1) {
    const px = probes[2 * i];
    const py = probes[2 * i + 1];
    covered[i] = tree.within(px, py, REACH * REACH * outer.nearest(px, py), inBand) ? 1 : 0;
  }
  return covered;
}

function addArc(piece: Piece | undefined, arc: Arc) {
  if (!piece) return;
  piece.length += arc.length;
  piece.covered += arc.length * mean(arc.covered);
}

/** Runs of probes whose coverage is `wanted`, as polylines that reach half a step beyond both ends. */
export function stretches({ probes, covered, closed }: Arc, wanted: number) {
  const lines: number[][] = [];
  const count = covered.length;
  const at = (i: number) => (closed ? (i + count) % count : Math.min(count - 1, Math.max(0, i)));
  const middle = (i: number, j: number) =>
    [0, 1].map((axis) => (probes[2 * at(i) + axis] + probes[2 * at(j) + axis]) / 2);
  for (let from = 0, to; from < count; from = to) {
    for (to = from + 1; to < count && covered[to] === covered[from];) to += 1;
    if (covered[from] !== wanted) continue;
    lines.push([...middle(from - 1, from), ...probes.slice(2 * from, 2 * to), ...middle(to - 1, to)]);
  }
  return lines;
}
