// Settings under which something goes wrong, each with its reason.

import type { PlayMeta } from "../core/payloads.ts";
import { type PlayState, withObjective } from "./state.ts";

export interface WhatIf {
  name: string;
  title: string; // as HTML
  reason: string;
  change(state: PlayState, meta: PlayMeta): PlayState;
}

const paper = (state: PlayState, { objectives }: PlayMeta) => withObjective(state, "paper", objectives.paper);
const FEW = 16;

export const WHAT_IFS: WhatIf[] = [
  {
    name: "no-l2",
    title: "No L<sub>2</sub>",
    reason: "Nothing keeps points apart: they gather.",
    change: (state, meta) => ({ ...paper(state, meta), lambda2: 0 }),
  },
  {
    name: "no-l1",
    title: "No L<sub>1</sub>",
    reason: "Nothing pulls back: B(z) flies off.",
    change: (state, meta) => ({ ...paper(state, meta), lambda1: 0 }),
  },
  {
    name: "few",
    title: "Few samples",
    reason: `L1 knows ${FEW} points: B(z) clings to them.`,
    change: (state, meta) => ({ ...paper(state, meta), samples: FEW }),
  },
  {
    name: "eight",
    title: "Eight modes",
    reason: "One closed curve cannot ring eight islands.",
    change: (state, meta) => {
      const ring = meta.presets.find(({ name }) => name === "ring")!;
      return { ...paper(state, meta), preset: ring.name, modes: ring.modes, epsilon: ring.epsilon };
    },
  },
];
