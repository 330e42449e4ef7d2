// The evaluation view: ε moves, and contours, cells and every score follow at once, without the server.

import { AddressNote } from "../core/address.ts";
import { CARDS, Cards, exists, noContour } from "./cards.ts";
import { FEWER, LevelBoundary } from "../math/every_level.ts";
import { FITTED, bringIntoView, layerButton, make, nameLayer, setData } from "../core/dom.ts";
import { HIGHLIGHTS, Highlighter, stretches, strokeArcs } from "./highlights.ts";
import { Probe } from "../canvas/probe.ts";
import { Sheet, cameraFor, clipped, drawAxes, drawImage } from "../canvas/plane.ts";
import { classification, evaluateAt, prepareEvaluation, preparePoints } from "../math/scores.ts";
import { drawContour, drawData, drawFineContour, drawLines, drawOddPoints, drawOwnPoints, drawPoints, drawRays, markScale, traceLines } from "../canvas/marks.ts";
import { fade, heatImage, readTheme } from "../core/theme.ts";
import { leftOut, rounded, setting } from "../core/format.ts";
import { pictureButtons } from "../export/picture.ts";
import { rayCrossings } from "../math/rays.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { vectorSheet } from "../export/svg.ts";

export const SLIDER_STEPS = 500; // apart by more than the third figure of ε, so that each has an ε of its own
const SEND_AFTER = 250; // milliseconds after the last change: holding an arrow key sends one value, not thirty

/** The slider's place for ε: equal steps are equal factors. */
export function placeOf({ epsilon_low: low, epsilon_high: high }: EvaluationMeta, epsilon: number) {
  return Math.round((SLIDER_STEPS * Math.log(epsilon / low)) / Math.log(high / low));
}

/** ε for a place, as it is shown; at the run's own to the last bit, so that its own scores come back. */
export function epsilonAt(meta: EvaluationMeta, place) {
  const { epsilon_low: low, epsilon_high: high, trained: { epsilon } } = meta;
  if (place === placeOf(meta, epsilon)) return epsilon;
  return Math.min(high, Math.max(low, rounded(low * (high / low) ** (place / SLIDER_STEPS), 3)));
}

export class Evaluation {
  constructor(parent: ParentNode) {
    this.root = parent.querySelector(".bdsg");
    this.positive = "normal";
    this.layers = { heat: true, band: true, data: false, own: true, boundary: true, truth: true, contour: true, rays: false, gaps: true };
    this.sent = new Set(); // values of ε that came from this slider: they need not be taken over again
    this.address = new AddressNote("at");
    parent.querySelector(".plane").append(pictureButtons(this));
    this.sheet = new Sheet(parent.querySelector(".plane-canvas"), () => this.redraw());
    this.probe = new Probe(parent.querySelector(".plane"), { camera: () => this.#camera(), redraw: () => this.draw(), scene: () => this.#scene() });
    this.slider = parent.querySelector(".slider");
    this.slider.addEventListener("input", () => this.#move());
    this.slider.addEventListener("change", () => this.#send());
    this.cards = new Cards(parent.querySelector(".scores"), (id) => this.#point(id), (id) => this.#pin(id));
    this.root.querySelector(".choice").append("positive: ", this.#positiveSwitch());
  }

  get pictureName() {
    return `bdsg-${this.meta.run.slice(0, 8)}-scores`;
  }

  get pictureWords() {
    const { active, shown } = this, card = CARDS[active];
    const counted = card && exists(shown, active) ? `${card.name} ${card.value(shown)}` : "";
    return [...(this.meta.about ?? "").split(" · "), `scored at ε = ${setting(this.scores.epsilon)}`, counted];
  }

  receive(bytes: Uint8Array | null, { setStateValue }: Mounting) {
    this.setStateValue = setStateValue;
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) this.#load(bytes);
    this.redraw();
  }

  #load(bytes: Uint8Array | null) {
    const { arrays, meta } = readTensors(bytes), before = this.meta;
    const moved = !before || before.run !== meta.run || (meta.epsilon !== before.epsilon && !this.sent.has(meta.epsilon));
    Object.assign(this, { bytes, arrays, meta, prepared: prepareEvaluation(arrays, meta.trained) });
    this.#buildLegend();
    this.root.querySelector(".exact").hidden = !meta.exact;
    this.levels = arrays.boundary_latent ? new LevelBoundary(arrays) : null;
    this.#update(moved ? meta.epsilon : this.scores.epsilon);
  }

  #buildLegend() {
    const names = Object.keys(this.layers).filter((name) => name !== "own" || this.arrays.own);
    const buttons = names.map((name) => layerButton(name, this.layers, () => this.redraw()));
    if (this.meta.stands_in) nameLayer(buttons, "data", FITTED);
    this.root.querySelector(".legend").replaceChildren(...buttons);
  }

  /** The share of the data, or of the visitor's own points, that ε calls anomalous. */
  #leftOut(epsilon: number) {
    const { values } = this.arrays.known_log_p_x, level = Math.log(epsilon);
    return leftOut(values.reduce((sum, value) => sum + (value < level), 0), values.length, Boolean(this.arrays.own));
  }

  #move() {
    const started = performance.now();
    this.#update(epsilonAt(this.meta, Number(this.slider.value)), FEWER);
    this.draw();
    this.root.dataset.latencyMs = rounded(performance.now() - started, 3);
  }

  #send() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.#update(this.scores.epsilon);
      this.draw();
      this.sent.add(this.scores.epsilon);
      this.address.write(this.scores.epsilon);
      this.setStateValue("epsilon", this.scores.epsilon);
    }, SEND_AFTER);
  }

  /** B(z, ε) at this ε, for at most `most` points; B(z) of one ε stays as it is. */
  #moveBoundary(epsilon: number, most: number) {
    if (!this.levels) return;
    const { boundary, boundary_log_p_x: known } = this.arrays, stored = epsilon === this.meta.trained.epsilon;
    const points = stored ? boundary.values : this.levels.points(epsilon, Math.min(most, this.levels.count));
    Object.assign(this.prepared, preparePoints(points, stored ? known.values : this.levels.logDensity(points)));
    if (this.layer) this.layer.points = null;
  }

  /** On the slider, the range that B(z, ε) was trained for. */
  #markRange() {
    const [low, high] = (this.levels ? this.levels.range : [0, 0]).map((epsilon) => (epsilon ? placeOf(this.meta, epsilon) / SLIDER_STEPS : 0));
    this.slider.classList.toggle("ranged", Boolean(this.levels));
    this.slider.style.setProperty("--from", low);
    this.slider.style.setProperty("--to", high);
  }

  /** Up to where B(z, ε) follows. */
  #reach(epsilon: number) {
    if (!this.levels) return "";
    const [low, high] = this.levels.range;
    return this.levels.covers(epsilon) ? "B(z, ε) follows" : `B(z, ε) knows ${setting(low)} to ${setting(high)}`;
  }

  #update(epsilon: number, most = Infinity) {
    this.#moveBoundary(epsilon, most);
    this.scores = evaluateAt(this.prepared, epsilon, this.meta.delta_ratio);
    const place = Math.min(SLIDER_STEPS, Math.max(0, placeOf(this.meta, epsilon)));
    if (Number(this.slider.value) !== place) this.slider.value = place;
    this.slider.style.setProperty("--done", place / SLIDER_STEPS);
    const words = `ε = ${setting(epsilon)} per unit area`;
    this.slider.setAttribute("aria-valuetext", words);
    this.root.querySelector(".reading").replaceChildren(make("strong", {}, words), make("span", {}, this.#leftOut(epsilon)), `δ = ${setting(this.scores.delta)}`, make("span", { class: "reach" }, this.#reach(epsilon)));
    this.#publish();
  }

  /** Scores for the chosen positive class: on the cards, and for scripts as `bdsgScores`. */
  #publish() {
    this.#markRange();
    const { detail, ...numbers } = this.scores, other = this.positive === "normal" ? "anomalous" : "normal";
    const { tp, fp, fn, tn } = numbers;
    this.words = { one: this.positive, other };
    this.shown = { ...this.scores, normal: tp + fn, anomalous: fp + tn, ...classification(this.scores, this.positive) };
    this.root.bdsgScores = { ...numbers, ...classification(this.scores, this.positive), positive: this.positive };
    this.root.dataset.epsilon = String(numbers.epsilon);
    this.cards.show(this.shown, this.words);
    this.#tell();
  }

  #positiveSwitch() {
    const choose = (name: Positive) => {
      this.positive = name;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.positive === name));
      this.#publish();
      this.draw();
    };
    const buttons = ["normal", "anomalous"].map((name) => make("button", {
      type: "button", "data-positive": name, "aria-pressed": String(name === this.positive), click: () => choose(name),
      title: `Count ${name} cells as the positive class`,
    }, name));
    return make("span", { class: "switch", role: "group", "aria-label": "Positive class" }, ...buttons);
  }

  get active() {
    return this.pointed ?? this.pinned ?? null;
  }

  #point(id: CardName | null) {
    this.pointed = id;
    this.#tell();
    this.draw();
  }

  #pin(id: CardName) {
    this.pinned = this.pinned === id ? null : id;
    if (!this.pinned) this.pointed = null;
    this.cards.mark(this.pinned);
    if (this.pinned) bringIntoView(this.sheet.canvas.parentElement);
    this.#tell();
    this.draw();
  }

  /** The sentence below the plane. */
  #tell() {
    const id = this.active, { shown, words } = this;
    if (!shown) return;
    const { coverage } = shown.detail;
    const idle = coverage.arcs.length ? "Point at a score, or press it, to see on the plane exactly what it counts." : noContour(shown);
    const card = CARDS[id];
    const text = !card ? idle : exists(shown, id) ? `<strong>${card.name} ${card.value(shown)}</strong> ${card.counted(shown, words)}` : card.missing(shown, words);
    this.root.querySelector(".counted").innerHTML = text;
  }

  redraw() {
    this.layer = null;
    this.draw();
  }

  draw() {
    const { sheet, meta } = this;
    if (!meta || !sheet.width) return;
    const camera = this.#camera(), context = sheet.begin();
    this.layer ??= { under: this.#drawUnder(camera), points: null };
    this.layer.points ??= this.#drawOver(camera);
    this.#paint(context, camera);
    this.probe.draw(context, camera, this.theme);
    setData(this.root, "active", this.active ?? "");
    setData(this.root, "ready", 1);
  }

  #paint(context: Pen, camera: Camera) {
    if (this.active && exists(this.shown, this.active)) this.#drawMarked(context, camera);
    else this.#drawPlain(context, camera);
    drawAxes(context, camera, this.theme, this.meta.units);
  }

  /** The picture as it stands, as vectors. */
  paintOn(context: Pen) {
    const { sheet } = this;
    this.sheet = vectorSheet(sheet, context);
    this.#paint(context, this.#camera());
    this.sheet = sheet;
  }

  #camera() {
    return cameraFor(this.sheet, this.meta.low, this.meta.high);
  }

  /** What the probe reads from, at the present ε. */
  #scene() {
    const { arrays, meta: { low, high, units }, scores: { epsilon }, prepared } = this;
    const grids = { truth: arrays.log_p_x, model: arrays.log_p_g };
    return { low, high, epsilon, units, ...grids, points: prepared.segments, stride: 4, data: arrays.data.values };
  }

  #drawPlain(context: Pen, camera: Camera) {
    this.sheet.put(this.layer.under);
    if (this.layers.own && this.arrays.own) clipped(context, camera, () => this.#drawOwn(context, camera));
    if (this.layers.band) this.#drawBand(context, camera);
    if ("isVector" in context) this.#paintPoints(context, camera);
    else this.sheet.put(this.layer.points);
    this.#drawContours(context, camera, drawContour);
    clipped(context, camera, () => {
      if (this.layers.gaps) strokeArcs({ context, camera, theme: this.theme }, this.scores.detail.coverage.arcs.flatMap((arc) => stretches(arc, 0)), false);
      if (this.layers.rays) drawRays(context, camera, rayCrossings(this.prepared.rays, this.scores.detail.logHigh), this.theme);
    });
  }

  /** What the active score counts, over a faint picture. */
  #drawMarked(context: Pen, camera: Camera) {
    const { sheet, prepared, scores, positive, theme } = this;
    context.globalAlpha = 0.4;
    sheet.put(this.layer.under);
    context.globalAlpha = 1;
    this.#drawContours(context, camera, drawFineContour);
    HIGHLIGHTS[this.active](new Highlighter(sheet, camera, prepared, scores, positive, theme));
  }

  /** What does not move with ε, drawn once for each size, theme and choice of layers: the heat map ... */
  #drawUnder(camera: Camera) {
    const under = this.sheet.layer(), { x, y } = this.prepared.grid;
    clipped(under.context, camera, () => {
      if (this.layers.heat) drawImage(under.context, camera, this.#heat(this.theme), [x[0], y[0]], [x.at(-1), y.at(-1)]);
    });
    return under.canvas;
  }

  /** ... and the points, unless they are B(z, ε). */
  #drawOver(camera: Camera) {
    const over = this.sheet.layer();
    this.#paintPoints(over.context, camera);
    return over.canvas;
  }

  #paintPoints(context: Pen, camera: Camera) {
    const { theme, layers } = this;
    clipped(context, camera, () => {
      if (layers.data) drawData(context, camera, this.arrays.data.values, theme);
      const style = { shape: "diamond", stride: 4, radius: 1.7 * markScale(camera), fill: fade(theme.boundary, 0.6) };
      if (layers.boundary) drawPoints(context, camera, this.prepared.segments, style);
    });
  }

  #heat(theme: Theme) {
    const { logTruth: values, x, y } = this.prepared.grid, span = 9; // natural-log units: HEAT_SPAN of canvas_encoding.py
    let peak = -Infinity;
    for (const value of values) peak = Math.max(peak, value);
    const bytes = Uint8Array.from(values, (value) => 255 * Math.max(0, 1 + (value - peak) / span));
    return heatImage(bytes, [y.length, x.length], theme);
  }

  /** The visitor's points: those that ε calls anomalous are filled. */
  #drawOwn(context: Pen, camera: Camera) {
    const { own: { values }, own_log_p_x: { values: logs } } = this.arrays, level = Math.log(this.scores.epsilon);
    drawOwnPoints(context, camera, values, this.theme, 0.5, (k) => logs[k] >= level);
    drawOddPoints(context, camera, values, this.theme, (k) => logs[k] < level);
  }

  #drawBand(context: Pen, camera: Camera) {
    const { upper, lower } = this.scores.detail.contours;
    clipped(context, camera, () => {
      traceLines(context, camera, [...upper, ...lower].map(({ points }) => points));
      context.fillStyle = fade(this.theme.boundary, 0.13);
      context.fill("evenodd");
      drawLines(context, camera, lower.map(({ points }) => points), { stroke: fade(this.theme.text, 0.3), width: 1 });
    });
  }

  #drawContours(context: Pen, camera: Camera, draw: DrawContour) {
    const { upper, model } = this.scores.detail.contours;
    clipped(context, camera, () => {
      if (this.layers.truth) draw(context, camera, upper.map(({ points }) => points), "truth", this.theme);
      if (this.layers.contour) draw(context, camera, model.map(({ points }) => points), "model", this.theme);
    });
  }

  stop() {
    clearTimeout(this.timer);
    this.address.stop();
    this.sheet.stop();
  }
}
