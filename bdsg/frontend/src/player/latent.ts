// The map z -> B(z): the latent plane beside the stage, in colours that the stage can wear too.
// Hue is the angle of z; where B(z) reads |z| as well, outer rings are lighter.  Numbers at eight angles tell
// the same without colour.

import type { Tensor } from "../core/payloads.ts";
import type { Camera, Numbers, Pair, Pen, Theme } from "../core/types.ts";
import { markScale } from "../canvas/marks.ts";
import { SHAPES, paint } from "../canvas/shapes.ts";
import { Sheet } from "../canvas/plane.ts";
import { FULL_SCALE } from "../core/constants.ts";
import { fade } from "../core/theme.ts";
import { find, make } from "../core/dom.ts";
import {
  type PixelOf,
  EIGHTHS,
  latentAngles,
  latentBins,
  turnBetween,
  samplesNear,
  numberedSamples,
  drawBinned,
  drawNumber,
} from "./latent_bins.ts";

/** The stage beside the panel. */
interface LatentHost {
  canvas: HTMLCanvasElement;
  pixel: PixelOf;
  redraw(): void;
}

const LATENT_REACH = 3.6;

// how far out the panel shows z ~ N(0, I): one sample in 650 lies beyond
const LINK_PIXELS = 11;
const WEDGE = Math.PI / 45;

// how near the pointer, and how near the keyboard's angle, a sample counts
const TURN = Math.PI / 36;

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
    };
    const by = turns[event.key];
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
    const { canvas, context } = this.sheet.layer();
    const { width, height } = this.sheet;
    const scale = this.#scale;
    for (let radius = 1; radius <= 3; radius += 1) {
      context.beginPath();
      context.arc(width / 2, height / 2, radius * scale, 0, 2 * Math.PI);
      paint(context, { stroke: fade(theme.text, 0.16), width: 1 });
    }
    if (!this.latent) return canvas;
    drawBinned(context, this.count, (k) => this.#pixel(k), this.bins, theme, 1.9, "dot");
    for (let eighth = 0; eighth < EIGHTHS; eighth += 1) {
      const angle = (eighth * 2 * Math.PI) / EIGHTHS;
      const reach = 3.3 * scale;
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
    const { frames, angles } = this;
    const last = frames[frames.length - 1];
    this.numbers ??= numberedSamples(angles, last, 0.11 * FULL_SCALE);
    return this.numbers;
  }

  stop() {
    this.sheet.stop();
  }
}
