// What each score is called, what it counts, how it may mislead, and a sentence of counted numbers.

import { type Classification, type Scores } from "../math/scores.ts";
import type { Piece } from "../math/coverage.ts";
import { area, grouped, measured, percent, setting } from "../core/format.ts";

export const PX = "<i>p<sub>x</sub></i>";
export const PG = "<i>p<sub>g</sub></i>";

export type CardName =
  | "precision"
  | "recall"
  | "f1"
  | "accuracy"
  | "auroc"
  | "bp2"
  | "bp1"
  | "boundary_recall"
  | "bf1"
  | "components"
  | "distance";

/** The scores for the chosen positive class, and how many cells are truly normal and anomalous. */
export type Shown = Scores & Classification & { normal: number; anomalous: number };

/** What the positive class is called, and the other one. */
export interface Words {
  one: string;
  other: string;
}

export interface Card {
  name: string;
  value(s: Shown): string;
  text(w: Words): string;
  counted(s: Shown, w: Words): string;
  missing(s: Shown, w: Words): string;
}

export const MOST_NAMED = 4;

// pieces whose bare lengths a sentence tells

// `value` is what the card shows, `text` its line, `counted` the sentence below the plane, `missing` why there is no value.
export const CARDS: Record<CardName, Card> = {
  precision: {
    name: "Grid precision",
    value: (s) => percent(s.precision),
    text: (w) => `Of the cells called ${w.one}, the share that are. Calling almost nothing ${w.one} raises it.`,
    counted: (s, w) =>
      `${key("tp")}${grouped(s.tp)} of ${grouped(s.tp + s.fp)} cells that the model calls ${w.one} are ${w.one}; ${key("fp")}${grouped(s.fp)} are not.`,
    missing: (_, w) => `The model calls no cell ${w.one} at this ε, so there is nothing to count.`,
  },
  recall: {
    name: "Grid recall",
    value: (s) => percent(s.recall),
    text: (w) => `Of the truly ${w.one} cells, the share found. Calling everything ${w.one} makes it 100 %.`,
    counted: (s, w) =>
      `${key("tp")}${grouped(s.tp)} of ${grouped(s.tp + s.fn)} truly ${w.one} cells are found; ${key("fn")}${grouped(s.fn)} are missed.`,
    missing: (_, w) => `No cell is truly ${w.one} at this ε, so there is nothing to find.`,
  },
  f1: {
    name: "Grid F1",
    value: (s) => percent(s.f1),
    text: (w) => `Harmonic mean of precision and recall. Ignores the cells rightly called ${w.other}.`,
    counted: (s, w) =>
      `2 × ${key("tp")}${grouped(s.tp)} found, divided by 2 × ${grouped(s.tp)} + ${key("fp")}${grouped(s.fp)} wrongly called ${w.one} + ${key("fn")}${grouped(s.fn)} missed.`,
    missing: (_, w) => `No cell is ${w.one}, in truth or by the model, so there is nothing to count.`,
  },
  accuracy: {
    name: "Grid accuracy",
    value: (s) => percent(s.accuracy),
    text: () => "Share of all cells judged right. Flattering where most of the window is easily anomalous.",
    counted: (s, w) =>
      `${grouped(s.tp + s.tn)} of ${grouped(s.tp + s.fp + s.fn + s.tn)} cells are judged right: ${key("tp")}${grouped(s.tp)} ${w.one}, ${key("tn")}${grouped(s.tn)} ${w.other}; wrong: ${key("fp")}${grouped(s.fp)} and ${key("fn")}${grouped(s.fn)}.`,
    missing: () => "The grid has no cells.",
  },
  auroc: {
    name: "AUROC",
    value: (s) => area(s.auroc),
    text: () => `Chance that ${PG} ranks a normal cell above an anomalous one. Blind to where the threshold lies.`,
    counted: (s) =>
      `Every pair of a truly normal and a truly anomalous cell is compared by ${PG}: ${grouped(s.normal)} × ${grouped(s.anomalous)} pairs, no threshold on ${PG}.`,
    missing: () => "All cells are of one class at this ε, so no two can be ranked.",
  },
  bp1: {
    name: "BP1",
    value: (s) => percent(s.bp1),
    text: () => "Share of the points inside the band. A pile on one spot of it also makes 100 %.",
    counted: (s) =>
      `${key("in")}${grouped(s.in_band)} of ${grouped(s.points)} points of B(z) lie where δ ≤ ${PX} ≤ ε; ${key("out")}${grouped(s.points - s.in_band)} do not.`,
    missing: () => "There are no points of B(z).",
  },
  boundary_recall: {
    name: "Boundary recall",
    value: (s) => percent(s.boundary_recall),
    text: () => "Share of the contour with an in-band point nearby. Says nothing of stray points.",
    counted: (s) =>
      `${key("arc")}${measured(s.detail.coverage.covered)} of ${measured(s.detail.coverage.total)} units along the contour ${PX} = ε have an in-band point within twice the band's width; ${key("gap")}${measured(s.detail.coverage.total - s.detail.coverage.covered)} have none.`,
    missing: (s) => noContour(s),
  },
  bf1: {
    name: "BF1",
    value: (s) => percent(s.bf1),
    text: () =>
      "Harmonic mean of the two: high only if points are in the band and all along it. Blind to how far off a stray is.",
    counted: (s) =>
      `Harmonic mean of BP1 = ${percent(s.bp1)} (${key("in")}${grouped(s.in_band)} of ${grouped(s.points)} points) and boundary recall = ${percent(s.boundary_recall)} (${key("arc")}${measured(s.detail.coverage.covered)} of ${measured(s.detail.coverage.total)} units).`,
    missing: (s) => noContour(s),
  },
  bp2: {
    name: "BP2",
    value: (s) => percent(s.bp2),
    text: () => "Of the cells in the model's band, the share in the true band. Says nothing of B(z).",
    counted: (s) =>
      `${key("tp")}${grouped(s.band_hits)} of ${grouped(s.band_size)} cells with δ ≤ ${PG} ≤ ε also have δ ≤ ${PX} ≤ ε; ${key("fp")}${grouped(s.band_size - s.band_hits)} do not.`,
    missing: () => `No cell has ${PG} between δ and ε: the model's band is empty at this ε.`,
  },
  components: {
    name: "Components covered",
    value: (s) => `${s.components_covered} of ${s.components}`,
    text: () => "Separate pieces of the support with a boundary recall of at least 90 %. One gap fails a piece.",
    counted: (s) =>
      `${s.components_covered} of ${s.components} connected pieces of ${PX} ≥ ε have at least 90 % of their own contour covered: ${key("arc")}covered, ${key("gap")}not. ${barePieces(s.detail.coverage.components)}${joinedPieces(s)}`,
    missing: (s) => noContour(s),
  },
  distance: {
    name: "Mean distance",
    value: (s) => measured(s.distance_mean),
    text: () => "From B(z) to the middle of the band. A small mean hides bare stretches: see the way back.",
    counted: (s) =>
      `From B(z) to ${PX} = √(δε): mean ${measured(s.distance_mean)}, 95 % within ${measured(s.distance_p95)}; ${key("out")}the rest is joined to the curve. From the curve to B(z): mean ${measured(s.curve_distance_mean)}, 95 % within ${measured(s.curve_distance_p95)}.${modelsShare(s)}`,
    missing: () => "No point of the plane is as dense as √(δε), so there is no curve to measure to.",
  },
};

export function noContour({ epsilon }: Shown) {
  return `No point of the plane is as dense as ε = ${setting(epsilon)}, so there is no boundary: lower ε.`;
}

/** How far the model's own contour is off: that error is not B's. */
export function modelsShare({ contour_distance_mean: mean, contour_distance_p95: most }: Shown) {
  return mean === null
    ? ""
    : ` From ${PG} = ε to ${PX} = ε, the model's own error: mean ${measured(mean)}, 95 % within ${measured(most)}.`;
}

/** Where B(z)'s own level joins what ε still tells apart. */
export function joinedPieces({ components, band_pieces: joined }: Shown) {
  return joined < components
    ? ` B(z) aims at √(δε), where only ${joined} of these ${components} pieces ${joined === 1 ? "is" : "are"} apart: it goes round several together.`
    : "";
}

/** The bare length of each piece, the barest first, by the numbers that stand on the plane. */
export function barePieces(pieces: Piece[]) {
  const bare = pieces
    .map(({ length, covered }, k) => ({ k, length, bare: length - covered }))
    .filter((piece) => piece.bare > 0);
  if (!bare.length) return "No stretch is bare.";
  const worst = bare.sort((a, b) => b.bare - a.bare).slice(0, MOST_NAMED);
  const named = worst.map(
    (piece) => `${measured(piece.bare)} of ${measured(piece.length)} units of piece ${piece.k + 1}`,
  );
  const rest = bare.length - worst.length;
  return `Bare: ${named.join(", ")}${rest ? ` and parts of ${rest} more` : ""}.`;
}

/** A small sign in a sentence, drawn as on the plane. */
export function key(kind: string) {
  return `<span class="key ${kind}" aria-hidden="true"></span>`;
}
