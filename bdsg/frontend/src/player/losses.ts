// The loss and its terms over the steps, one small panel each: their scales differ by orders of magnitude.

import type { Change } from "../core/payloads.ts";
import type { Pen, Theme } from "../core/types.ts";
import type { Timeline } from "./timeline.ts";
import { SHAPES, paint } from "../canvas/shapes.ts";
import { Sheet } from "../canvas/plane.ts";
import { fade } from "../core/theme.ts";
import { grouped, measured, setting } from "../core/format.ts";
import { pictureButtons } from "../export/picture.ts";
import {
  type Curve,
  type Scale,
  CURVES,
  type Weight,
  type Changed,
  WEIGHTED,
  CHANGED,
  EDGE,
  stepAt,
  valueScale,
} from "./loss_curves.ts";

export class LossChart {
  readonly sheet: Sheet;
  weights: Partial<Record<Weight, number>> = {};
  changes: Change[] = [];
  base: { canvas: HTMLCanvasElement } | null = null;
  theme?: Theme;
  private readonly timeline: Timeline;
  private readonly canvas: HTMLCanvasElement;
  private scales: Scale[] = [];
  private readonly noteLeft: number[] = [];
  private label?: string;

  /** `onSeek(index)` is called while the chart is clicked or dragged. */
  constructor(canvas: HTMLCanvasElement, timeline: Timeline, redraw: () => void, onSeek: (index: number) => void) {
    this.timeline = timeline;
    this.canvas = canvas;
    this.sheet = new Sheet(canvas, () => {
      this.base = null;
      redraw();
    });
    canvas.parentElement?.append(pictureButtons(this));
    const follow = (event: PointerEvent) => {
      if (event.buttons & 1) onSeek(this.#indexAt(event.offsetX));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    });
    canvas.addEventListener("pointermove", follow);
  }

  #indexAt(pixel: number) {
    const { steps } = this.timeline;
    const { left, right } = EDGE;
    const step = ((pixel - left) / (this.sheet.width - left - right)) * this.#longest();
    let best = 0;
    steps.forEach((value, i) => {
      if (Math.abs(value - step) < Math.abs(steps[best] - step)) best = i;
    });
    return best;
  }

  #longest() {
    const { steps, total } = this.timeline;
    return Math.max(1, total, steps[steps.length - 1] ?? 1);
  }

  #x(step: number) {
    return EDGE.left + (step / this.#longest()) * (this.sheet.width - EDGE.left - EDGE.right);
  }

  /** Top and height of panel `k`. */
  #panel(k: number) {
    const each = (this.sheet.height - EDGE.top - EDGE.bottom + EDGE.gap) / CURVES.length;
    return { top: EDGE.top + k * each + EDGE.header, height: Math.max(8, each - EDGE.header - EDGE.gap) };
  }

  draw(theme: Theme) {
    if (!this.sheet.width || !this.timeline.frames.length) return;
    this.base ??= this.#drawBase(theme);
    const context = this.sheet.begin();
    this.sheet.put(this.base.canvas);
    this.#drawPlayhead(context, theme);
  }

  #drawBase(theme: Theme) {
    const layer = this.sheet.layer();
    this.theme = theme;
    this.#drawCurves(layer.context, theme);
    return layer;
  }

  #drawCurves(context: Pen, theme: Theme) {
    this.scales = CURVES.map((_, k) => valueScale(this.timeline.terms, k));
    CURVES.forEach((curve, k) => this.#drawCurve(context, curve, k, theme));
    this.#drawSteps(context, theme);
    this.#drawChanges(context, theme);
  }

  /** The chart as it stands, as vectors. */
  paintOn(context: Pen) {
    if (!this.theme) return;
    this.#drawCurves(context, this.theme);
    this.#drawPlayhead(context, this.theme);
  }

  get pictureName() {
    return "bdsg-losses";
  }

  /** Where a weight or the learning rate was changed: a line through all panels, and in its own the new value. */
  #drawChanges(context: Pen, theme: Theme) {
    const ends: Partial<Record<number, number>> = {};
    const bottom = this.#panel(CURVES.length - 1);
    const shade = fade(theme.primary, 0.9);
    for (const change of this.changes) {
      const x = Math.round(this.#x(change.step)) + 0.5;
      context.beginPath();
      context.moveTo(x, this.#panel(0).top);
      context.lineTo(x, bottom.top + bottom.height);
      paint(context, { stroke: fade(theme.primary, 0.55), width: 1, dash: [3, 3] });
      for (const [name, { panel, symbol }] of Object.entries(CHANGED)) {
        const set = change[name as Changed];
        if (set === undefined) continue;
        const { top } = this.#panel(panel);
        const text = `${symbol} → ${setting(set)}`;
        context.beginPath();
        SHAPES.diamond(context, x, top + 1, 4);
        paint(context, { fill: shade });
        context.font = `600 11px ${theme.font}`;
        const width = context.measureText(text).width;
        const left = x + 7 + width < this.sheet.width - EDGE.right ? x + 7 : x - 7 - width;
        if (left < (ends[panel] ?? 0)) continue; // the mark stays, and the playhead tells the value
        ends[panel] = left + width + 4;
        Object.assign(context, { textAlign: "left", textBaseline: "middle", lineJoin: "round", lineWidth: 3 });
        Object.assign(context, { strokeStyle: fade(theme.background, 0.9), fillStyle: shade });
        context.strokeText(text, left, top + 3);
        context.fillText(text, left, top + 3);
        context.textBaseline = "alphabetic";
      }
    }
  }

  /** The weight of a term at a step. */
  #weight(name: Weight, step: number) {
    return this.changes.reduce(
      (value, change) => (change.step <= step ? (change[name] ?? value) : value),
      this.weights[name],
    );
  }

  /** The changes in words, for those who do not see them. */
  describe() {
    const words = this.changes.map((change) => {
      const values = Object.entries(CHANGED).filter(([name]) => change[name as Changed] !== undefined);
      return `from step ${grouped(change.step)} ${values.map(([name, { symbol }]) => `${symbol} = ${setting(change[name as Changed])}`).join(", ")}`;
    });
    this.label ??= this.canvas.getAttribute("aria-label") ?? "";
    this.canvas.setAttribute("aria-label", [this.label, ...words].join("; "));
  }

  #drawCurve(context: Pen, curve: Curve, k: number, theme: Theme) {
    const { top, height } = this.#panel(k);
    const { steps, terms } = this.timeline;
    const place = this.scales[k];
    context.strokeStyle = fade(theme.text, 0.16);
    context.beginPath();
    context.moveTo(EDGE.left, Math.round(top + height) + 0.5);
    context.lineTo(this.sheet.width - EDGE.right, Math.round(top + height) + 0.5);
    context.stroke();
    context.beginPath();
    steps.forEach((step, i) => context.lineTo(this.#x(step), top + height - height * place(terms[i][k])));
    paint(context, { stroke: fade(theme.text, k === 0 ? 0.95 : 0.75), width: k === 0 ? 1.8 : 1.5, dash: curve.dash });
    this.#drawName(context, curve, k, theme);
  }

  #drawName(context: Pen, curve: Curve, k: number, theme: Theme) {
    const y = this.#panel(k).top - 8;
    context.beginPath();
    context.moveTo(EDGE.left, y - 4);
    context.lineTo(EDGE.left + 24, y - 4);
    paint(context, { stroke: fade(theme.text, 0.85), width: 1.5, dash: curve.dash });
    context.fillStyle = fade(theme.text, 0.9);
    context.font = `600 12px ${theme.font}`;
    context.textAlign = "left";
    context.fillText(curve.name, EDGE.left + 32, y);
    this.noteLeft[k] = EDGE.left + 38 + context.measureText(curve.name).width;
  }

  /** Beside a name: the weight at the playhead, and how the curve is drawn. */
  #drawNote(context: Pen, k: number, theme: Theme) {
    const name = WEIGHTED[k];
    const weight = name && this.#weight(name, this.timeline.steps[this.timeline.index]);
    Object.assign(context, { fillStyle: fade(theme.text, 0.6), font: `11px ${theme.font}`, textAlign: "left" });
    const note = [weight === undefined ? "" : `× ${setting(weight)}`, this.scales[k].log ? "log scale" : ""]
      .filter(Boolean)
      .join(" · ");
    context.fillText(note, this.noteLeft[k], this.#panel(k).top - 8);
  }

  #drawSteps(context: Pen, theme: Theme) {
    context.fillStyle = fade(theme.text, 0.62);
    context.font = `11px ${theme.font}`;
    context.textBaseline = "alphabetic";
    const y = this.sheet.height - 6;
    const end = this.sheet.width - EDGE.right;
    context.textAlign = "left";
    context.fillText("step 0", EDGE.left, y);
    context.textAlign = "right";
    context.fillText(grouped(this.#longest()), end, y);
  }

  #drawPlayhead(context: Pen, theme: Theme) {
    const { timeline } = this;
    const i = timeline.index;
    const x = this.#x(stepAt(timeline));
    CURVES.forEach((_, k) => {
      const { top, height } = this.#panel(k);
      const value = timeline.terms[i][k];
      this.#drawNote(context, k, theme);
      context.fillStyle = fade(theme.text, 0.35);
      context.fillRect(Math.round(x), top, 1, height);
      context.beginPath();
      context.arc(this.#x(timeline.steps[i]), top + height - height * this.scales[k](value), 3.2, 0, 2 * Math.PI);
      paint(context, { fill: fade(theme.boundary, 1), stroke: fade(theme.background, 1), width: 1.5 });
      context.fillStyle = fade(theme.text, 0.95);
      context.font = `600 12.5px ${theme.font}`;
      context.textAlign = "right";
      context.fillText(measured(value), this.sheet.width - EDGE.right, top - 8);
    });
  }
}
