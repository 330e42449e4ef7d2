// What is said of one point of the plane.

import type { Numbers, Pair } from "../core/types.ts";
import type { Tensor, Units } from "../core/payloads.ts";
import { BicubicSpline } from "../math/spline.ts";
import { measured, onScale, setting } from "../core/format.ts";

const PROBE_FINENESS = 500;

// pixels that an arrow key moves the cursor, alone and with Shift

/** What a probe reads from: both log densities on a grid over the window, points of B(z), `stride` numbers each, and data. */
export interface ProbeScene {
  low: Pair;
  high: Pair;
  epsilon: number;
  units: Units | null;
  truth: Tensor<Numbers> | undefined;
  model: Tensor<Numbers> | undefined;
  points: Numbers;
  stride: number;
  data: Numbers;
}

export interface Judged {
  density: number;
  normal: boolean;
  flip: number;
}

export interface Near {
  x: number;
  y: number;
  distance: number;
}

export type Probed = ReturnType<typeof probeAt>;

/** Index and distance of the nearest of points (x, y in turn, `stride` numbers each); null if there are none. */
function nearestPoint(points: Numbers, px: number, py: number, stride = 2): Near | null {
  let best = Infinity;
  let index = -1;
  for (let i = 0; i < points.length; i += stride) {
    const square = (points[i] - px) ** 2 + (points[i + 1] - py) ** 2;
    if (square < best) {
      best = square;
      index = i;
    }
  }
  return index < 0 ? null : { x: points[index], y: points[index + 1], distance: Math.sqrt(best) };
}

export function plainSpline(grid: Tensor<Numbers>, low: Pair, high: Pair) {
  return new BicubicSpline(grid, low, high);
}

/** All that the card says of one point. `scene`: {low, high, epsilon, units, truth, model, points, stride, data}. */
export function probeAt(scene: ProbeScene, px: number, py: number, splineOf = plainSpline) {
  const { low, high, epsilon, units, truth, model, points, stride, data } = scene;
  const judged = (grid: Tensor<Numbers> | undefined): Judged | null => {
    const log = grid ? splineOf(grid, low, high).at(px, py) : null;
    // At its own density, the threshold that a point is held against changes its verdict.
    return log === null ? null : { density: Math.exp(log), normal: Math.exp(log) >= epsilon, flip: Math.exp(log) };
  };
  return {
    x: px,
    y: py,
    shown: [px, py].map((value, axis) => (units ? units.shift[axis] + units.scale[axis] * value : value)),
    steps: [0, 1].map((axis) => ((high[axis] - low[axis]) * (units ? units.scale[axis] : 1)) / PROBE_FINENESS),
    epsilon,
    truth: judged(truth),
    model: judged(model),
    boundary: nearestPoint(points, px, py, stride),
    sample: nearestPoint(data, px, py),
  };
}

function verdictRow(name: string, hint: string, judged: Judged | null) {
  if (!judged) return `<tr><th scope="row" title="${hint}">${name}</th><td colspan="3">not known here</td></tr>`;
  const verdict = judged.normal
    ? '<span class="sign" aria-hidden="true">●</span> normal'
    : '<span class="sign" aria-hidden="true">○</span> anomalous';
  const flip = judged.normal ? `ε &gt; ${measured(judged.flip)}` : `ε ≤ ${measured(judged.flip)}`;
  return `<tr><th scope="row" title="${hint}">${name}</th><td>${measured(judged.density)}</td><td>${verdict}</td><td>${flip}</td></tr>`;
}

export function probeCard({ shown, steps, epsilon, truth, model, boundary, sample }: Probed) {
  const place = shown.map((value, axis) => onScale(value, steps[axis])).join(", ");
  const near = (kind: string, name: string, found: Near | null) =>
    found
      ? `<p><span class="near ${kind}" aria-hidden="true"></span>${name}: ${measured(found.distance)} away</p>`
      : "";
  const other =
    truth && model && truth.normal !== model.normal ? "<p><strong>The model is wrong here.</strong></p>" : "";
  return `<p><strong>x = (${place})</strong></p>
    <table><thead><tr><td></td><th scope="col">density</th><th scope="col">at ε = ${setting(epsilon)}</th><th scope="col">flips for</th></tr></thead>
    <tbody>${verdictRow("<i>p<sub>x</sub></i>", "The data's density", truth)}${verdictRow("<i>p<sub>g</sub></i>", "The model's density", model)}</tbody></table>
    ${other}${near("to-boundary", "nearest <i>B</i>(<i>z</i>)", boundary)}${near("to-sample", "nearest data", sample)}`;
}
