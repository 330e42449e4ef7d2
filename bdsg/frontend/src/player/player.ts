// The player: data, samples of G, contours, and B(z) moving from snapshot to snapshot.

import type { Change, DeltaMeta, PlayerArrays, PlayerMeta } from "../core/payloads.ts";
import type { Camera, Layers, Theme } from "../core/types.ts";
import type { ProbeScene } from "../canvas/probe_card.ts";
import { AddressNote } from "../core/address.ts";
import { bringIntoView, find, make, setData } from "../core/dom.ts";
import { ForceLayers } from "./forces.ts";
import { LatentPanel } from "./latent.ts";
import { LossChart } from "./losses.ts";
import { Probe } from "../canvas/probe.ts";
import { Sheet, cameraFor } from "../canvas/plane.ts";
import { FrameLoop } from "./frame_loop.ts";
import { heatSwitch, layerButtons, layersIn, pictureInWords } from "./legend.ts";
import { PlayerPicture, type Shown } from "./picture.ts";
import { Timeline } from "./timeline.ts";
import { Transport } from "./transport.ts";
import { readTheme } from "../core/theme.ts";
import { rounded } from "../core/format.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { layersShown } from "./legend.ts";
import { pixelOf } from "./picture.ts";

/** The run shown last, and its switches: Streamlit may mount the player anew in the middle of a run. */
export interface PlayerKept {
  run?: string;
  layers?: Layers;
  pulls?: Partial<Record<string, boolean>>;
}

export class Player {
  readonly root: HTMLElement;
  readonly sheet: Sheet;
  readonly timeline = new Timeline();
  theme?: Theme;
  private readonly born = performance.now();
  private readonly canvas: HTMLCanvasElement;
  private readonly kept: PlayerKept;
  private readonly layers: Layers = layersShown();
  private readonly picture = new PlayerPicture(this);
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly losses: LossChart;
  private readonly controls: Transport;
  readonly forces: ForceLayers;
  private readonly address = new AddressNote("frame");
  readonly latent: LatentPanel;
  private readonly probe: Probe;
  private readonly frames = new FrameLoop((seconds) => {
    const more = this.timeline.advance(seconds);
    this.draw();
    return more;
  });
  private bytes: Uint8Array | null = null;
  private arrays: PlayerArrays | null = null;
  private meta: PlayerMeta | null = null;
  private base: { canvas: HTMLCanvasElement; camera: Camera } | null = null;
  points: Float32Array = new Float32Array(0);
  private arrived = false;
  private modelHeat = false;
  private legendFor = "";

  constructor(parent: ParentNode, kept: PlayerKept) {
    this.kept = kept;
    this.root = find(parent, ".bdsg");
    this.canvas = find<HTMLCanvasElement>(parent, ".plane-canvas");
    this.sheet = new Sheet(this.canvas, () => this.redraw());
    this.losses = new LossChart(
      find<HTMLCanvasElement>(parent, ".losses"),
      this.timeline,
      () => this.draw(),
      (i) => this.act(() => this.timeline.seek(i)),
    );
    this.controls = new Transport(this);
    this.forces = new ForceLayers(() => this.redraw());
    find(parent, ".plane").append(pictureButtons(this.picture));
    this.latent = new LatentPanel(find(parent, ".latent"), {
      canvas: this.canvas,
      redraw: () => this.draw(),
      pixel: (k) => (this.base ? pixelOf(this.base.camera, this.points, k) : [NaN, NaN]),
    });
    this.probe = new Probe(find(parent, ".plane"), {
      camera: () => this.base?.camera,
      redraw: () => this.draw(),
      scene: () => this.#scene(),
    });
    this.root.addEventListener("keydown", (event) => this.controls.onKey(event));
    Object.assign(this.canvas, { bdsg: this.#forTests() });
  }

  /** What tests read of the canvas. */
  #forTests() {
    return {
      arrows: () => Array.from(this.timeline.arrows() ?? []),
      positions: () => Float32Array.from(this.points),
      pixel: (x: number, y: number) => this.base && pixelOf(this.base.camera, [x, y], 0),
      framesPerSecond: () => this.frames.rate,
    };
  }

  receive(bytes: Uint8Array | null) {
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) {
      this.bytes = bytes;
      const { arrays, meta } = readTensors<PlayerArrays, PlayerMeta | DeltaMeta>(bytes);
      if (meta.kind === "full") this.#show(arrays, meta);
      else if (this.timeline.append(arrays, meta, this.calm.matches)) this.#mark(meta);
      this.losses.base = null;
    }
    this.redraw();
    this.#wake();
  }

  #show(arrays: PlayerArrays, meta: PlayerMeta) {
    const before = this.meta;
    this.arrays = arrays;
    this.meta = meta;
    if (!before && this.kept.run === meta.run) {
      Object.assign(this.layers, this.kept.layers);
      this.forces.restore(this.kept.pulls ?? {});
    }
    if (meta.live && !before?.live) bringIntoView(this.canvas);
    Object.assign(this.kept, { run: meta.run, layers: this.layers, pulls: this.forces.on });
    this.timeline.replace(arrays, meta, this.calm.matches);
    if (meta.addressed) this.#followAddress(before);
    this.losses.weights = meta.weights;
    this.#mark(meta);
    this.latent.receive(arrays.latent, meta.ringed, this.timeline.frames);
    this.root.classList.toggle("compact", Boolean(meta.compact || meta.still));
    this.root.classList.toggle("still", Boolean(meta.still));
    const count = (this.timeline.frames[0]?.length ?? 0) / 2;
    this.canvas.setAttribute("aria-label", pictureInWords(arrays, meta, count));
    find(this.root, ".title").textContent = meta.title;
    find(this.root, ".caption").textContent = meta.caption;
    const layers = layersIn(arrays, meta);
    if (before?.run !== meta.run || this.legendFor !== layers) this.#buildLegend(arrays, meta);
    this.legendFor = layers;
  }

  /** What is shown: asked for only once there is something. */
  get shown(): Shown {
    const { arrays, meta, theme, layers, modelHeat } = this;
    if (!arrays || !meta || !theme) throw new Error("Nothing is shown yet.");
    return { arrays, meta, theme, layers, modelHeat };
  }

  /** Show in the chart what was changed on the way. */
  #mark({ changes }: { changes: Change[] }) {
    this.losses.changes = changes;
    this.losses.describe();
    setData(this.root, "changes", this.losses.changes.length);
  }

  /** The first run shown begins at the frame that the link names; another run forgets it. */
  #followAddress(before: PlayerMeta | null) {
    const { timeline } = this;
    const { meta } = this.shown;
    const frame = this.address.read();
    if (frame === null || !timeline.frames.length) return;
    if (!this.arrived) timeline.seek(Math.round(frame));
    else if (before && before.run !== meta.run) this.address.write(null);
    this.arrived = true;
  }

  #buildLegend(arrays: PlayerArrays, meta: PlayerMeta) {
    const buttons = layerButtons(arrays, meta, this.layers, () => this.redraw());
    const choose = (model: boolean) => {
      this.modelHeat = model;
      this.redraw();
    };
    if (arrays.model_heat) buttons.push(heatSwitch(this.modelHeat, choose));
    if (!meta.still && !meta.compact) buttons.push(make("i", { class: "break" }), this.forces.element);
    find(this.root, ".legend").replaceChildren(...buttons);
  }

  /** Run something the user asked for, then show the outcome. */
  act(change: () => void) {
    change();
    this.draw();
    this.#wake();
    if (this.meta?.addressed && !this.timeline.playing) this.address.write(this.timeline.index);
  }

  /** Start the frame loop if there is something to play; while paused none runs. */
  #wake() {
    const { timeline } = this;
    const moving = timeline.playing && (timeline.playhead < timeline.last || !timeline.live);
    if (moving && timeline.frames.length) this.frames.start();
  }

  /** Draw all anew: theme, size, layers or data changed. */
  redraw() {
    this.base = null;
    this.losses.base = null;
    this.draw();
  }

  draw() {
    const { timeline, sheet } = this;
    if (!this.meta || !this.theme || !sheet.width) return;
    const { low, high } = this.meta;
    const base = (this.base ??= this.#drawBase(cameraFor(sheet, low, high)));
    const context = sheet.begin();
    const { camera, canvas } = base;
    sheet.put(canvas);
    this.points = timeline.points(low, high, this.points);
    this.picture.drawGenerated(context, camera, this.points);
    this.probe.draw(context, camera, this.theme);
    this.losses.draw(this.theme);
    this.latent.draw(this.theme);
    this.controls.show();
    this.#report();
  }

  /** What the probe reads from; null while the densities are not known. */
  #scene(): ProbeScene | null {
    const { arrays, meta, points } = this;
    if (!meta || !arrays?.log_p_x) return null;
    const { low, high, epsilon, units } = meta;
    const grids = { truth: arrays.log_p_x, model: arrays.log_p_g };
    return { low, high, epsilon, units, ...grids, points, stride: 2, data: arrays.data.values };
  }

  #drawBase(camera: Camera) {
    const { canvas, context } = this.sheet.layer();
    this.picture.drawStill(context, camera);
    return { canvas, camera };
  }

  #report() {
    const { timeline, root } = this;
    setData(root, "frame", timeline.index);
    setData(root, "frames", timeline.frames.length);
    setData(root, "playing", timeline.playing ? 1 : 0);
    setData(root, "step", timeline.steps[timeline.index] ?? 0);
    setData(root, "linked", this.latent.linked.length);
    if (root.dataset.ready) return;
    root.dataset.firstFrameMs = String(rounded(performance.now() - this.born, 3));
    root.dataset.ready = "1";
  }

  stop() {
    this.frames.stop();
    this.address.stop();
    this.sheet.stop();
    this.losses.sheet.stop();
    this.latent.stop();
  }
}
