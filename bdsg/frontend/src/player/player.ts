// The player: data, samples of G, contours, and B(z) moving from snapshot to snapshot.

import { AddressNote } from "../core/address.ts";
import { FITTED, bringIntoView, layerButton, make, nameLayer, setData } from "../core/dom.ts";
import { ForceLayers } from "./forces.ts";
import { LatentPanel } from "./latent.ts";
import { LossChart } from "./losses.ts";
import { Probe } from "../canvas/probe.ts";
import { Sheet, cameraFor, clipped } from "../canvas/plane.ts";
import { LONGEST_TICK, Timeline } from "./timeline.ts";
import { Transport } from "./transport.ts";
import { drawBoundary, drawGround } from "../canvas/marks.ts";
import { drawFilmWords } from "../export/film.ts";
import { fade, readTheme } from "../core/theme.ts";
import { grouped, rounded } from "../core/format.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";


export class Player {
  constructor(parent, kept) {
    this.kept = kept; // the run shown last, and its switches: Streamlit may mount the player anew in the middle of a run
    this.born = performance.now();
    this.root = parent.querySelector(".bdsg");
    this.canvas = parent.querySelector(".plane-canvas");
    this.timeline = new Timeline();
    this.layers = { heat: true, warp: false, model: true, data: true, own: true, truth: true, contour: true, boundary: true };
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.times = []; // of the latest frames, for framesPerSecond()
    this.sheet = new Sheet(this.canvas, () => this.redraw());
    this.losses = new LossChart(parent.querySelector(".losses"), this.timeline, () => this.draw(), (i) => this.act(() => this.timeline.seek(i)));
    this.controls = new Transport(this);
    this.forces = new ForceLayers(() => this.redraw());
    this.address = new AddressNote("frame");
    parent.querySelector(".plane").append(pictureButtons(this));
    this.latent = new LatentPanel(parent.querySelector(".latent"), {
      canvas: this.canvas, redraw: () => this.draw(),
      pixel: (k) => [this.base.camera.x(this.points[2 * k]), this.base.camera.y(this.points[2 * k + 1])],
    });
    this.probe = new Probe(parent.querySelector(".plane"), { camera: () => this.base?.camera, redraw: () => this.draw(), scene: () => this.#scene() });
    this.root.addEventListener("keydown", (event) => this.controls.onKey(event));
    this.canvas.bdsg = { arrows: () => Array.from(this.timeline.arrows() ?? []), positions: () => Float32Array.from(this.points ?? []), pixel: (x, y) => [this.base.camera.x(x), this.base.camera.y(y)], framesPerSecond: () => this.#framesPerSecond() };
    this.tick = (now) => this.#tick(now);
  }

  receive(bytes) {
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) {
      this.bytes = bytes;
      const { arrays, meta } = readTensors(bytes);
      if (meta.kind === "full") this.#show(arrays, meta);
      else if (this.timeline.append(arrays, meta, this.calm.matches)) this.#mark(meta);
      this.losses.base = null;
    }
    this.redraw();
    this.#wake();
  }

  #show(arrays, meta) {
    const before = this.meta;
    Object.assign(this, { arrays, meta });
    if (!before && this.kept.run === meta.run) {
      Object.assign(this.layers, this.kept.layers);
      this.forces.restore(this.kept.pulls);
    }
    if (meta.live && !before?.live) bringIntoView(this.canvas.parentElement);
    Object.assign(this.kept, { run: meta.run, layers: this.layers, pulls: this.forces.on });
    this.timeline.replace(arrays, meta, this.calm.matches);
    if (meta.addressed) this.#followAddress(before);
    this.losses.weights = meta.weights ?? {};
    this.#mark(meta);
    this.latent.receive(arrays.latent, meta.ringed, this.timeline.frames);
    this.root.classList.toggle("compact", Boolean(meta.compact || meta.still));
    this.root.classList.toggle("still", Boolean(meta.still));
    this.#describe(arrays);
    this.root.querySelector(".title").textContent = meta.title ?? "";
    this.root.querySelector(".caption").textContent = meta.caption ?? "";
    if (!before || before.run !== meta.run || this.legendFor !== this.#drawn(arrays, meta)) this.#buildLegend(arrays, meta);
  }

  /** The picture in words. */
  #describe({ data }) {
    const { still, says } = this.meta, count = (this.timeline.frames[0]?.length ?? 0) / 2;
    const points = still ? "" : count ? `${grouped(count)} points of B(z) over ` : "No B(z) yet; ";
    this.canvas.setAttribute("aria-label", `${points}${grouped(data.values.length / 2)} points of data${says ? `: ${says}` : ""}`);
  }

  /** Show in the chart what was changed on the way. */
  #mark({ changes }) {
    this.losses.changes = changes ?? [];
    this.losses.describe();
    setData(this.root, "changes", this.losses.changes.length);
  }

  /** The first run shown begins at the frame that the link names; another run forgets it. */
  #followAddress(before) {
    const { timeline, meta } = this, frame = this.address.read();
    if (frame === null || !timeline.frames.length) return;
    if (!this.arrived) timeline.seek(Math.round(frame));
    else if (before && before.run !== meta.run) this.address.write(null);
    this.arrived = true;
  }

  /** What there is to show or hide, in a word. */
  #drawn(arrays, { contours }) {
    return [...Object.keys(arrays), ...contours.filter(({ lines }) => lines.length).map(({ name }) => name)].join();
  }

  #buildLegend(arrays, meta) {
    this.legendFor = this.#drawn(arrays, meta);
    const named = (name) => meta.contours.some((contour) => contour.name === name && contour.lines.length);
    const present = {
      own: Boolean(arrays.own), data: true, model: arrays.model_samples?.values.length > 0, boundary: !meta.still,
      truth: named("truth"), contour: named("model"), warp: Boolean(arrays.warp), heat: true,
    };
    const buttons = Object.keys(present).filter((name) => present[name]).map((name) => layerButton(name, this.layers, () => this.redraw()));
    if (meta.stands_in) nameLayer(buttons, "data", FITTED);
    if (arrays.model_heat) {
      buttons.at(-1).lastChild.textContent = "density"; // the switch beside it says whose
      buttons.push(this.#heatSwitch());
    }
    if (!meta.still && !meta.compact) buttons.push(make("i", { class: "break" }), this.forces.element);
    this.root.querySelector(".legend").replaceChildren(...buttons);
  }

  /** Which density the heat map shows: the data's or the model's. */
  #heatSwitch() {
    const show = (model, button, other) => {
      this.modelHeat = model;
      button.setAttribute("aria-pressed", "true");
      other.setAttribute("aria-pressed", "false");
      this.redraw();
    };
    const option = (html, title, pressed) => make("button", { type: "button", title, "aria-pressed": String(pressed), html });
    const truth = option("<i>p<sub>x</sub></i>", "Show the density of the data", !this.modelHeat);
    const model = option("<i>p<sub>g</sub></i>", "Show the density of the model", Boolean(this.modelHeat));
    truth.addEventListener("click", () => show(false, truth, model));
    model.addEventListener("click", () => show(true, model, truth));
    return make("span", { class: "switch", role: "group", "aria-label": "Density shown" }, truth, model);
  }

  /** Run something the user asked for, then show the outcome. */
  act(change) {
    change();
    this.draw();
    this.#wake();
    if (this.meta?.addressed && !this.timeline.playing) this.address.write(this.timeline.index);
  }

  /** Start the frame loop if there is something to play; while paused none runs. */
  #wake() {
    const { timeline } = this;
    const moving = timeline.playing && (timeline.playhead < timeline.last || !timeline.live);
    if (!moving || this.pending || !timeline.frames.length) return;
    this.before = null;
    this.times.length = 0;
    this.pending = requestAnimationFrame(this.tick);
  }

  #tick(now) {
    const seconds = this.before === null ? 0 : Math.min(LONGEST_TICK, (now - this.before) / 1000);
    this.before = now;
    this.times.push(now);
    if (this.times.length > 120) this.times.shift();
    const more = this.timeline.advance(seconds);
    this.pending = more ? requestAnimationFrame(this.tick) : 0;
    this.draw();
  }

  #framesPerSecond() {
    const { times } = this, span = times[times.length - 1] - times[0];
    return times.length > 1 ? (1000 * (times.length - 1)) / span : 0;
  }

  /** Draw all anew: theme, size, layers or data changed. */
  redraw() {
    this.base = null;
    this.losses.base = null;
    this.draw();
  }

  draw() {
    const { timeline, sheet } = this;
    if (!this.meta || !sheet.width) return;
    const { low, high } = this.meta;
    if (!this.base) this.base = this.#drawBase(cameraFor(sheet, low, high));
    const context = sheet.begin(), { camera, canvas } = this.base;
    sheet.put(canvas);
    this.points = timeline.points(low, high, this.points);
    if (this.layers.boundary) clipped(context, camera, () => this.#drawGenerated(context, camera));
    this.probe.draw(context, camera, this.theme);
    this.losses.draw(this.theme);
    this.latent.draw(this.theme);
    this.controls.show();
    this.#report();
  }

  /** The picture as it stands, in any context of the sheet's size. */
  paintOn(context) {
    const camera = cameraFor(this.sheet, this.meta.low, this.meta.high);
    this.#drawStill(context, camera);
    if (this.layers.boundary) clipped(context, camera, () => this.#drawGenerated(context, camera));
  }

  get pictureName() {
    return this.meta.still ? "bdsg-density" : `bdsg-${this.meta.run.slice(0, 8)}-step-${this.timeline.steps[this.timeline.index] ?? 0}`;
  }

  get pictureWords() {
    const { about, still } = this.meta, step = this.timeline.steps[this.timeline.index];
    return [...(about ?? "").split(" · "), still || step === undefined ? "" : `step ${grouped(step)}`];
  }

  /** The animation as it is now, for a file; null while there is nothing that moves. */
  film() {
    const { meta, theme, sheet: { width, height }, layers } = this, { low, high } = meta;
    const timeline = Object.assign(new Timeline(), { frames: [...this.timeline.frames], steps: [...this.timeline.steps] });
    if (timeline.frames.length < 2) return null;
    const camera = cameraFor({ width, height }, low, high), { frame } = camera;
    const moving = (context, k) => {
      timeline.playhead = k;
      if (layers.boundary) clipped(context, camera, () => this.#drawGenerated(context, camera, timeline.points(low, high)));
      drawFilmWords(context, `step ${grouped(timeline.steps[k])}`, frame.left + frame.width - 10, frame.top + 9, theme);
    };
    return { width, height, count: timeline.frames.length, background: fade(theme.background, 1), ground: (context) => this.#drawStill(context, camera), frame: moving };
  }

  get filmName() {
    return `bdsg-${this.meta.run.slice(0, 8)}`;
  }

  #drawGenerated(context, camera, points = this.points) {
    const { latent, theme } = this;
    if (!latent.coloured || !latent.latent) drawBoundary(context, camera, points, theme);
    latent.drawOnStage(context, camera, points, theme);
    if (this.forces.any) this.arrows = this.timeline.arrows(this.arrows);
    this.forces.draw(context, camera, points, this.arrows, this.meta.arrows, theme);
  }

  /** What the probe reads from; null while the densities are not known. */
  #scene() {
    const { arrays, meta, points } = this;
    if (!arrays.log_p_x) return null;
    const { low, high, epsilon, units } = meta;
    return { low, high, epsilon, units, truth: arrays.log_p_x, model: arrays.log_p_g, points, stride: 2, data: arrays.data.values };
  }

  #drawBase(camera) {
    const { canvas, context } = this.sheet.layer();
    this.#drawStill(context, camera);
    return { canvas, camera };
  }

  /** Everything that stays while B(z) moves. */
  #drawStill(context, camera) {
    const { arrays, meta, layers, theme } = this;
    drawGround(context, camera, { arrays, meta, layers, theme, heat: this.modelHeat && arrays.model_heat ? arrays.model_heat : arrays.heat });
  }

  #report() {
    const { timeline, root } = this;
    setData(root, "frame", timeline.index);
    setData(root, "frames", timeline.frames.length);
    setData(root, "playing", timeline.playing ? 1 : 0);
    setData(root, "step", timeline.steps[timeline.index] ?? 0);
    setData(root, "linked", this.latent.linked.length);
    if (root.dataset.ready) return;
    root.dataset.firstFrameMs = rounded(performance.now() - this.born, 3);
    root.dataset.ready = "1";
  }

  stop() {
    cancelAnimationFrame(this.pending);
    this.address.stop();
    this.sheet.stop();
    this.losses.sheet.stop();
    this.latent.stop();
  }
}
