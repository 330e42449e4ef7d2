// The probe: what holds at one point of the plane, by the splines of the run's densities.

import type { Camera, Numbers, Pair, Paint, Pen, ShadeName, Theme } from "../core/types.ts";
import type { Tensor, Units } from "../core/payloads.ts";
import { BicubicSpline } from "../math/spline.ts";
import { clipped } from "./plane.ts";
import { drawLines, paint } from "./marks.ts";
import { fade } from "../core/theme.ts";
import { find, make } from "../core/dom.ts";
import { measured, onScale, setting } from "../core/format.ts";

const PROBE_FINENESS = 500; // parts of the window that a place is told to
const PROBE_STEP = 2,
  PROBE_LEAP = 12; // pixels that an arrow key moves the cursor, alone and with Shift

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

export interface ProbeHost {
  camera(): Camera | null | undefined;
  scene(): ProbeScene | null;
  redraw(): void;
}

interface Judged {
  density: number;
  normal: boolean;
  flip: number;
}

interface Near {
  x: number;
  y: number;
  distance: number;
}

type Probed = ReturnType<typeof probeAt>;

/** Index and distance of the nearest of points (x, y in turn, `stride` numbers each); null if there are none. */
function nearestPoint(points: Numbers, px: number, py: number, stride = 2): Near | null {
  let best = Infinity,
    index = -1;
  for (let i = 0; i < points.length; i += stride) {
    const square = (points[i] - px) ** 2 + (points[i + 1] - py) ** 2;
    if (square < best) {
      best = square;
      index = i;
    }
  }
  return index < 0 ? null : { x: points[index], y: points[index + 1], distance: Math.sqrt(best) };
}

function plainSpline(grid: Tensor<Numbers>, low: Pair, high: Pair) {
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

export class Probe {
  private readonly plane: HTMLElement;
  private readonly host: ProbeHost;
  private readonly words: HTMLElement;
  private readonly card: HTMLElement;
  private at: Pair | null = null;
  private steered = false;
  private dragged = false;
  private readonly splines = new WeakMap<Tensor<Numbers>, BicubicSpline>();
  private readonly splineOf = (grid: Tensor<Numbers>, low: Pair, high: Pair) => {
    const known = this.splines.get(grid) ?? plainSpline(grid, low, high);
    this.splines.set(grid, known);
    return known;
  };
  private found: Probed | null = null;
  private html = "";

  /** `host`: {camera() or null, scene() as for probeAt or null, redraw()}. */
  constructor(plane: HTMLElement, host: ProbeHost) {
    this.plane = plane;
    this.host = host;
    this.words = make("div", { class: "probe-words", "aria-live": "polite" });
    const close = make(
      "button",
      {
        type: "button",
        class: "probe-close",
        "aria-label": "Close the probe (Escape)",
        title: "Close (Escape)",
        click: () => this.close(),
      },
      "×",
    );
    this.card = make("div", { class: "probe", role: "group", "aria-label": "Probe", hidden: "" }, close, this.words);
    plane.after(this.card);
    const canvas = find<HTMLCanvasElement>(plane, "canvas");
    canvas.addEventListener("click", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" && event.buttons & 1) this.#follow(event);
    });
    plane.addEventListener("keydown", (event) => this.#key(event));
  }

  #press(event: PointerEvent) {
    const camera = this.host.camera();
    if (!camera) return; // nothing is drawn
    const again =
      this.at &&
      !this.dragged &&
      Math.hypot(camera.x(this.at[0]) - event.offsetX, camera.y(this.at[1]) - event.offsetY) < 5;
    this.dragged = false;
    if (again) this.close();
    else this.#follow(event, false);
  }

  #follow(event: PointerEvent, dragged = true) {
    this.dragged = dragged;
    this.steered = false;
    this.#place(event.offsetX, event.offsetY);
  }

  /** Put the probe at a pixel, kept inside the frame. */
  #place(left: number, top: number) {
    const camera = this.host.camera();
    if (!camera) return;
    const { frame, low, scale } = camera;
    const x = Math.min(frame.width, Math.max(0, left - frame.left)),
      y = Math.min(frame.height, Math.max(0, top - frame.top));
    this.at = [low[0] + x / scale, low[1] + (frame.height - y) / scale];
    this.host.redraw();
  }

  #key(event: KeyboardEvent) {
    if (event.target !== this.plane || event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = this.host.camera();
    if (!camera) return;
    const { frame } = camera,
      step = event.shiftKey ? PROBE_LEAP : PROBE_STEP;
    const from: Pair = this.at
      ? [camera.x(this.at[0]), camera.y(this.at[1])]
      : [frame.left + frame.width / 2, frame.top + frame.height / 2];
    const moves: Partial<Record<string, Pair>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (event.key.toLowerCase() === "p") {
      this.steered = !(this.at && this.steered);
      if (this.steered) this.#place(...from);
      else this.close();
    } else if (event.key === "Escape" && this.at) this.close();
    else if (this.steered && move) this.#place(from[0] + move[0], from[1] + move[1]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // else the player would step as well
  }

  close() {
    this.at = null;
    this.steered = false;
    this.host.redraw();
  }

  /** Draw the probe and fill its card: called with every picture. */
  draw(context: Pen, camera: Camera, theme: Theme) {
    const { at } = this,
      scene = at && this.host.scene();
    if (this.card.hidden === Boolean(scene)) this.card.hidden = !scene;
    if (!at || !scene) {
      this.found = null;
      return;
    }
    this.found = probeAt(scene, ...at, this.splineOf);
    const html = probeCard(this.found);
    if (html !== this.html) this.words.innerHTML = this.html = html;
    this.card.classList.toggle("left", camera.x(at[0]) > camera.frame.left + camera.frame.width / 2);
    clipped(context, camera, () => this.#mark(context, camera, theme));
  }

  #mark(context: Pen, camera: Camera, theme: Theme) {
    if (!this.found) return;
    const { boundary, sample, x, y } = this.found,
      halo: Paint = { stroke: fade(theme.background, 0.8), width: 4 };
    const lines: [Near | null, ShadeName, number[]][] = [
      [sample, "data", [2, 3]],
      [boundary, "boundary", []],
    ];
    for (const [near, shade, dash] of lines) {
      if (!near) continue;
      const line = [[x, y, near.x, near.y]];
      drawLines(context, camera, line, halo);
      drawLines(context, camera, line, { stroke: fade(theme[shade], 1), width: 2, dash });
    }
    const left = camera.x(x),
      top = camera.y(y);
    for (const style of [halo, { stroke: fade(theme.text, 1), width: 1.6 }]) {
      context.beginPath();
      context.arc(left, top, 5, 0, 2 * Math.PI);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ]) {
        context.moveTo(left + 5 * dx, top + 5 * dy);
        context.lineTo(left + 10 * dx, top + 10 * dy);
      }
      paint(context, style);
    }
  }
}
