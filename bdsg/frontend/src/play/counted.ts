// What a score counts, drawn on the plane while one points at it.

import type { Camera, Numbers, Pen, Theme } from "../core/types.ts";
import { drawLines, markScale } from "../canvas/marks.ts";
import { drawPoints } from "../canvas/shapes.ts";
import { fade } from "../core/theme.ts";
import { Found, Mixture } from "../trainer/density.ts";
import { DELTA_RATIO, type PlayState, mixtureNumbers } from "./state.ts";

export type ScoreName = "bp1" | "recall" | "bf1" | "covered";

/** The sentence while a score is pointed at. */
export const COUNTED: Record<ScoreName, string> = {
  bp1: "BP1 counts points: blue ones lie in the band, orange crosses do not. One good spot would do: read it with boundary recall.",
  recall: "Boundary recall counts the contour: teal has a point of the band nearby, dashed orange has none.",
  bf1: "BF1 is high only if both are: points in the band (blue), and contour with such points nearby (teal).",
  covered: "A piece of the contour is covered when 90 % of it is teal: has a point of the band nearby.",
};

/** Which points, x and y in turn, have a density between δ and ε. */
export function inBand(points: Numbers, { modes, epsilon }: Pick<PlayState, "modes" | "epsilon">): Uint8Array {
  const count = points.length / 2;
  const at = (axis: number) => Float64Array.from({ length: count }, (_, k) => points[2 * k + axis]);
  const found = new Found(count);
  new Mixture(mixtureNumbers(modes)).evaluate(at(0), at(1), count, found);
  const [low, high] = [Math.log(DELTA_RATIO * epsilon), Math.log(epsilon)];
  return Uint8Array.from(found.log, (log) => Number(log >= low && log <= high));
}

export const countsPoints = (name: ScoreName | null) => name === "bp1" || name === "bf1";
export const countsContour = (name: ScoreName | null) => name !== null && name !== "bp1";

export function drawCountedPoints(context: Pen, camera: Camera, points: Numbers, state: PlayState, theme: Theme) {
  const inside = inBand(points, state);
  const scale = markScale(camera);
  const blue = { shape: "diamond" as const, radius: 3.6 * scale, fill: fade(theme.boundary, 0.9) };
  const orange = { shape: "cross" as const, radius: 3.4 * scale, stroke: fade(theme.miss, 1), width: 1.8 };
  drawPoints(context, camera, points, { ...blue, keep: (k) => inside[k] === 1 });
  drawPoints(context, camera, points, { ...orange, keep: (k) => inside[k] === 0 });
}

/** Stretches of the contour with B(z) nearby. */
export function drawHeld(context: Pen, camera: Camera, lines: Numbers[], theme: Theme) {
  drawLines(context, camera, lines, { stroke: fade(theme.background, 0.8), width: 7 });
  drawLines(context, camera, lines, { stroke: fade(theme.hit, 1), width: 4 });
}
