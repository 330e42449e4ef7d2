// The map z -> B(z): the latent plane beside the stage, in colours that the stage can wear too.
// Hue is the angle of z; where B(z) reads |z| as well, outer rings are lighter.  Numbers at eight angles tell
// the same without colour.

import type { Tensor } from "../core/payloads.ts";
import type { Camera, Numbers, Pair, Pen, Theme } from "../core/types.ts";
import { SHAPES, type ShapeName, markScale, paint } from "../canvas/marks.ts";
import { Sheet } from "../canvas/plane.ts";
import { FULL_SCALE } from "../core/constants.ts";
import { fade } from "../core/theme.ts";
import { find, make } from "../core/dom.ts";

/** Where sample k is, in pixels. */
type PixelOf = (k: number) => Pair;

/** The stage beside the panel. */
interface LatentHost {
  canvas: HTMLCanvasElement;
  pixel: PixelOf;
  redraw(): void;
}

const HUES = 24,
  RINGS = 3,
  EIGHTHS = 8;
const LATENT_REACH = 3.6; // how far out the panel shows z ~ N(0, I): one sample in 650 lies beyond
const LINK_PIXELS = 11,
  WEDGE = Math.PI / 45; // how near the pointer, and how near the keyboard's angle, a sample counts
const TURN = Math.PI / 36; // an arrow key turns by 5°

/** Angle of each z in [0, 2π). */
export function latentAngles(latent: Numbers) {
  const turn = 2 * Math.PI;
  return Float64Array.from(
    { length: latent.length / 2 },
    (_, k) => (Math.atan2(latent[2 * k + 1], latent[2 * k]) + turn) % turn,
  );
}

/** Ring of each z, 0 inside to RINGS - 1 outside, equally many in each: 1 - exp(-|z|²/2) is uniform. */
function latentRings(latent: Numbers) {
  const ring = (k: number) => Math.floor(-Math.expm1(-0.5 * (latent[2 * k] ** 2 + latent[2 * k + 1] ** 2)) * RINGS);
  return Uint8Array.from({ length: latent.length / 2 }, (_, k) => Math.min(RINGS - 1, ring(k)));
}

/** For each z the index of its colour among HUES x RINGS; all on the middle ring where B reads the angle alone. */
export function latentBins(latent: Numbers, ringed: boolean) {
  const angles = latentAngles(latent),
    rings = ringed ? latentRings(latent) : null,
    middle = Math.floor(RINGS / 2);
  return Uint8Array.from(
    angles,
    (angle, k) => (rings ? rings[k] : middle) * HUES + (Math.round((angle / (2 * Math.PI)) * HUES) % HUES),
  );
}

function binColour(bin: number, dark: boolean) {
  const light = dark ? [48, 61, 74] : [30, 44, 60];
  return `hsl(${((bin % HUES) * 360) / HUES} 78% ${light[Math.floor(bin / HUES)]}%)`;
}

/** Difference of two angles, at most π. */
function turnBetween(a: number, b: number) {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** Samples whose pixel, as `pixel(k)` gives it, lies within `reach` of (left, top). */
export function samplesNear(count: number, pixel: PixelOf, left: number, top: number, reach: number) {
  const found: number[] = [];
  for (let k = 0; k < count; k += 1) {
    const [x, y] = pixel(k);
    if ((x - left) ** 2 + (y - top) ** 2 <= reach * reach) found.push(k);
  }
  return found;
}

/** Samples to be numbered on the stage, [sample, number from 1]: for each eighth of a turn one on every separate piece. */
export function numberedSamples(angles: Float64Array, points: Numbers, apart: number) {
  const chosen: Pair[] = [];
  for (let eighth = 0; eighth < EIGHTHS; eighth += 1) {
    const wanted = (eighth * 2 * Math.PI) / EIGHTHS,
      near: number[] = [];
    angles.forEach((angle, k) => {
      if (turnBetween(angle, wanted) < Math.PI / 40) near.push(k);
    });
    near.sort((a, b) => turnBetween(angles[a], wanted) - turnBetween(angles[b], wanted));
    const taken: number[] = [];
    for (const k of near) {
      const far = (other: number) =>
        Math.hypot(points[2 * k] - points[2 * other], points[2 * k + 1] - points[2 * other + 1]) > apart;
      if (taken.every(far)) taken.push(k);
    }
    chosen.push(...taken.map((k): Pair => [k, eighth + 1]));
  }
  return chosen;
}

/** Draw `mark` at each pixel, all of one bin in one path. */
function drawBinned(
  context: Pen,
  count: number,
  pixel: PixelOf,
  bins: Uint8Array,
  theme: Theme,
  radius: number,
  shape: ShapeName,
) {
  const groups = new Map<number, number[]>();
  for (let k = 0; k < count; k += 1) {
    const group = groups.get(bins[k]);
    if (group) group.push(k);
    else groups.set(bins[k], [k]);
  }
  for (const [bin, members] of groups) {
    context.beginPath();
    for (const k of members) SHAPES[shape](context, ...pixel(k), radius);
    paint(context, { fill: binColour(bin, theme.dark) });
  }
}

function drawNumber(context: Pen, text: string, x: number, y: number, theme: Theme) {
  Object.assign(context, {
    font: `700 12px ${theme.font}`,
    textAlign: "center",
    textBaseline: "middle",
    lineJoin: "round",
  });
  Object.assign(context, { strokeStyle: fade(theme.background, 0.95), lineWidth: 4, fillStyle: fade(theme.text, 1) });
  if (!("isVector" in context)) context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

export class LatentPanel {
  latent: Float32Array | null = null;
  linked: number[] = [];
  coloured = false;
  private readonly holder: HTMLElement;
  private readonly host: LatentHost;
  private readonly plane: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly sheet: Sheet;
  private base: HTMLCanvasElement | null = null;
  private theme?: Theme;
  private drawnFor?: Theme;
  private angles = new Float64Array(0);
  private bins = new Uint8Array(0);
  private frames: Int16Array[] = [];
  private numbers: Pair[] | null = null;
  private angle?: number;

  /** `host`: {canvas of the stage, camera(), positions(), redraw()}. */
  constructor(holder: HTMLElement, host: LatentHost) {
    this.holder = holder;
    this.host = host;
    this.plane = find(holder, ".latent-plane");
    const canvas = find<HTMLCanvasElement>(this.plane, "canvas");
    this.button = make(
      "button",
      {
        type: "button",
        class: "layer",
        "aria-pressed": "false",
        title: "Show B(z) on the stage in the colour of its z",
        click: () => this.#colour(!this.coloured),
      },
      "colour B(z) by z",
    );
    find(holder, ".latent-head").append(this.button);
    this.sheet = new Sheet(canvas, () => {
      this.base = null;
      this.draw(this.theme);
    });
    this.#listen(canvas, (k) => this.#pixel(k));
    this.#listen(host.canvas, (k) => host.pixel(k));
    this.plane.addEventListener("keydown", (event) => this.#key(event));
    this.plane.addEventListener("blur", () => this.#link([]));
  }

  receive(latent: Tensor<Float32Array> | undefined, ringed: boolean, frames: Int16Array[]) {
    const values = latent?.values.length ? latent.values : null;
    this.latent = values;
    this.base = null;
    this.linked = [];
    this.button.disabled = !values;
    find(this.holder, ".latent-note").textContent = !values
      ? "Shown when the run has ended."
      : ringed
        ? "Hue: angle. Lighter: larger |z|, which chooses the curve."
        : "Hue: angle. B(z) reads nothing else of z.";
    if (!values) return;
    this.angles = latentAngles(values);
    this.bins = latentBins(values, ringed);
    this.frames = frames;
    this.numbers = null;
  }

  get count() {
    return this.latent ? this.latent.length / 2 : 0;
  }

  #colour(on: boolean) {
    this.coloured = on;
    this.button.setAttribute("aria-pressed", String(on));
    this.host.redraw();
  }

  #listen(canvas: HTMLCanvasElement, pixel: PixelOf) {
    canvas.addEventListener("pointermove", (event) => {
      if (this.latent && !event.buttons)
        this.#link(samplesNear(this.count, pixel, event.offsetX, event.offsetY, LINK_PIXELS));
    });
    canvas.addEventListener("pointerleave", () => this.#link([]));
  }

  #link(samples: number[]) {
    if (!samples.length && !this.linked.length) return;
    this.linked = samples;
    this.host.redraw();
  }

  /** Arrow keys turn a wedge of angles. */
  #key(event: KeyboardEvent) {
    const turns: Partial<Record<string, number>> = {
        ArrowLeft: TURN,
        ArrowUp: TURN,
        ArrowRight: -TURN,
        ArrowDown: -TURN,
      },
      by = turns[event.key];
    if (!by || !this.latent) return;
    event.preventDefault();
    event.stopPropagation();
    const angle = (this.angle = ((this.angle ?? -by) + by + 2 * Math.PI) % (2 * Math.PI));
    const degrees = Math.round((angle * 180) / Math.PI);
    this.plane.setAttribute("aria-valuenow", String(degrees));
    this.plane.setAttribute("aria-valuetext", `${degrees}°`);
    this.#link(Array.from(this.angles.keys()).filter((k) => turnBetween(this.angles[k], angle) < WEDGE));
  }

  get #scale() {
    return Math.min(this.sheet.width, this.sheet.height) / 2 / LATENT_REACH;
  }

  #pixel(k: number): Pair {
    const { sheet, latent } = this;
    if (!latent) return [0, 0];
    return [sheet.width / 2 + latent[2 * k] * this.#scale, sheet.height / 2 - latent[2 * k + 1] * this.#scale];
  }

  draw(theme: Theme | undefined) {
    this.theme = theme;
    if (!theme || !this.sheet.width) return;
    if (!this.base || this.drawnFor !== theme) this.base = this.#drawBase(theme);
    this.drawnFor = theme;
    const context = this.sheet.begin();
    this.sheet.put(this.base);
    if (this.latent) this.#rings(context, (k) => this.#pixel(k), theme);
  }

  #drawBase(theme: Theme) {
    const { canvas, context } = this.sheet.layer(),
      { width, height } = this.sheet,
      scale = this.#scale;
    for (let radius = 1; radius <= 3; radius += 1) {
      context.beginPath();
      context.arc(width / 2, height / 2, radius * scale, 0, 2 * Math.PI);
      paint(context, { stroke: fade(theme.text, 0.16), width: 1 });
    }
    if (!this.latent) return canvas;
    drawBinned(context, this.count, (k) => this.#pixel(k), this.bins, theme, 1.9, "dot");
    for (let eighth = 0; eighth < EIGHTHS; eighth += 1) {
      const angle = (eighth * 2 * Math.PI) / EIGHTHS,
        reach = 3.3 * scale;
      drawNumber(
        context,
        String(eighth + 1),
        width / 2 + reach * Math.cos(angle),
        height / 2 - reach * Math.sin(angle),
        theme,
      );
    }
    return canvas;
  }

  #rings(context: Pen, pixel: PixelOf, theme: Theme) {
    const rings: [string, number][] = [
      [fade(theme.background, 1), 4],
      [fade(theme.text, 1), 1.8],
    ];
    for (const [stroke, width] of rings) {
      context.beginPath();
      for (const k of this.linked) SHAPES.dot(context, ...pixel(k), 5);
      paint(context, { stroke, width });
    }
  }

  /** B(z) on the stage: in its colours where they are switched on (then true is returned), and the linked samples. */
  drawOnStage(context: Pen, camera: Camera, points: Numbers, theme: Theme) {
    const pixel = (k: number): Pair => [camera.x(points[2 * k]), camera.y(points[2 * k + 1])];
    if (!this.latent || points.length !== this.latent.length) return;
    if (this.coloured) {
      drawBinned(context, this.count, pixel, this.bins, theme, 3 * markScale(camera), "diamond");
      for (const [k, number] of this.#numbered()) drawNumber(context, String(number), ...pixel(k), theme);
    }
    if (this.linked.length) this.#rings(context, pixel, theme);
  }

  /** Chosen once, on the last frame, so that numbers ride along with their samples. */
  #numbered() {
    const { frames, angles } = this,
      last = frames[frames.length - 1];
    this.numbers ??= numberedSamples(angles, last, 0.11 * FULL_SCALE);
    return this.numbers;
  }

  stop() {
    this.sheet.stop();
  }
}
