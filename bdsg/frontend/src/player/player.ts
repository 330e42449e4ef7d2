// The player: data, samples of G, contours, and B(z) moving from snapshot to snapshot.

import type { Kept } from "../core/mount.ts";
import type { Change, DeltaMeta, PlayerArrays, PlayerMeta } from "../core/payloads.ts";
import type { Camera, Layers, Pen, Theme } from "../core/types.ts";
import type { Film } from "../export/film.ts";
import type { ProbeScene } from "../canvas/probe.ts";
import { AddressNote } from "../core/address.ts";
import { FITTED, bringIntoView, find, layerButton, make, nameLayer, setData } from "../core/dom.ts";
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

/** The run shown last, and its switches: Streamlit may mount the player anew in the middle of a run. */
interface PlayerKept {
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
  private readonly layers: Layers = {
    heat: true,
    warp: false,
    model: true,
    data: true,
    own: true,
    truth: true,
    contour: true,
    boundary: true,
  };
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly losses: LossChart;
  private readonly controls: Transport;
  private readonly forces: ForceLayers;
  private readonly address = new AddressNote("frame");
  private readonly latent: LatentPanel;
  private readonly probe: Probe;
  private readonly tick = (now: number) => this.#tick(now);
  private bytes: Uint8Array | null = null;
  private arrays: PlayerArrays | null = null;
  private meta: PlayerMeta | null = null;
  private base: { canvas: HTMLCanvasElement; camera: Camera } | null = null;
  private points: Float32Array = new Float32Array(0);
  private arrows: Float32Array | null = null;
  private times: number[] = [];
  private before: number | null = null;
  private pending = 0;
  private arrived = false;
  private modelHeat = false;
  private legendFor = "";

  constructor(parent: ParentNode, kept: Kept) {
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
    find(parent, ".plane").append(pictureButtons(this));
    this.latent = new LatentPanel(find(parent, ".latent"), {
      canvas: this.canvas,
      redraw: () => this.draw(),
      pixel: (k: number) => {
        const { base, points } = this;
        return base ? [base.camera.x(points[2 * k]), base.camera.y(points[2 * k + 1])] : [NaN, NaN];
      },
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
      pixel: (x: number, y: number) => this.base && [this.base.camera.x(x), this.base.camera.y(y)],
      framesPerSecond: () => this.#framesPerSecond(),
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
    this.#describe(arrays);
    find(this.root, ".title").textContent = meta.title;
    find(this.root, ".caption").textContent = meta.caption;
    if (!before || before.run !== meta.run || this.legendFor !== this.#drawn(arrays, meta))
      this.#buildLegend(arrays, meta);
  }

  /** What is shown: asked for only once there is something. */
  get #shown(): PlayerMeta {
    if (!this.meta) throw new Error("Nothing is shown yet.");
    return this.meta;
  }

  /** The picture in words. */
  #describe({ data }: PlayerArrays) {
    const { still, says } = this.#shown,
      count = (this.timeline.frames[0]?.length ?? 0) / 2;
    const points = still ? "" : count ? `${grouped(count)} points of B(z) over ` : "No B(z) yet; ";
    this.canvas.setAttribute(
      "aria-label",
      `${points}${grouped(data.values.length / 2)} points of data${says ? `: ${says}` : ""}`,
    );
  }

  /** Show in the chart what was changed on the way. */
  #mark({ changes }: { changes: Change[] }) {
    this.losses.changes = changes;
    this.losses.describe();
    setData(this.root, "changes", this.losses.changes.length);
  }

  /** The first run shown begins at the frame that the link names; another run forgets it. */
  #followAddress(before: PlayerMeta | null) {
    const { timeline } = this,
      meta = this.#shown,
      frame = this.address.read();
    if (frame === null || !timeline.frames.length) return;
    if (!this.arrived) timeline.seek(Math.round(frame));
    else if (before && before.run !== meta.run) this.address.write(null);
    this.arrived = true;
  }

  /** What there is to show or hide, in a word. */
  #drawn(arrays: PlayerArrays, { contours }: PlayerMeta) {
    return [...Object.keys(arrays), ...contours.filter(({ lines }) => lines.length).map(({ name }) => name)].join();
  }

  #buildLegend(arrays: PlayerArrays, meta: PlayerMeta) {
    this.legendFor = this.#drawn(arrays, meta);
    const named = (name: string) => meta.contours.some((contour) => contour.name === name && contour.lines.length);
    const present: Record<string, boolean> = {
      own: Boolean(arrays.own),
      data: true,
      model: Boolean(arrays.model_samples?.values.length),
      boundary: !meta.still,
      truth: named("truth"),
      contour: named("model"),
      warp: Boolean(arrays.warp),
      heat: true,
    };
    const buttons: HTMLElement[] = Object.keys(present)
      .filter((name) => present[name])
      .map((name) => layerButton(name, this.layers, () => this.redraw()));
    if (meta.stands_in) nameLayer(buttons, "data", FITTED);
    if (arrays.model_heat) {
      buttons[buttons.length - 1].lastElementChild!.textContent = "density"; // the switch beside it says whose
      buttons.push(this.#heatSwitch());
    }
    if (!meta.still && !meta.compact) buttons.push(make("i", { class: "break" }), this.forces.element);
    find(this.root, ".legend").replaceChildren(...buttons);
  }

  /** Which density the heat map shows: the data's or the model's. */
  #heatSwitch() {
    const show = (model: boolean, button: HTMLElement, other: HTMLElement) => {
      this.modelHeat = model;
      button.setAttribute("aria-pressed", "true");
      other.setAttribute("aria-pressed", "false");
      this.redraw();
    };
    const option = (html: string, title: string, pressed: boolean) =>
      make("button", { type: "button", title, "aria-pressed": String(pressed), html });
    const truth = option("<i>p<sub>x</sub></i>", "Show the density of the data", !this.modelHeat);
    const model = option("<i>p<sub>g</sub></i>", "Show the density of the model", this.modelHeat);
    truth.addEventListener("click", () => show(false, truth, model));
    model.addEventListener("click", () => show(true, model, truth));
    return make("span", { class: "switch", role: "group", "aria-label": "Density shown" }, truth, model);
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
    if (!moving || this.pending || !timeline.frames.length) return;
    this.before = null;
    this.times.length = 0;
    this.pending = requestAnimationFrame(this.tick);
  }

  #tick(now: number) {
    const seconds = this.before === null ? 0 : Math.min(LONGEST_TICK, (now - this.before) / 1000);
    this.before = now;
    this.times.push(now);
    if (this.times.length > 120) this.times.shift();
    const more = this.timeline.advance(seconds);
    this.pending = more ? requestAnimationFrame(this.tick) : 0;
    this.draw();
  }

  #framesPerSecond() {
    const { times } = this,
      span = times[times.length - 1] - times[0];
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
    if (!this.meta || !this.theme || !sheet.width) return;
    const { low, high } = this.meta;
    const base = (this.base ??= this.#drawBase(cameraFor(sheet, low, high)));
    const context = sheet.begin(),
      { camera, canvas } = base;
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
  paintOn(context: Pen) {
    const { low, high } = this.#shown,
      camera = cameraFor(this.sheet, low, high);
    this.#drawStill(context, camera);
    if (this.layers.boundary) clipped(context, camera, () => this.#drawGenerated(context, camera));
  }

  get pictureName() {
    return this.#shown.still
      ? "bdsg-density"
      : `bdsg-${this.#shown.run.slice(0, 8)}-step-${this.timeline.steps[this.timeline.index] ?? 0}`;
  }

  get pictureWords() {
    const { about, still } = this.#shown,
      step = this.timeline.steps[this.timeline.index];
    return [...about.split(" · "), still || step === undefined ? "" : `step ${grouped(step)}`];
  }

  /** The animation as it is now, for a file; null while there is nothing that moves. */
  film(): Film | null {
    const {
        theme,
        sheet: { width, height },
        layers,
      } = this,
      { low, high } = this.#shown;
    if (!theme) return null;
    const timeline = Object.assign(new Timeline(), {
      frames: [...this.timeline.frames],
      steps: [...this.timeline.steps],
    });
    if (timeline.frames.length < 2) return null;
    const camera = cameraFor({ width, height }, low, high),
      { frame } = camera;
    const moving = (context: CanvasRenderingContext2D, k: number) => {
      timeline.playhead = k;
      if (layers.boundary)
        clipped(context, camera, () => this.#drawGenerated(context, camera, timeline.points(low, high)));
      drawFilmWords(context, `step ${grouped(timeline.steps[k])}`, frame.left + frame.width - 10, frame.top + 9, theme);
    };
    return {
      width,
      height,
      count: timeline.frames.length,
      background: fade(theme.background, 1),
      ground: (context: Pen) => this.#drawStill(context, camera),
      frame: moving,
    };
  }

  get filmName() {
    return `bdsg-${this.#shown.run.slice(0, 8)}`;
  }

  #drawGenerated(context: Pen, camera: Camera, points = this.points) {
    const { latent, theme } = this;
    if (!theme) return;
    if (!latent.coloured || !latent.latent) drawBoundary(context, camera, points, theme);
    latent.drawOnStage(context, camera, points, theme);
    if (this.forces.any) this.arrows = this.timeline.arrows(this.arrows);
    this.forces.draw(context, camera, points, this.arrows, this.#shown.arrows, theme);
  }

  /** What the probe reads from; null while the densities are not known. */
  #scene(): ProbeScene | null {
    const { arrays, meta, points } = this;
    if (!meta || !arrays?.log_p_x) return null;
    const { low, high, epsilon, units } = meta;
    return {
      low,
      high,
      epsilon,
      units,
      truth: arrays.log_p_x,
      model: arrays.log_p_g,
      points,
      stride: 2,
      data: arrays.data.values,
    };
  }

  #drawBase(camera: Camera) {
    const { canvas, context } = this.sheet.layer();
    this.#drawStill(context, camera);
    return { canvas, camera };
  }

  /** Everything that stays while B(z) moves. */
  #drawStill(context: Pen, camera: Camera) {
    const { arrays, meta, layers, theme } = this;
    if (!arrays || !meta || !theme) return;
    drawGround(context, camera, {
      arrays,
      meta,
      layers,
      theme,
      heat: this.modelHeat && arrays.model_heat ? arrays.model_heat : arrays.heat,
    });
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
    cancelAnimationFrame(this.pending);
    this.address.stop();
    this.sheet.stop();
    this.losses.sheet.stop();
    this.latent.stop();
  }
}
