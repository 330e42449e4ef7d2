// The numbers that can be set: their names, units, ranges and how a slider runs over them.

import { grouped, rounded, setting } from "../core/format.ts";

export type DialName = "epsilon" | "lambda1" | "lambda2" | "learningRate" | "samples" | "batch";

export interface Dial {
  name: DialName;
  letter: string; // in links
  symbol: string; // as HTML
  label: string; // what it is, in words
  says: string; // one sentence
  low: number;
  high: number;
  allowed: readonly [number, number]; // what a config may have, of which the slider has the useful part
  zero: boolean; // whether the slider's first place is 0
  whole: boolean;
  words(value: number): string;
}

const weight = (value: number) => (value === 0 ? "0, off" : setting(value));
const density = (value: number) => `${setting(value)} per unit area`;
const points = (value: number) => `${grouped(value)} points`;

export const DIALS: Dial[] = [
  {
    ...{ name: "epsilon", letter: "e", symbol: "ε", label: "threshold", zero: false, whole: false },
    says: "Density of the contour, per unit area: 0.0005 to 0.1. B(z) is a hit between ε and δ = ε/10.",
    ...{ low: 0.0005, high: 0.1, allowed: [1e-12, 1e6], words: density },
  },
  {
    ...{ name: "lambda1", letter: "a", symbol: "λ<sub>1</sub>", label: "stay near data", zero: true, whole: false },
    says: "Weight of L1, the distance: 0, or 0.001 to 100.",
    ...{ low: 0.001, high: 100, allowed: [0, 100], words: weight },
  },
  {
    ...{ name: "lambda2", letter: "b", symbol: "λ<sub>2</sub>", label: "spread out", zero: true, whole: false },
    says: "Weight of L2, the dispersion: 0, or 0.001 to 100.",
    ...{ low: 0.001, high: 100, allowed: [0, 100], words: weight },
  },
  {
    ...{ name: "learningRate", letter: "r", symbol: "η", label: "learning rate", zero: false, whole: false },
    says: "Adam's highest step size: 0.0001 to 0.1. Each change lets it rise once more.",
    ...{ low: 0.0001, high: 0.1, allowed: [1e-6, 1], words: setting },
  },
  {
    ...{ name: "samples", letter: "m", symbol: "M", label: "data", zero: false, whole: true },
    says: "Samples of the data: 16 to 4,096 points. Only the paper’s L1 uses them.",
    ...{ low: 16, high: 4096, allowed: [16, 20_000], words: points },
  },
  {
    ...{ name: "batch", letter: "n", symbol: "N", label: "batch", zero: false, whole: true },
    says: "Points of B(z) in a step: 16 to 1,024.",
    ...{ low: 16, high: 1024, allowed: [8, 4096], words: points },
  },
];

/** Hidden layers that can be chosen. */
export const LAYERS = { most: 8, choices: [[8, 8, 8], [32, 32], [128, 64]] }; // prettier-ignore

export const PLACES = 400; // of a slider

/** A slider's place for a value, and back: equal steps are equal factors, after 0 where there is one. */
export function placeOf({ low, high, zero }: Pick<Dial, "low" | "high" | "zero">, value: number) {
  const first = zero ? 1 : 0;
  if (value < low) return 0;
  const share = Math.log(Math.min(high, value) / low) / Math.log(high / low);
  return first + Math.round((PLACES - first) * share);
}

export function valueAt({ low, high, zero, whole }: Pick<Dial, "low" | "high" | "zero" | "whole">, place: number) {
  const first = zero ? 1 : 0;
  if (place < first) return 0;
  const value = low * (high / low) ** ((place - first) / (PLACES - first));
  return whole ? Math.round(value) : rounded(value, 2);
}
