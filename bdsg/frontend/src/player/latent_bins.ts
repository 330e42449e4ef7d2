// The angles and rings of z, and the colours and numbers that stand for them.

import type { Numbers, Pair, Pen, Theme } from "../core/types.ts";
import { SHAPES, type ShapeName, paint } from "../canvas/shapes.ts";
import { fade } from "../core/theme.ts";

/** Where sample k is, in pixels. */
export type PixelOf = (k: number) => Pair;

export const HUES = 24;
export const RINGS = 3;
export const EIGHTHS = 8;

// an arrow key turns by 5°

/** Angle of each z in [0, 2π). */
export function latentAngles(latent: Numbers) {
  const turn = 2 * Math.PI;
  return Float64Array.from(
    { length: latent.length / 2 },
    (_, k) => (Math.atan2(latent[2 * k + 1], latent[2 * k]) + turn) % turn,
  );
}

/** Ring of each z, 0 inside to RINGS - 1 outside, equally many in each: 1 - exp(-|z|²/2) is uniform. */
export function latentRings(latent: Numbers) {
  const ring = (k: number) => Math.floor(-Math.expm1(-0.5 * (latent[2 * k] ** 2 + latent[2 * k + 1] ** 2)) * RINGS);
  return Uint8Array.from({ length: latent.length / 2 }, (_, k) => Math.min(RINGS - 1, ring(k)));
}

/** For each z the index of its colour among HUES x RINGS; all on the middle ring where B reads the angle alone. */
export function latentBins(latent: Numbers, ringed: boolean) {
  const angles = latentAngles(latent);
  const rings = ringed ? latentRings(latent) : null;
  const middle = Math.floor(RINGS / 2);
  return Uint8Array.from(
    angles,
    (angle, k) => (rings ? rings[k] : middle) * HUES + (Math.round((angle / (2 * Math.PI)) * HUES) % HUES),
  );
}

export function binColour(bin: number, dark: boolean) {
  const light = dark ? [48, 61, 74] : [30, 44, 60];
  return `hsl(${((bin % HUES) * 360) / HUES} 78% ${light[Math.floor(bin / HUES)]}%)`;
}

/** Difference of two angles, at most π. */
export function turnBetween(a: number, b: number) {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** Samples whose pixel, as `pixel(k)` gives it, lies within `reach` of (left, top). */
export function samplesNear(count: number, pixel: PixelOf, left: number, top: number, reach: number) {
  const found: number[] = [];
  for (let k = 0; k < count; k += 1) {
    const [x, y] = pixel(k);
    if ((x - left) ** 2 + (y - top) ** 2 <= reach * reach) found.push(k);
  }
  return found;
}

/** Samples to be numbered on the stage, [sample, number from 1]: for each eighth of a turn one on every separate piece. */
export function numberedSamples(angles: Float64Array, points: Numbers, apart: number) {
  const chosen: Pair[] = [];
  for (let eighth = 0; eighth < EIGHTHS; eighth += 1) {
    const wanted = (eighth * 2 * Math.PI) / EIGHTHS;
    const near: number[] = [];
    angles.forEach((angle, k) => {
      if (turnBetween(angle, wanted) < Math.PI / 40) near.push(k);
    });
    near.sort((a, b) => turnBetween(angles[a], wanted) - turnBetween(angles[b], wanted));
    const taken: number[] = [];
    for (const k of near) {
      const far = (other: number) =>
        Math.hypot(points[2 * k] - points[2 * other], points[2 * k + 1] - points[2 * other + 1]) > apart;
      if (taken.every(far)) taken.push(k);
    }
    chosen.push(...taken.map((k): Pair => [k, eighth + 1]));
  }
  return chosen;
}

/** Draw `mark` at each pixel, all of one bin in one path. */
export function drawBinned(
  context: Pen,
  count: number,
  pixel: PixelOf,
  bins: Uint8Array,
  theme: Theme,
  radius: number,
  shape: ShapeName,
) {
  const groups = new Map<number, number[]>();
  for (let k = 0; k < count; k += 1) {
    const group = groups.get(bins[k]);
    if (group) group.push(k);
    else groups.set(bins[k], [k]);
  }
  for (const [bin, members] of groups) {
    context.beginPath();
    for (const k of members) SHAPES[shape](context, ...pixel(k), radius);
    paint(context, { fill: binColour(bin, theme.dark) });
  }
}

export function drawNumber(context: Pen, text: string, x: number, y: number, theme: Theme) {
  Object.assign(context, {
    font: `700 12px ${theme.font}`,
    textAlign: "center",
    textBaseline: "middle",
    lineJoin: "round",
  });
  Object.assign(context, { strokeStyle: fade(theme.background, 0.95), lineWidth: 4, fillStyle: fade(theme.text, 1) });
  if (!("isVector" in context)) context.strokeText(text, x, y);
  context.fillText(text, x, y);
}
