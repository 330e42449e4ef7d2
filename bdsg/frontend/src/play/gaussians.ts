// The mixture's Gaussians on the plane: dragged, turned, stretched, added and removed where they are.

import type { EditorLimits, Mode } from "../core/payloads.ts";
import type { Camera, Pair, Pen, Theme } from "../core/types.ts";
import { paint } from "../canvas/shapes.ts";
import { fade } from "../core/theme.ts";
import { EditorHand, type Moved } from "../editor/hand.ts";
import { drawMode } from "../editor/marks.ts";
import {
  type Limits,
  type Window,
  clamp,
  halfTurn,
  limitsOf,
  reweigh,
  windowAround,
  withMode,
  withoutMode,
} from "../editor/modes.ts";

/** The view that shows them. */
export interface Holder {
  root: HTMLElement;
  canvas: HTMLCanvasElement;
  plane: HTMLElement;
  camera?: Camera;
  modes: readonly Mode[];
  /** Take over other modes; the picture follows. */
  place(modes: Mode[]): void;
  redraw(): void;
  undo(): void;
}

const RADIUS = 4.5; // of a centre's mark, in pixels

export class Gaussians implements Moved {
  chosen = -1; // none
  readonly painting = false;
  window: Window = windowAround([]);
  readonly #holder: Holder;
  readonly #most: () => EditorLimits;

  constructor(holder: Holder, most: () => EditorLimits) {
    this.#holder = holder;
    this.#most = most;
    new EditorHand(this);
    // A mouse needs no ring about the plane to see where it is.
    const byHand = (on: boolean) => () => this.plane.classList.toggle("by-hand", on);
    this.plane.addEventListener("pointerdown", byHand(true));
    this.plane.addEventListener("keydown", byHand(false));
  }

  get root() {
    return this.#holder.root;
  }

  get canvas() {
    return this.#holder.canvas;
  }

  get plane() {
    return this.#holder.plane;
  }

  get camera() {
    return this.#holder.camera;
  }

  get modes(): Mode[] {
    return [...this.#holder.modes];
  }

  get limits(): Limits {
    const [low, high] = this.window;
    return limitsOf(this.window, this.camera ?? { low, high }, this.#most());
  }

  get full() {
    return this.#holder.modes.length >= this.#most().modes;
  }

  /** Show every mode, with room to move. */
  fit() {
    this.window = windowAround(this.modes);
    this.chosen = -1;
  }

  choose(index: number) {
    const { length } = this.#holder.modes;
    this.chosen = (index + length) % length;
    this.draw();
  }

  letGo() {
    this.chosen = -1;
    this.draw();
  }

  replace(mode: Mode) {
    this.#holder.place(this.modes.map((old, k) => (k === this.chosen ? mode : old)));
  }

  set(name: keyof Mode, value: number) {
    const { modes, chosen, limits } = this;
    if (name === "weight") {
      this.#holder.place(reweigh(modes, chosen, value, limits));
      return;
    }
    const range: Pair = name === "x" ? limits.x : name === "y" ? limits.y : limits.sigma;
    this.replace({ ...modes[chosen], [name]: name === "angle" ? halfTurn(value) : clamp(value, range) });
  }

  /** A mode more, at (x, y) or in the middle of the picture. */
  add(at?: Pair) {
    if (this.full) return;
    const [low, high] = this.window;
    const [x, y] = at ?? [0, 1].map((k) => (low[k] + high[k]) / 2);
    const size = Math.max(high[0] - low[0], high[1] - low[1]);
    this.#holder.place(withMode(this.modes, x, y, size / 16));
    this.choose(this.#holder.modes.length - 1);
  }

  /** Take away the chosen mode, or the last. */
  remove() {
    const { modes } = this;
    if (modes.length < 2) return;
    const gone = this.chosen < 0 ? modes.length - 1 : this.chosen;
    this.chosen = -1;
    this.#holder.place(withoutMode(modes, gone));
  }

  commit() {
    // each move is taken over at once
  }

  undo() {
    this.#holder.undo();
  }

  draw() {
    this.#holder.redraw();
  }

  /** A mark at each centre; the chosen one with its handles. */
  drawOn(context: Pen, camera: Camera, theme: Theme) {
    const { modes, chosen } = this;
    modes.forEach(({ x, y }, k) => {
      if (k === chosen) return;
      context.beginPath();
      context.arc(camera.x(x), camera.y(y), RADIUS, 0, 2 * Math.PI);
      paint(context, { fill: fade(theme.background, 0.8), stroke: fade(theme.text, 0.75), width: 1.4 });
    });
    if (modes[chosen]) drawMode(context, camera, modes[chosen], chosen, true, theme);
  }
}
