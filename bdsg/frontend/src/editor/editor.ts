// The editor: Gaussians placed by mouse, touch or keys; the density and its ε contour follow at once.

import type { Mounting, Tell } from "../core/mount.ts";
import type { EditorLimits, EditorMeta, Mode } from "../core/payloads.ts";
import type { Camera, Pair, Pen, Theme } from "../core/types.ts";
import type { Painting } from "./brush.ts";
import { EditorBrush } from "./brush_tool.ts";
import { BRUSH_LABEL } from "./brush_dials.ts";
import { DIALS, type DialName, EditorPanel } from "./panel.ts";
import { EditorHand } from "./hand.ts";
import { Sheet, cameraFor } from "../canvas/plane.ts";
import {
  type Limits,
  type Window,
  limitsOf,
  brief,
  clamp,
  halfTurn,
  mixtureField,
  normalised,
  reweigh,
  shows,
  windowAround,
  withMode,
  withoutMode,
  zoomed,
} from "./modes.ts";
import { connectedLabels } from "../math/contours.ts";
import { paintEditor, report } from "./picture.ts";
import { readTheme } from "../core/theme.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { find } from "../core/dom.ts";
import { History } from "./history.ts";
import { Teller } from "./teller.ts";

/** What was strewn, before it is fitted. */
export interface EditorKept {
  painting?: Painting;
}

export class Editor {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly plane: HTMLElement;
  readonly kept: EditorKept;
  readonly sheet: Sheet;
  readonly hand: EditorHand;
  theme?: Theme;
  camera?: Camera;
  modes: Mode[] = [];
  chosen = 0;
  readonly past = new History();
  painting = false;
  window: Window = windowAround([]);
  setTriggerValue?: Tell;
  private setStateValue?: Tell;
  private readonly panel: EditorPanel;
  brush?: EditorBrush;
  private readonly teller = new Teller((edit, modes) => this.setStateValue?.("modes", { edit, modes }));
  epsilon = 0;
  private most: EditorLimits = { modes: 1, weight: [0, 1], finest: 1, widest: 1, points: { least: 1, most: 1 } };
  private bytes: Uint8Array | null = null;
  private placed = false;
  private paintingAsked?: boolean;
  private label?: string;
  private open = false;

  constructor(parent: ParentNode, kept: EditorKept) {
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
      if (this.teller.knows(meta.edit)) return;
    }
    if (this.modes.length) this.past.keep({ modes: this.modes, chosen: this.chosen });
    this.modes = normalised(meta.modes);
    this.chosen = Math.min(this.chosen, this.modes.length - 1);
    if (!this.placed || this.modes.some((mode) => !shows(this.window, mode))) this.fit(false);
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

  /** The limits of every number: where the window ends, and what a width may be beside its size. */
  get limits(): Limits {
    const [low, high] = this.window;
    return limitsOf(this.window, this.camera ?? { low, high }, this.most); // the canvas shows more where there is room
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
    else {
      const set = name === "angle" ? halfTurn(value) : clamp(value, DIALS[name].range(this.limits));
      this.replace({ ...this.modes[this.chosen], [name]: set });
    }
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
    if (!this.open) this.past.keep({ modes: this.modes, chosen: this.chosen });
    this.open = true;
  }

  /** The change is done: tell the page soon. */
  commit() {
    if (!this.open) return;
    this.open = false;
    this.#tellSoon();
  }

  #tellSoon() {
    this.teller.soon(() => brief(this.modes));
  }

  nextEdit() {
    return this.teller.next();
  }

  undo() {
    if (this.painting) {
      this.brush?.undo();
      return;
    }
    const before = this.past.back();
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
    const [low, high] = this.window;
    const [x, y] = at ?? [0, 1].map((k) => (low[k] + high[k]) / 2);
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
    const camera = (this.camera = cameraFor(sheet, ...this.window));
    const context = sheet.begin();
    const field = mixtureField(this.modes, camera.low, camera.high);
    const level = Math.log(this.epsilon);
    paintEditor(context, camera, field, this, theme);
    this.panel.show();
    report(this, connectedLabels(field, level).count);
    this.brush?.show();
  }

  /** The picture as it stands, as vectors. */
  paintOn(context: Pen) {
    const { camera, theme } = this;
    if (!camera || !theme) return;
    paintEditor(context, camera, mixtureField(this.modes, camera.low, camera.high), this, theme);
  }

  get pictureName() {
    return "bdsg-mixture";
  }

  stop() {
    this.teller.stop();
    this.brush?.stop();
    this.sheet.stop();
  }
}
