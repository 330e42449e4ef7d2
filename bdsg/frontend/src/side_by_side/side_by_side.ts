// Runs side by side: same axes, same threshold, one transport.

import { BesidePicture } from "./picture.ts";
import { Ensemble } from "./ensemble.ts";
import { FITTED, HINTS, NAMES, layerButton, make, setData } from "../core/dom.ts";
import { Sheet, aspectOf, cameraFor, clipped } from "../canvas/plane.ts";
import { LONGEST_TICK } from "../player/timeline.ts";
import { Transport } from "../player/transport.ts";
import { drawBoundary, drawGround } from "../canvas/marks.ts";
import { drawMap, inside } from "./moving_map.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { readTheme } from "../core/theme.ts";
import { rounded } from "../core/format.ts";


export class SideBySide {
  constructor(parent) {
    this.root = parent.querySelector(".bdsg");
    this.timeline = new Ensemble();
    this.layers = { heat: true, data: true, truth: true, contour: true, boundary: true };
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.panes = [];
    this.saves = pictureButtons(new BesidePicture(this));
    this.controls = new Transport(this);
    this.root.addEventListener("keydown", (event) => this.controls.onKey(event));
    this.root.querySelector(".legend").append(...Object.keys(this.layers).map((name) => layerButton(name, this.layers, () => this.redraw())));
    this.tick = (now) => this.#tick(now);
  }

  receive(bytes) {
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) this.#load(bytes);
    this.redraw();
    this.#wake();
  }

  #load(bytes) {
    const { arrays, meta } = readTensors(bytes);
    this.bytes = bytes;
    this.runs = meta.titles.map((_, k) => readTensors(arrays[`run_${k}`].values));
    this.timeline.replace(this.runs, this.calm.matches);
    this.#arrange(meta.titles);
    this.#name(meta.words ?? {});
    const corner = (name, pick) => [0, 1].map((axis) => pick(...this.runs.map((run) => run.meta[name][axis])));
    Object.assign(this, { low: corner("low", Math.min), high: corner("high", Math.max), points: [] });
  }

  /** What the layers are called: by their usual names where `words` has no others, [name, hint] each. */
  #name(words) {
    for (const button of this.root.querySelectorAll(".legend .layer")) {
      const { layer } = button.dataset, usual = layer === "data" && this.runs.some(({ meta }) => meta.stands_in) ? FITTED : NAMES[layer];
      const [name, hint] = words[layer] ?? [usual, HINTS[layer]];
      button.lastChild.innerHTML = name;
      button.title = `${hint}. Press to show or hide.`;
    }
  }

  /** One pane for each run, under its title. */
  #arrange(titles) {
    while (this.panes.length > titles.length) {
      const { sheet, main } = this.panes.pop();
      sheet.stop();
      main.remove();
    }
    while (this.panes.length < titles.length) this.panes.push(this.#pane(this.panes.length));
    this.panes.forEach(({ whose, plane }, k) => {
      whose.textContent = titles[k];
      if (k === titles.length - 1) plane.append(this.saves);
      if (this.runs[k].arrays.maps) plane.style.aspectRatio = aspectOf(this.runs[k].meta); // the map ends with its window
      plane.setAttribute("aria-label", `${titles[k]}. Space plays and pauses all, arrow keys step, Home and End jump.`);
    });
  }

  #pane(k) {
    const canvas = make("canvas", { class: "plane-canvas", role: "img", "aria-label": "Generated points over the data" });
    canvas.bdsg = { positions: () => Float32Array.from(this.points?.[k] ?? []) };
    const whose = make("p", { class: "whose" }), plane = make("div", { class: "plane", tabindex: 0, role: "group" }, canvas);
    const main = make("div", { class: "main" }, whose, plane);
    this.root.querySelector(".panes").append(main);
    return { main, whose, plane, sheet: new Sheet(canvas, () => this.redraw()) };
  }

  act(change) {
    change();
    this.draw();
    this.#wake();
  }

  #wake() {
    if (!this.timeline.playing || this.pending || !this.runs) return;
    this.before = null;
    this.pending = requestAnimationFrame(this.tick);
  }

  #tick(now) {
    const seconds = this.before === null ? 0 : Math.min(LONGEST_TICK, (now - this.before) / 1000);
    this.before = now;
    this.pending = this.timeline.advance(seconds) ? requestAnimationFrame(this.tick) : 0;
    this.draw();
  }

  redraw() {
    this.bases = [];
    this.draw();
  }

  draw() {
    if (!this.runs || this.panes.some(({ sheet }) => !sheet.width)) return;
    this.runs.forEach((run, k) => this.#drawSide(run, k));
    this.controls.show();
    setData(this.root, "share", rounded(this.timeline.share, 4));
    setData(this.root, "frames", this.timeline.sides.map((side) => side.index).join());
    setData(this.root, "ready", 1);
  }

  #drawSide(run, k) {
    const { sheet } = this.panes[k], { meta } = run, side = this.timeline.sides[k];
    if (!this.bases[k]) {
      const camera = cameraFor(sheet, this.low, this.high), layer = sheet.layer();
      this.drawStill(layer.context, camera, run);
      this.bases[k] = { canvas: layer.canvas, camera };
    }
    const { canvas, camera } = this.bases[k], context = sheet.begin();
    this.drawMap(context, camera, run, side);
    sheet.put(canvas);
    this.points[k] = side.points(meta.low, meta.high, this.points[k]);
    this.drawPoints(context, camera, run, side, this.points[k]);
  }

  /** What stays while all else moves; where the map moves, it is drawn below this. */
  drawStill(context, camera, { arrays, meta }) {
    const layers = arrays.maps ? { ...this.layers, heat: false } : this.layers;
    drawGround(context, camera, { arrays, meta, layers, theme: this.theme, heat: arrays.heat });
  }

  drawMap(context, camera, run, side) {
    if (run.arrays.maps && this.layers.heat) drawMap(context, camera, run, side.playhead, this.theme);
  }

  /** The generated points, from the snapshot on that has some. */
  drawPoints(context, camera, { arrays, meta }, side, points) {
    if (!this.layers.boundary || side.playhead < (meta.appears ?? 0)) return;
    clipped(context, camera, () => drawBoundary(context, camera, points, this.theme, arrays.maps ? inside(points, meta) : null));
  }

  stop() {
    cancelAnimationFrame(this.pending);
    for (const { sheet } of this.panes) sheet.stop();
  }
}
