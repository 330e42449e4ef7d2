// The editor: Gaussians placed by mouse, touch or keys; the density and its ε contour follow at once.

import type { Kept, Mounting, Tell } from "../core/mount.ts";
import type { EditorLimits, EditorMeta, Mode } from "../core/payloads.ts";
import type { Camera, Field, Pair, Pen, Theme } from "../core/types.ts";
import type { Painting } from "./brush.ts";
import { BRUSH_LABEL, EditorBrush } from "./brush_tool.ts";
import { DIALS, type DialName, EditorPanel } from "./panel.ts";
import { EditorHand } from "./hand.ts";
import { Sheet, cameraFor, clipped, drawAxes, drawImage } from "../canvas/plane.ts";
import {
  type Limits,
  type Window,
  brief,
  clamp,
  halfTurn,
  mixtureField,
  normalised,
  reweigh,
  windowAround,
  withMode,
  withoutMode,
  zoomed,
} from "./modes.ts";
import { connectedLabels, contourLines } from "../math/contours.ts";
import { drawContour, drawData } from "../canvas/marks.ts";
import { drawMode } from "./marks.ts";
import { heatBytes, heatImage, readTheme } from "../core/theme.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { find, setData } from "../core/dom.ts";
import { setting } from "../core/format.ts";

const TELL_AFTER = 250; // milliseconds after the last change: a held key tells the server once
const MOST_PAST = 50;

export class Editor {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly plane: HTMLElement;
  readonly kept: { painting?: Painting };
  readonly sheet: Sheet;
  readonly hand: EditorHand;
  theme?: Theme;
  camera?: Camera;
  modes: Mode[] = [];
  chosen = 0;
  past: { modes: Mode[]; chosen: number }[] = [];
  painting = false;
  window: Window = [
    [0, 0],
    [1, 1],
  ];
  setTriggerValue?: Tell;
  private setStateValue?: Tell;
  private readonly panel: EditorPanel;
  private brush?: EditorBrush;
  private readonly told = new Set<string>();
  private readonly born = Date.now().toString(36);
  private edits = 0;
  private epsilon = 0;
  private most: EditorLimits = { modes: 1, weight: [0, 1], finest: 1, widest: 1, points: { least: 1, most: 1 } };
  private bytes: Uint8Array | null = null;
  private placed = false;
  private paintingAsked?: boolean;
  private label?: string;
  private open = false;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(parent: ParentNode, kept: Kept) {
    this.kept = kept;
    this.root = find(parent, ".bdsg");
    this.canvas = find<HTMLCanvasElement>(parent, ".plane-canvas");
    this.plane = find(parent, ".plane");
    this.sheet = new Sheet(this.canvas, () => this.draw());
    this.plane.append(pictureButtons(this));
    this.panel = new EditorPanel(this);
    this.hand = new EditorHand(this);
  }

  receive(bytes: Uint8Array | null, { setStateValue, setTriggerValue }: Mounting) {
    this.setStateValue = setStateValue;
    this.setTriggerValue = setTriggerValue;
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) this.#load(bytes);
    this.draw();
  }

  /** Take over what the page knows, unless it is an echo of what was done here. */
  #load(bytes: Uint8Array) {
    const { meta } = readTensors<object, EditorMeta>(bytes);
    this.bytes = bytes;
    this.epsilon = meta.epsilon;
    this.most = meta.limits;
    this.brush ??= new EditorBrush(this, meta.limits.points);
    if (this.brush.answered(meta.answered) && meta.edit === meta.answered) this.paint(false);
    if (meta.painting !== this.paintingAsked) this.paint(meta.painting);
    this.paintingAsked = meta.painting;
    this.brush.fitted = Boolean(meta.answered) && meta.edit === meta.answered;
    if (meta.edit) {
      if (this.told.has(meta.edit)) return;
      this.told.add(meta.edit);
    }
    if (this.modes.length) this.#remember();
    this.modes = normalised(meta.modes);
    this.chosen = Math.min(this.chosen, this.modes.length - 1);
    if (!this.placed || this.modes.some((mode) => !this.#shows(mode))) this.fit(false);
  }

  /** Take up the brush, or lay it down. */
  paint(on: boolean) {
    this.brush?.release();
    this.painting = on;
    this.root.classList.toggle("painting", on);
    this.label ??= this.plane.getAttribute("aria-label") ?? "";
    this.plane.setAttribute("aria-label", on ? BRUSH_LABEL : this.label);
    this.draw();
  }

  #shows({ x, y }: Mode) {
    const [low, high] = this.window;
    return x > low[0] && x < high[0] && y > low[1] && y < high[1];
  }

  /** The limits of every number: where the window ends, and what a width may be beside its size. */
  get limits(): Limits {
    const [low, high] = this.window,
      size = Math.max(high[0] - low[0], high[1] - low[1]);
    const seen = this.camera ?? { low, high }; // the canvas shows more than the window where there is room
    const sigma: Pair = [size / this.most.finest, size / this.most.widest];
    return {
      x: [seen.low[0], seen.high[0]],
      y: [seen.low[1], seen.high[1]],
      sigma,
      weight: this.most.weight,
      modes: this.most.modes,
    };
  }

  #remember() {
    this.past.push({ modes: this.modes, chosen: this.chosen });
    if (this.past.length > MOST_PAST) this.past.shift();
  }

  /** Change all modes at once, by a function of them. */
  edit(change: (modes: Mode[]) => Mode[]) {
    this.#begin();
    this.modes = change(this.modes);
    this.chosen = Math.min(this.chosen, this.modes.length - 1);
    this.commit();
    this.draw();
  }

  /** Set one number of the chosen mode; `going` while a slider is held. */
  set(name: DialName, value: number, going = false) {
    this.#begin();
    if (name === "weight") this.modes = reweigh(this.modes, this.chosen, value, this.limits);
    else
      this.replace({
        ...this.modes[this.chosen],
        [name]: name === "angle" ? halfTurn(value) : clamp(value, DIALS[name].range(this.limits)),
      });
    if (!going) this.commit();
    this.draw();
  }

  /** Another shape or place for the chosen mode. */
  replace(mode: Mode) {
    this.#begin();
    this.modes = this.modes.map((old, k) => (k === this.chosen ? mode : old));
  }

  /** One step of undo lasts from here to the next commit. */
  #begin() {
    if (!this.open) this.#remember();
    this.open = true;
  }

  /** The change is done: tell the page soon. */
  commit() {
    if (!this.open) return;
    this.open = false;
    this.#tellSoon();
  }

  #tellSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const edit = this.nextEdit();
      this.told.add(edit);
      this.setStateValue?.("modes", { edit, modes: brief(this.modes) });
    }, TELL_AFTER);
  }

  nextEdit() {
    this.edits += 1;
    return `${this.born}-${this.edits}`;
  }

  undo() {
    if (this.painting) {
      this.brush?.undo();
      return;
    }
    const before = this.past.pop();
    if (!before) return;
    this.modes = before.modes;
    this.chosen = before.chosen;
    this.open = false;
    this.#tellSoon();
    this.draw();
  }

  choose(index: number) {
    this.commit(); // a slider let go of elsewhere leaves its change open
    this.chosen = (index + this.modes.length) % this.modes.length;
    this.draw();
  }

  /** A mode more, at (x, y) or in the middle of the window. */
  add(at?: Pair) {
    if (this.modes.length >= this.limits.modes) return;
    const [low, high] = this.window,
      [x, y] = at ?? [0, 1].map((k) => (low[k] + high[k]) / 2);
    this.edit((modes) => withMode(modes, x, y, Math.max(high[0] - low[0], high[1] - low[1]) / 16));
    this.choose(this.modes.length - 1);
  }

  remove() {
    if (this.modes.length > 1) this.edit((modes) => withoutMode(modes, this.chosen));
  }

  zoom(factor: number) {
    this.window = zoomed(this.window, factor);
    this.draw();
  }

  fit(drawn = true) {
    this.window = windowAround(this.modes);
    this.placed = true;
    if (drawn) this.draw();
  }

  draw() {
    const { sheet, theme } = this;
    if (!this.modes.length || !theme || !sheet.width) return;
    const camera = (this.camera = cameraFor(sheet, ...this.window)),
      context = sheet.begin();
    const field = mixtureField(this.modes, camera.low, camera.high),
      level = Math.log(this.epsilon);
    this.#paint(context, camera, field);
    drawAxes(context, camera, theme);
    this.panel.show();
    this.#report(connectedLabels(field, level).count);
    this.brush?.show();
  }

  /** The brush's points alone, or the mixture with the points that it was fitted to. */
  #paint(context: Pen, camera: Camera, field: Field) {
    const { theme, brush } = this;
    if (!theme) return;
    clipped(context, camera, () => {
      if (this.painting) {
        brush?.draw(context, camera, theme);
        return;
      }
      const lines = contourLines(field, Math.log(this.epsilon)).map(({ points }) => points);
      drawImage(context, camera, this.#heat(field, theme), camera.low, camera.high);
      drawContour(context, camera, lines, "truth", theme);
      if (brush?.fitted) drawData(context, camera, brush.painting.points, theme, 0.45);
      this.modes.forEach((mode, k) => drawMode(context, camera, mode, k, k === this.chosen, theme));
    });
  }

  /** The picture as it stands, as vectors. */
  paintOn(context: Pen) {
    const { camera, theme } = this;
    if (!camera || !theme) return;
    this.#paint(context, camera, mixtureField(this.modes, camera.low, camera.high));
    drawAxes(context, camera, theme);
  }

  get pictureName() {
    return "bdsg-mixture";
  }

  #heat({ x, y, values }: Field, theme: Theme) {
    return heatImage(heatBytes(values), [y.length, x.length], theme);
  }

  #report(pieces: number) {
    const { root, modes } = this,
      level = `ε = ${setting(this.epsilon)}`;
    if (!this.painting)
      find(root, ".counted").textContent =
        pieces === 0
          ? `No place is as dense as ${level}: make a Gaussian narrower or heavier, or lower ε.`
          : `${modes.length} Gaussian${modes.length > 1 ? "s" : ""}; the line, ${level}, has ${pieces} piece${pieces > 1 ? "s" : ""}. B(z) will have to find all of it.`;
    Object.assign(root, {
      bdsgModes: modes,
      bdsgPlace: (k: number) => this.camera && [this.camera.x(modes[k].x), this.camera.y(modes[k].y)],
    });
    setData(root, "pieces", pieces);
    setData(root, "modes", modes.length);
    setData(root, "chosen", this.chosen);
    setData(root, "ready", 1);
  }

  stop() {
    clearTimeout(this.timer);
    this.brush?.stop();
    this.sheet.stop();
  }
}
