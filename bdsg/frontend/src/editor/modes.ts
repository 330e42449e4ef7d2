// Gaussians as a person places them: {weight, x, y, long, short, angle}, the angle in degrees.  No screen.

import type { EditorLimits, Mode } from "../core/payloads.ts";
import type { Camera, Field, Pair } from "../core/types.ts";
import { rounded, setting } from "../core/format.ts";

export const REACH = 1.5; // the ellipse that is drawn lies this many standard deviations out: apart from most ε contours
const NEAREST_GRIP = 26; // pixels from a centre to its other handles, at least
const DENSEST = 110; // nodes along the longer side of the live density

export type HandleName = "centre" | "long" | "short";

/** What can be taken hold of, and of which mode. */
export interface Handle {
  index: number;
  handle: HandleName;
}

/** The range of every number of a mode, and the most modes there may be. */
export interface Limits {
  x: Pair;
  y: Pair;
  sigma: Pair;
  weight: Pair;
  modes: number;
}

/** The low and the high corner of what is shown. */
export type Window = [Pair, Pair];

/** What can be taken hold of: the centre, and the ends of both axes, as [x, y]. */
export function handlesOf({ x, y, long, short, angle }: Mode): Record<HandleName, Pair> {
  const turn = (angle * Math.PI) / 180;
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  return {
    centre: [x, y],
    long: [x + REACH * long * c, y + REACH * long * s],
    short: [x - REACH * short * s, y + REACH * short * c],
  };
}

/** Where a handle is drawn and taken hold of, in pixels: never so near the centre that the disc hides it. */
export function gripAt(mode: Mode, handle: HandleName, camera: Camera): Pair {
  const [x, y] = handlesOf(mode)[handle];
  const from: Pair = [camera.x(mode.x), camera.y(mode.y)];
  if (handle === "centre") return from;
  const away = [camera.x(x) - from[0], camera.y(y) - from[1]];
  const far = Math.hypot(...away);
  const factor = Math.max(far, NEAREST_GRIP) / far;
  return [from[0] + away[0] * factor, from[1] + away[1] * factor];
}

export function clamp(value: number, [low, high]: Pair) {
  return Math.min(high, Math.max(low, value));
}

/** Angles of a half turn: 0 to 180. */
export function halfTurn(degrees: number) {
  return ((degrees % 180) + 180) % 180;
}

/** The mode after one of its handles was moved to (px, py): the long end turns and stretches, the short one stretches. */
export function moveHandle(mode: Mode, handle: HandleName, [px, py]: Pair, limits: Limits): Mode {
  if (handle === "centre") return { ...mode, x: clamp(px, limits.x), y: clamp(py, limits.y) };
  const dx = px - mode.x;
  const dy = py - mode.y;
  if (handle === "short") {
    const turn = (mode.angle * Math.PI) / 180;
    return { ...mode, short: clamp(Math.abs(dy * Math.cos(turn) - dx * Math.sin(turn)) / REACH, limits.sigma) };
  }
  const angle = halfTurn((Math.atan2(dy, dx) * 180) / Math.PI);
  return { ...mode, angle, long: clamp(Math.hypot(dx, dy) / REACH, limits.sigma) };
}

/** Weights that sum to 1. */
export function normalised(modes: Mode[]) {
  const total = modes.reduce((sum, { weight }) => sum + weight, 0);
  return modes.map((mode) => ({ ...mode, weight: mode.weight / total }));
}

/** One mode gets the share `weight`; the others keep their proportions among themselves. */
export function reweigh(modes: Mode[], index: number, weight: number, limits: Limits) {
  if (modes.length === 1) return normalised(modes);
  const share = clamp(weight, limits.weight);
  const rest = 1 - modes[index].weight;
  return normalised(
    modes.map((mode, k) => ({
      ...mode,
      weight: k === index ? share : (1 - share) * (rest > 0 ? mode.weight / rest : 1 / (modes.length - 1)),
    })),
  );
}

/** A round mode more, with an equal share. */
export function withMode(modes: Mode[], x: number, y: number, sigma: number) {
  const share = 1 / (modes.length + 1);
  const others = modes.map((mode) => ({ ...mode, weight: mode.weight * (1 - share) }));
  return normalised([...others, { weight: share, x, y, long: sigma, short: sigma, angle: 0 }]);
}

export function withoutMode(modes: Mode[], index: number) {
  return normalised(modes.filter((_, k) => k !== index));
}

export function evenly(modes: Mode[]) {
  return modes.map((mode) => ({ ...mode, weight: 1 / modes.length }));
}

/** Numbers of few digits: they go into the address bar. */
export function brief(modes: Mode[]): Mode[] {
  return modes.map(({ weight, x, y, long, short, angle }) => ({
    weight: rounded(weight, 6),
    x: rounded(x, 4),
    y: rounded(y, 4),
    long: rounded(long, 4),
    short: rounded(short, 4),
    angle: rounded(angle, 4),
  }));
}

/** The nearest handle to a place in pixels, as {index, handle}, or null; a chosen mode's own handles come first. */
export function handleAt(modes: Mode[], chosen: number, camera: Camera, [px, py]: Pair, reach: number): Handle | null {
  let best: Handle | null = null;
  let least = reach;
  const consider = (index: number, names: HandleName[], bonus: number) => {
    for (const handle of names) {
      const [x, y] = gripAt(modes[index], handle, camera);
      const far = Math.hypot(x - px, y - py) - bonus;
      if (far < least) {
        least = far;
        best = { index, handle };
      }
    }
  };
  modes.forEach((_, index) => consider(index, ["centre"], 0));
  if (modes[chosen]) consider(chosen, ["long", "short"], reach / 4);
  return best ?? inside(modes, camera, [px, py]);
}

/** The mode whose ellipse holds a place in pixels; of several, that with the nearest centre. */
export function inside(modes: Mode[], camera: Camera, [px, py]: Pair): Handle | null {
  let best: Handle | null = null;
  let least = Infinity;
  modes.forEach((mode, index) => {
    const dx = px - camera.x(mode.x);
    const dy = camera.y(mode.y) - py;
    const turn = (mode.angle * Math.PI) / 180;
    const along = (dx * Math.cos(turn) + dy * Math.sin(turn)) / (REACH * mode.long * camera.scale);
    const across = (dy * Math.cos(turn) - dx * Math.sin(turn)) / (REACH * mode.short * camera.scale);
    const far = Math.hypot(dx, dy);
    if (Math.hypot(along, across) <= 1 && far < least) {
      least = far;
      best = { index, handle: "centre" };
    }
  });
  return best;
}

/** Log density of the mixture over the window [low, high], on a grid, as contourLines takes it. */
export function mixtureField(modes: Mode[], low: Pair, high: Pair): Field {
  const [width, height] = [high[0] - low[0], high[1] - low[1]];
  const step = Math.max(width, height) / (DENSEST - 1);
  const axis = (from: number, length: number) => {
    const count = Math.max(2, Math.round(length / step) + 1);
    return Float64Array.from({ length: count }, (_, i) => from + (i * length) / (count - 1));
  };
  const x = axis(low[0], width);
  const y = axis(low[1], height);
  const values = new Float64Array(x.length * y.length);
  for (const { weight, x: mx, y: my, long, short, angle } of modes) {
    const turn = (angle * Math.PI) / 180;
    const c = Math.cos(turn);
    const s = Math.sin(turn);
    const scale = weight / (2 * Math.PI * long * short);
    for (let row = 0, k = 0; row < y.length; row += 1) {
      for (let column = 0; column < x.length; column += 1, k += 1) {
        const dx = x[column] - mx;
        const dy = y[row] - my;
        const a = (dx * c + dy * s) / long;
        const b = (dy * c - dx * s) / short;
        values[k] += scale * Math.exp(-0.5 * (a * a + b * b));
      }
    }
  }
  for (let k = 0; k < values.length; k += 1) values[k] = Math.log(Math.max(values[k], 1e-300));
  return { x, y, values };
}

/** A window that shows every mode whole, with room to move: its low and high corners. */
export function windowAround(modes: Mode[]): Window {
  const low: Pair = [Infinity, Infinity];
  const high: Pair = [-Infinity, -Infinity];
  for (const { x, y, long, short } of modes) {
    const reach = 4 * Math.max(long, short);
    [x, y].forEach((at, k) => {
      low[k] = Math.min(low[k], at - reach);
      high[k] = Math.max(high[k], at + reach);
    });
  }
  return [low, high];
}

/** The window [low, high] made larger (factor > 1) or smaller about its centre. */
export function zoomed([low, high]: Window, factor: number): Window {
  const at = (side: number, k: number) => (low[k] + high[k]) / 2 + (side * factor * (high[k] - low[k])) / 2;
  return [
    [at(-1, 0), at(-1, 1)],
    [at(1, 0), at(1, 1)],
  ];
}

/** The limits of every number: where what is seen ends, and what a width may be beside the window's size. */
export function limitsOf([low, high]: Window, seen: { low: Pair; high: Pair }, most: EditorLimits): Limits {
  const size = Math.max(high[0] - low[0], high[1] - low[1]);
  return {
    x: [seen.low[0], seen.high[0]],
    y: [seen.low[1], seen.high[1]],
    sigma: [size / most.finest, size / most.widest],
    weight: most.weight,
    modes: most.modes,
  };
}

/** Into how many pieces ε cuts a mixture. */
export function piecesInWords(pieces: number, count: number, epsilon: number) {
  const level = `ε = ${setting(epsilon)}`;
  if (pieces === 0) return `No place is as dense as ${level}: make a Gaussian narrower or heavier, or lower ε.`;
  const found = `${count} Gaussian${count > 1 ? "s" : ""}; the line, ${level}, has ${pieces} piece${pieces > 1 ? "s" : ""}`;
  return `${found}. B(z) will have to find all of it.`;
}

/** Whether a window shows a mode's centre. */
export function shows([low, high]: Window, { x, y }: Mode) {
  return x > low[0] && x < high[0] && y > low[1] && y < high[1];
}
