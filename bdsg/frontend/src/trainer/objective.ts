// What both objectives share: eq. 3's sum of three terms, and what the trainer asks of them.

import type { Network } from "./network.ts";
import type { Random } from "./random.ts";

/** Weights of the terms: L = l0·L0 + λ1·L1 + λ2·L2; eq. 3 has l0 = 1. */
export interface Weights {
  l0: number;
  lambda1: number;
  lambda2: number;
}

/** z of a batch, (N,) each; `positions` is where its level lies, in steps from the lowest. */
export interface Latents {
  x: Float64Array;
  y: Float64Array;
  positions: Float64Array;
}

export function latents(count: number): Latents {
  return { x: new Float64Array(count), y: new Float64Array(count), positions: new Float64Array(count) };
}

export interface Objective {
  readonly network: Network;
  /** Draw z ~ N(0, I), and levels where there are many. */
  draw(random: Random, z: Latents): void;
  /** L, L0, L1, L2 of a batch into `terms` (4); the gradient of L into the network. */
  evaluate(z: Latents, weights: Weights, terms: Float64Array): void;
  /** B(z) at the config's ε, x and y in turn, for z likewise. */
  points(z: Float64Array): Float32Array<ArrayBuffer>;
  /** What descending each term would do to the points themselves (bdsg/boundary/term_gradients.py), (3, m, 2). */
  forces(z: Float64Array, weights: Weights): Float32Array<ArrayBuffer>;
  /** Go on from where another objective of the same run was, as far as can be. */
  adopt(before: Objective): void;
}

/** L = l0·L0 + λ1·L1 + λ2·L2 (eq. 3) into the first of (L, L0, L1, L2); a term of weight 0 is left out. */
export function weightedSum(terms: Float64Array, { l0, lambda1, lambda2 }: Weights): void {
  terms[0] = (l0 && l0 * terms[1]) + (lambda1 && lambda1 * terms[2]) + (lambda2 && lambda2 * terms[3]);
}

/** The weights that leave one term alone. */
export const only = ({ l0, lambda1, lambda2 }: Weights): Weights[] => [
  { l0, lambda1: 0, lambda2: 0 },
  { l0: 0, lambda1, lambda2: 0 },
  { l0: 0, lambda1: 0, lambda2 },
];

/** z from one column to the next few of a batch. */
export function latentsFrom(z: Float64Array, from: number, most: number): Latents {
  const count = Math.min(most, z.length / 2 - from);
  const at = (axis: number) => (_: unknown, n: number) => z[2 * (from + n) + axis];
  const [x, y] = [0, 1].map((axis) => Float64Array.from({ length: count }, at(axis)));
  return { x, y, positions: new Float64Array(count) };
}
