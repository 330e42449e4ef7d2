// What the visitor has set up: all that a picture depends on, in one record that is never changed, only replaced.

import type { Mode, PlayObjective, PlayStart, Units } from "../core/payloads.ts";
import type { MixtureNumbers } from "../trainer/density.ts";
import type { Settings } from "../trainer/trainer.ts";

export type ObjectiveName = "paper" | "ours";

export interface PlayState {
  readonly preset: string | null; // the name of the mixture; null for one of the visitor's own
  readonly modes: readonly Mode[];
  readonly objective: ObjectiveName;
  readonly epsilon: number;
  readonly lambda1: number;
  readonly lambda2: number;
  readonly learningRate: number;
  readonly samples: number; // M
  readonly batch: number; // N
  readonly hidden: readonly number[];
  readonly steps: number;
  readonly seed: number;
}

export const DELTA_RATIO = 0.1; // δ = ε/10, as everywhere in the app

/** Weights, means and covariances of Gaussians as a person places them. */
export function mixtureNumbers(modes: readonly Mode[]): MixtureNumbers {
  const covariances = modes.map(({ long, short, angle }) => {
    const turn = (angle * Math.PI) / 180;
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    const [a, b] = [long * long, short * short];
    const xy = (a - b) * c * s;
    return [
      [a * c * c + b * s * s, xy],
      [xy, a * s * s + b * c * c],
    ];
  });
  return { weights: modes.map(({ weight }) => weight), means: modes.map(({ x, y }) => [x, y]), covariances };
}

/** What the trainer is to be set to. */
export function settingsOf(state: PlayState): Settings {
  const { objective, epsilon, lambda1, lambda2, learningRate, samples, batch, hidden, steps, seed } = state;
  const density = mixtureNumbers(state.modes);
  const taken = { objective, epsilon, lambda1, lambda2, learningRate, samples, batch, hidden, steps, seed };
  return { ...taken, density, data: null, levels: 1, delta: DELTA_RATIO * epsilon };
}

const SAME: Partial<Record<keyof PlayState, (keyof Settings)[]>> = {
  modes: ["density"],
  epsilon: ["epsilon", "delta"],
  preset: [],
};

/** The settings in which two states differ; a seed is not changed but begun with. */
export function changesBetween(before: PlayState, after: PlayState): Partial<Settings> {
  const settings = settingsOf(after);
  const names = (Object.keys(after) as (keyof PlayState)[]).filter((name) => name !== "seed");
  const differing = names.filter((name) => !sameValue(before[name], after[name]));
  const changed = differing.flatMap((name) => SAME[name] ?? [name as keyof Settings]);
  return Object.fromEntries(changed.map((name) => [name, settings[name]]));
}

function sameValue(a: unknown, b: unknown) {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

/** Whether two states are the same in all that shows. */
export function sameState(a: PlayState, b: PlayState) {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The state with another objective, at the settings that suit it. */
export function withObjective(state: PlayState, name: ObjectiveName, objective: PlayObjective): PlayState {
  return { ...state, objective: name, ...suited(objective) };
}

/** An objective's own settings, by the names that they have here. */
function suited({ hidden, steps, batch_size, learning_rate, lambda1, lambda2 }: PlayObjective) {
  return { hidden, steps, batch: batch_size, learningRate: learning_rate, lambda1, lambda2 };
}

/** The state as the choices of a config, by which Python trains the same. */
export function choicesOf(state: PlayState, units: Units | null = null) {
  const { preset, objective, hidden, steps, batch, lambda1, lambda2 } = state;
  const own = { mixture: mixtureNumbers(state.modes), ...(units && { units }) };
  const data = preset ? { preset } : own;
  return {
    data: { ...data, samples: state.samples },
    density: { kind: "closed_form" },
    epsilon: state.epsilon,
    seed: state.seed,
    boundary: { objective, hidden, steps, batch_size: batch, learning_rate: state.learningRate, lambda1, lambda2 },
  };
}

/** What the page opens with. */
export function startOf(start: PlayStart): PlayState {
  const { preset, modes, objective, epsilon, samples, seed } = start;
  return { preset, modes, objective, epsilon, samples, seed, ...suited(start) };
}

/** What a page is told that opens with this state. */
export function startWith({ batch, learningRate, hidden, modes, ...same }: PlayState): PlayStart {
  return { ...same, modes: [...modes], hidden: [...hidden], batch_size: batch, learning_rate: learningRate };
}
