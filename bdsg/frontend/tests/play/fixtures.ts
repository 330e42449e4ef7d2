// A Play of two separate modes, as Python tells it, in few numbers.

import type { PlayMeta } from "../../src/core/payloads.ts";
import { type PlayState, startOf } from "../../src/play/state.ts";

const mode = (weight: number, x: number, y: number, sigma = 1) => ({
  weight,
  x,
  y,
  long: sigma,
  short: sigma,
  angle: 0,
});
const paper = { hidden: [8, 8, 8], steps: 4000, batch_size: 256, learning_rate: 0.01, lambda1: 0.1, lambda2: 0.1 };
const ours = { hidden: [32, 32], steps: 800, batch_size: 64, learning_rate: 0.01, lambda1: 50, lambda2: 0.1 };
const separate = [mode(0.5, -4, 0), mode(0.5, 4, 0)];
const ring = Array.from({ length: 8 }, (_, k) => {
  return mode(1 / 8, 5 * Math.cos((k * Math.PI) / 4), 5 * Math.sin((k * Math.PI) / 4), 0.5);
});

export const META: PlayMeta = {
  presets: [
    { name: "bimodal_separate", title: "Two separate modes", teaches: "", epsilon: 0.01, modes: separate },
    { name: "ring", title: "Ring of eight", teaches: "", epsilon: 0.02, modes: ring },
  ],
  objectives: { paper, ours },
  start: {
    ...paper,
    ...{ preset: "bimodal_separate", modes: separate, objective: "paper", epsilon: 0.01, samples: 1024, seed: 1 },
  },
  units: null,
  limits: { modes: 24, weight: [0.01, 0.99], finest: 120, widest: 3, points: { least: 1, most: 1 } },
};

export const START: PlayState = startOf(META.start);
