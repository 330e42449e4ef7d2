// Runs side by side: same axes, same threshold, one transport.

import type { Camera, Layers, Numbers, Pair, Pen, Theme } from "../core/types.ts";
import type { Run } from "./moving_map.ts";
import type { Tensor } from "../core/payloads.ts";
import { BesidePicture } from "./picture.ts";
import { Ensemble } from "./ensemble.ts";
import { FITTED, HINTS, NAMES, find, layerButton, make, setData } from "../core/dom.ts";
import { Sheet, aspectOf, cameraFor, clipped } from "../canvas/plane.ts";
import { FrameLoop } from "../player/frame_loop.ts";
import type { Timeline } from "../player/timeline.ts";
import { Transport } from "../player/transport.ts";
import { drawBoundary, drawGround } from "../canvas/marks.ts";
import { drawMap, inside } from "./moving_map.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { readTheme } from "../core/theme.ts";
import { rounded } from "../core/format.ts";

interface SideBySideMeta {
  titles: string[];
  words: Record<string, [string, string]>;
}

interface Pane {
  main: HTMLElement;
  whose: HTMLElement;
  plane: HTMLElement;
  sheet: Sheet;
}

interface Base {
  canvas: HTMLCanvasElement;
  camera: Camera;
}

export class SideBySide {
  readonly root: HTMLElement;
  readonly timeline = new Ensemble();
  theme?: Theme;
  runs: Run[] = [];
  panes: Pane[] = [];
  points: Float32Array[] = [];
  low: Pair = [0, 0];
  high: Pair = [1, 1];
  private readonly layers: Layers = { heat: true, data: true, truth: true, contour: true, boundary: true };
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly saves: HTMLElement;
  private readonly controls: Transport;
  private readonly frames = new FrameLoop((seconds) => {
    const more = this.timeline.advance(seconds);
    this.draw();
    return more;
  });
  private bytes: Uint8Array | null = null;
  private bases: Base[] = [];

  constructor(parent: ParentNode) {
    this.root = find(parent, ".bdsg");
    this.saves = pictureButtons(new BesidePicture(this));
    this.controls = new Transport(this);
    this.root.addEventListener("keydown", (event) => this.controls.onKey(event));
    find(this.root, ".legend").append(
      ...Object.keys(this.layers).map((name) => layerButton(name, this.layers, () => this.redraw())),
    );
  }

  receive(bytes: Uint8Array | null) {
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) this.#load(bytes);
    this.redraw();
    this.#wake();
  }

  #load(bytes: Uint8Array) {
    const { arrays, meta } = readTensors<Record<string, Tensor<Uint8Array>>, SideBySideMeta>(bytes);
    this.bytes = bytes;
    this.runs = meta.titles.map((_, k) => readTensors<Run["arrays"], Run["meta"]>(arrays[`run_${k}`].values));
    this.timeline.replace(this.runs, this.calm.matches);
    this.#arrange(meta.titles);
    this.#name(meta.words);
    const corner = (name: "low" | "high", pick: (...all: number[]) => number): Pair => {
      const of = (axis: number) => pick(...this.runs.map((run) => run.meta[name][axis]));
      return [of(0), of(1)];
    };
    this.low = corner("low", Math.min);
    this.high = corner("high", Math.max);
    this.points = [];
  }

  /** What the layers are called: by their usual names where `words` has no others, [name, hint] each. */
  #name(words: Record<string, [string, string]>) {
    for (const button of this.root.querySelectorAll<HTMLElement>(".legend .layer")) {
      const { layer = "" } = button.dataset;
      const usual = layer === "data" && this.runs.some(({ meta }) => meta.stands_in) ? FITTED : NAMES[layer];
      const [name, hint] = words[layer] ?? [usual, HINTS[layer]];
      if (button.lastElementChild) button.lastElementChild.innerHTML = name;
      button.title = `${hint}. Press to show or hide.`;
    }
  }

  /** One pane for each run, under its title. */
  #arrange(titles: string[]) {
    for (const { sheet, main } of this.panes.splice(titles.length)) {
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

  #pane(k: number): Pane {
    const canvas = make("canvas", {
      class: "plane-canvas",
      role: "img",
      "aria-label": "Generated points over the data",
    });
    Object.assign(canvas, { bdsg: { positions: () => Float32Array.from(this.points[k] ?? []) } });
    const whose = make("p", { class: "whose" });
    const plane = make("div", { class: "plane", tabindex: 0, role: "group" }, canvas);
    const main = make("div", { class: "main" }, whose, plane);
    find(this.root, ".panes").append(main);
    return { main, whose, plane, sheet: new Sheet(canvas, () => this.redraw()) };
  }

  act(change: () => void) {
    change();
    this.draw();
    this.#wake();
  }

  #wake() {
    if (this.timeline.playing && this.runs.length) this.frames.start();
  }

  redraw() {
    this.bases = [];
    this.draw();
  }

  draw() {
    if (!this.runs.length || this.panes.some(({ sheet }) => !sheet.width)) return;
    this.runs.forEach((run, k) => this.#drawSide(run, k));
    this.controls.show();
    setData(this.root, "share", rounded(this.timeline.share, 4));
    setData(this.root, "frames", this.timeline.sides.map((side) => side.index).join());
    setData(this.root, "ready", 1);
  }

  #drawSide(run: Run, k: number) {
    const { sheet } = this.panes[k];
    const { meta } = run;
    const side = this.timeline.sides[k];
    const { canvas, camera } = (this.bases[k] ??= this.#base(sheet, run));
    const context = sheet.begin();
    this.drawMap(context, camera, run, side);
    sheet.put(canvas);
    this.points[k] = side.points(meta.low, meta.high, this.points[k]);
    this.drawPoints(context, camera, run, side, this.points[k]);
  }

  #base(sheet: Sheet, run: Run): Base {
    const camera = cameraFor(sheet, this.low, this.high);
    const { canvas, context } = sheet.layer();
    this.drawStill(context, camera, run);
    return { canvas, camera };
  }

  /** What stays while all else moves; where the map moves, it is drawn below this. */
  drawStill(context: Pen, camera: Camera, { arrays, meta }: Run) {
    const layers = arrays.maps ? { ...this.layers, heat: false } : this.layers;
    if (this.theme) drawGround(context, camera, { arrays, meta, layers, theme: this.theme, heat: arrays.heat });
  }

  drawMap(context: Pen, camera: Camera, run: Run, side: Timeline) {
    if (run.arrays.maps && this.layers.heat && this.theme) drawMap(context, camera, run, side.playhead, this.theme);
  }

  /** The generated points, from the snapshot on that has some. */
  drawPoints(context: Pen, camera: Camera, { arrays, meta }: Run, side: Timeline, points: Numbers) {
    const { theme } = this;
    if (!theme || !this.layers.boundary || side.playhead < (meta.appears ?? 0)) return;
    clipped(context, camera, () =>
      drawBoundary(context, camera, points, theme, arrays.maps ? inside(points, meta) : null),
    );
  }

  stop() {
    this.frames.stop();
    for (const { sheet } of this.panes) sheet.stop();
  }
}
