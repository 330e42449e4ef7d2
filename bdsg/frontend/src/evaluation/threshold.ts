// The slider of ε: equal steps are equal factors.

import { find, make } from "../core/dom.ts";
import { leftOut, rounded, setting } from "../core/format.ts";
import type { LevelBoundary } from "../math/every_level.ts";
import { type Positive, preparePoints } from "../math/scores.ts";
import type { Evaluated } from "./picture.ts";
import type { EvaluationMeta } from "../core/payloads.ts";

export const SLIDER_STEPS = 500;

// milliseconds after the last change: holding an arrow key sends one value, not thirty

export type Range = Pick<EvaluationMeta, "epsilon_low" | "epsilon_high">;

/** The slider's place for ε: equal steps are equal factors. */
export function placeOf({ epsilon_low: low, epsilon_high: high }: Range, epsilon: number) {
  return Math.round((SLIDER_STEPS * Math.log(epsilon / low)) / Math.log(high / low));
}

/** ε for a place, as it is shown; at the run's own to the last bit, so that its own scores come back. */
export function epsilonAt(meta: Range & { trained: { epsilon: number } }, place: number) {
  const {
    epsilon_low: low,
    epsilon_high: high,
    trained: { epsilon },
  } = meta;
  if (place === placeOf(meta, epsilon)) return epsilon;
  return Math.min(high, Math.max(low, rounded(low * (high / low) ** (place / SLIDER_STEPS), 3)));
}

/** Bring slider and words in line with a run's present ε. */
export function showThreshold(root: HTMLElement, slider: HTMLInputElement, run: Evaluated) {
  const { meta, levels, scores } = run;
  const { epsilon, delta } = scores;
  const place = Math.min(SLIDER_STEPS, Math.max(0, placeOf(meta, epsilon)));
  if (Number(slider.value) !== place) slider.value = String(place);
  const [low, high] = levels ? levels.range.map((level) => placeOf(meta, level) / SLIDER_STEPS) : [0, 0];
  const shares = { "--done": place / SLIDER_STEPS, "--from": low, "--to": high };
  for (const [name, share] of Object.entries(shares)) slider.style.setProperty(name, String(share));
  slider.classList.toggle("ranged", levels !== null); // B(z, ε) was trained for a range
  const words = `ε = ${setting(epsilon)} per unit area`;
  slider.setAttribute("aria-valuetext", words);
  find(root, ".reading").replaceChildren(
    make("strong", {}, words),
    make("span", {}, leftOutAt(run)),
    `δ = ${setting(delta)}`,
    make("span", { class: "reach" }, reachWords(levels, epsilon)),
  );
}

/** The share of the data, or of the visitor's own points, that ε calls anomalous. */
function leftOutAt({ arrays, scores }: Evaluated) {
  const { values } = arrays.known_log_p_x;
  const level = Math.log(scores.epsilon);
  const count = values.reduce((sum, value) => sum + Number(value < level), 0);
  return leftOut(count, values.length, Boolean(arrays.own));
}

/** Up to where B(z, ε) follows. */
function reachWords(levels: LevelBoundary | null, epsilon: number) {
  if (!levels) return "";
  const [low, high] = levels.range;
  return levels.covers(epsilon) ? "B(z, ε) follows" : `B(z, ε) knows ${setting(low)} to ${setting(high)}`;
}

/** Which class counts as positive. */
export function positiveSwitch(positive: Positive, choose: (positive: Positive) => void) {
  const press = (name: Positive) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.positive === name));
    choose(name);
  };
  const buttons = (["normal", "anomalous"] as const).map((name) => {
    const title = `Count ${name} cells as the positive class`;
    const pressed = { "aria-pressed": String(name === positive), click: () => press(name) };
    return make("button", { type: "button", "data-positive": name, title, ...pressed }, name);
  });
  return make("span", { class: "switch", role: "group", "aria-label": "Positive class" }, ...buttons);
}

/** Carry B(z, ε) along, for at most `most` points; B(z) of one ε stays as it is, and then false is returned. */
export function moveBoundary({ levels, prepared, meta, arrays }: Evaluated, epsilon: number, most: number) {
  if (!levels) return false;
  const { boundary, boundary_log_p_x: known } = arrays;
  const stored = epsilon === meta.trained.epsilon;
  const points = stored ? boundary.values : levels.points(epsilon, Math.min(most, levels.count));
  Object.assign(prepared, preparePoints(points, stored ? known.values : levels.logDensity(points)));
  return true;
}
