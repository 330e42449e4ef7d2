// The probe: what holds at one point of the plane, by the splines of the run's densities.

import type { Camera, Numbers, Pair, Paint, Pen, ShadeName, Theme } from "../core/types.ts";
import type { Tensor } from "../core/payloads.ts";
import { BicubicSpline } from "../math/spline.ts";
import { clipped } from "./plane.ts";
import { drawLines } from "./marks.ts";
import { paint } from "./shapes.ts";
import { fade } from "../core/theme.ts";
import { find, make } from "../core/dom.ts";
import { type ProbeScene, type Near, type Probed, plainSpline, probeAt, probeCard } from "./probe_card.ts";

// parts of the window that a place is told to
const PROBE_STEP = 2;
const PROBE_LEAP = 12;

export interface ProbeHost {
  camera(): Camera | null | undefined;
  scene(): ProbeScene | null;
  redraw(): void;
}

export class Probe {
  private readonly plane: HTMLElement;
  private readonly host: ProbeHost;
  private readonly words: HTMLElement;
  private readonly card: HTMLElement;
  private at: Pair | null = null;
  private steered = false;
  private dragged = false;
  private readonly splines = new WeakMap<Tensor<Numbers>, BicubicSpline>();
  private readonly splineOf = (grid: Tensor<Numbers>, low: Pair, high: Pair) => {
    const known = this.splines.get(grid) ?? plainSpline(grid, low, high);
    this.splines.set(grid, known);
    return known;
  };
  private found: Probed | null = null;
  private html = "";

  /** `host`: {camera() or null, scene() as for probeAt or null, redraw()}. */
  constructor(plane: HTMLElement, host: ProbeHost) {
    this.plane = plane;
    this.host = host;
    this.words = make("div", { class: "probe-words", "aria-live": "polite" });
    const close = make(
      "button",
      {
        type: "button",
        class: "probe-close",
        "aria-label": "Close the probe (Escape)",
        title: "Close (Escape)",
        click: () => this.close(),
      },
      "×",
    );
    this.card = make("div", { class: "probe", role: "group", "aria-label": "Probe", hidden: "" }, close, this.words);
    plane.after(this.card);
    const canvas = find<HTMLCanvasElement>(plane, "canvas");
    canvas.addEventListener("click", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" && event.buttons & 1) this.#follow(event);
    });
    plane.addEventListener("keydown", (event) => this.#key(event));
  }

  #press(event: PointerEvent) {
    const camera = this.host.camera();
    if (!camera) return; // nothing is drawn
    const again =
      this.at &&
      !this.dragged &&
      Math.hypot(camera.x(this.at[0]) - event.offsetX, camera.y(this.at[1]) - event.offsetY) < 5;
    this.dragged = false;
    if (again) this.close();
    else this.#follow(event, false);
  }

  #follow(event: PointerEvent, dragged = true) {
    this.dragged = dragged;
    this.steered = false;
    this.#place(event.offsetX, event.offsetY);
  }

  /** Put the probe at a pixel, kept inside the frame. */
  #place(left: number, top: number) {
    const camera = this.host.camera();
    if (!camera) return;
    const { frame, low, scale } = camera;
    const x = Math.min(frame.width, Math.max(0, left - frame.left));
    const y = Math.min(frame.height, Math.max(0, top - frame.top));
    this.at = [low[0] + x / scale, low[1] + (frame.height - y) / scale];
    this.host.redraw();
  }

  #key(event: KeyboardEvent) {
    if (event.target !== this.plane || event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = this.host.camera();
    if (!camera) return;
    const { frame } = camera;
    const step = event.shiftKey ? PROBE_LEAP : PROBE_STEP;
    const from: Pair = this.at
      ? [camera.x(this.at[0]), camera.y(this.at[1])]
      : [frame.left + frame.width / 2, frame.top + frame.height / 2];
    const moves: Partial<Record<string, Pair>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (event.key.toLowerCase() === "p") {
      this.steered = !(this.at && this.steered);
      if (this.steered) this.#place(...from);
      else this.close();
    } else if (event.key === "Escape" && this.at) this.close();
    else if (this.steered && move) this.#place(from[0] + move[0], from[1] + move[1]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // else the player would step as well
  }

  close() {
    this.at = null;
    this.steered = false;
    this.host.redraw();
  }

  /** Draw the probe and fill its card: called with every picture. */
  draw(context: Pen, camera: Camera, theme: Theme) {
    const { at } = this;
    const scene = at && this.host.scene();
    if (this.card.hidden === Boolean(scene)) this.card.hidden = !scene;
    if (!at || !scene) {
      this.found = null;
      return;
    }
    this.found = probeAt(scene, ...at, this.splineOf);
    const html = probeCard(this.found);
    if (html !== this.html) this.words.innerHTML = this.html = html;
    this.card.classList.toggle("left", camera.x(at[0]) > camera.frame.left + camera.frame.width / 2);
    clipped(context, camera, () => this.#mark(context, camera, theme));
  }

  #mark(context: Pen, camera: Camera, theme: Theme) {
    if (!this.found) return;
    const { boundary, sample, x, y } = this.found;
    const halo: Paint = { stroke: fade(theme.background, 0.8), width: 4 };
    const lines: [Near | null, ShadeName, number[]][] = [
      [sample, "data", [2, 3]],
      [boundary, "boundary", []],
    ];
    for (const [near, shade, dash] of lines) {
      if (!near) continue;
      const line = [[x, y, near.x, near.y]];
      drawLines(context, camera, line, halo);
      drawLines(context, camera, line, { stroke: fade(theme[shade], 1), width: 2, dash });
    }
    const left = camera.x(x);
    const top = camera.y(y);
    for (const style of [halo, { stroke: fade(theme.text, 1), width: 1.6 }]) {
      context.beginPath();
      context.arc(left, top, 5, 0, 2 * Math.PI);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ]) {
        context.moveTo(left + 5 * dx, top + 5 * dy);
        context.lineTo(left + 10 * dx, top + 10 * dy);
      }
      paint(context, style);
    }
  }
}
