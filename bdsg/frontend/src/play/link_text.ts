// The state as one parameter of the address, and back; what cannot be read is told, and nothing of it taken.

import type { EditorLimits, Mode, PlayMeta } from "../core/payloads.ts";
import { grouped, rounded, setting } from "../core/format.ts";
import { brief, normalised } from "../editor/modes.ts";
import { DIALS, LAYERS } from "./dials.ts";
import type { PlayState } from "./state.ts";

export const MOST_STEPS = 50_000;
export const MOST_SEED = 2 ** 31 - 1;

/** A few letters for each part: addresses are copied by hand, too. */
export function linkText(state: PlayState): string {
  const { preset, modes, objective, hidden, steps, seed } = state;
  const data = preset ? { p: preset } : { g: brief([...modes]).map((mode) => MODE.map((name) => mode[name])) };
  const dials = DIALS.map(({ name, letter }) => [letter, rounded(state[name], 4)]);
  return JSON.stringify({ ...data, o: objective, ...Object.fromEntries(dials), h: hidden, t: steps, s: seed });
}

const MODE = ["weight", "x", "y", "long", "short", "angle"] as const;

/** @throws Error where the text is not of `linkText`, or a value is out of its range; its message names it */
export function stateOf(text: string, start: PlayState, meta: PlayMeta): PlayState {
  const told = parsed(text);
  const dials = DIALS.filter(({ letter }) => letter in told).map(({ name, letter, allowed: [low, high], whole }) => {
    const value = told[letter];
    const fits = typeof value === "number" && value >= low && value <= high;
    if (!fits || (whole && !Number.isInteger(value))) throw wrong(letter);
    return [name, value];
  });
  return {
    ...start,
    ...Object.fromEntries(dials),
    ...dataOf(told, start, meta),
    objective: one(told, "o", ["paper", "ours"] as const) ?? start.objective,
    hidden: layersOf(told.h) ?? start.hidden,
    steps: count(told, "t", 1, MOST_STEPS) ?? start.steps,
    seed: count(told, "s", 0, MOST_SEED) ?? start.seed,
  };
}

const wrong = (letter: string) => {
  const dial = DIALS.find((one) => one.letter === letter);
  const name = dial?.label ?? PARTS[letter];
  const [low, high] = (dial?.allowed ?? []).map((limit) => (dial?.whole ? grouped(limit) : setting(limit)));
  const fault = dial ? `must be a ${dial.whole ? "whole " : ""}number from ${low} to ${high}` : "cannot be read";
  return new Error(`The link’s ${name} ${fault}. The page opened with its own settings: set it here.`);
};
const PARTS: Record<string, string> = {
  ...{ p: "distribution", g: "Gaussians", o: "objective", h: "hidden units", t: "steps", s: "seed", play: "settings" },
};

function parsed(text: string): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(text);
    if (told && typeof told === "object") return told as Record<string, unknown>;
  } catch {
    // said below
  }
  throw wrong("play");
}

function one<T extends string>(told: Record<string, unknown>, letter: string, among: readonly T[]): T | undefined {
  if (!(letter in told)) return undefined;
  const found = among.find((name) => name === told[letter]);
  if (!found) throw wrong(letter);
  return found;
}

function count(told: Record<string, unknown>, letter: string, low: number, high: number): number | undefined {
  if (!(letter in told)) return undefined;
  const value = told[letter];
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) throw wrong(letter);
  return value;
}

function layersOf(told: unknown): readonly number[] | undefined {
  if (told === undefined) return undefined;
  const fits = (width: unknown) => typeof width === "number" && Number.isInteger(width) && width >= 1 && width <= 512;
  if (!Array.isArray(told) || !told.length || told.length > LAYERS.most || !told.every(fits)) throw wrong("h");
  return told as number[];
}

function dataOf(told: Record<string, unknown>, start: PlayState, { presets, limits }: PlayMeta) {
  if ("g" in told) return { preset: null, modes: normalised(modesOf(told.g, limits)) };
  const name = one(told, "p", presets.map((preset) => preset.name)); // prettier-ignore
  const preset = presets.find((known) => known.name === name);
  return preset ? { preset: preset.name, modes: preset.modes } : { preset: start.preset, modes: start.modes };
}

function modesOf(told: unknown, limits: EditorLimits): Mode[] {
  if (!Array.isArray(told) || !told.length || told.length > limits.modes) throw wrong("g");
  return told.map((row: unknown) => {
    if (!Array.isArray(row) || row.length !== MODE.length || !row.every(Number.isFinite)) throw wrong("g");
    const mode = Object.fromEntries(MODE.map((name, k) => [name, row[k] as number])) as unknown as Mode;
    const far = Math.max(Math.abs(mode.x), Math.abs(mode.y)) > 1e6;
    if (far || !(mode.weight > 0 && mode.long > 1e-6 && mode.short > 1e-6)) throw wrong("g");
    return mode;
  });
}
