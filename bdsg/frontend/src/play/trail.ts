// Where B(z) was: the last few snapshots as tails, and the ghost of it from before a change.

import type { Camera, Numbers, Pen, Theme } from "../core/types.ts";
import { drawPoints, paint } from "../canvas/shapes.ts";
import { markScale } from "../canvas/marks.ts";
import { fade } from "../core/theme.ts";

const LENGTH = 7; // snapshots of a tail
const GHOST_SECONDS = 8;
const FADING = 1.5; // of them, at the end

export class Trail {
  #kept: Float32Array[] = [];
  #ghost: Float32Array | null = null;
  #age = 0;

  /** A snapshot more; of another number of points, the tails begin anew. */
  push(points: Float32Array) {
    if (this.#kept[0]?.length !== points.length) this.#kept = [];
    this.#kept.push(points);
    if (this.#kept.length > LENGTH) this.#kept.shift();
  }

  clear() {
    this.#kept = [];
    this.#ghost = null;
  }

  /** Keep where B(z) is as the ghost. */
  haunt(points: Float32Array) {
    this.#ghost = points;
    this.#age = 0;
  }

  pass(seconds: number) {
    this.#age += seconds;
    if (this.#age > GHOST_SECONDS) this.#ghost = null;
  }

  drawTails(context: Pen, camera: Camera, theme: Theme) {
    const kept = this.#kept;
    for (let k = 1; k < kept.length; k += 1) {
      context.beginPath();
      segments(context, camera, kept[k - 1], kept[k]);
      paint(context, { stroke: fade(theme.boundary, (0.4 * k) / kept.length), width: 1 });
    }
  }

  drawGhost(context: Pen, camera: Camera, theme: Theme) {
    if (!this.#ghost) return;
    const alpha = 0.5 * Math.min(1, (GHOST_SECONDS - this.#age) / FADING);
    const step = Math.ceil(alpha * 10) / 10; // few stamps are made of it
    const style = { stroke: fade(theme.text, step), width: 1 };
    drawPoints(context, camera, this.#ghost, { shape: "diamond", radius: 2.3 * markScale(camera), ...style });
  }
}

/** From each point to where it went; a leap over a third of the picture's width is not drawn. */
function segments(context: Pen, { x, y, frame }: Camera, from: Numbers, to: Numbers) {
  const most = frame.width / 3;
  for (let i = 0; i < to.length; i += 2) {
    const [ax, ay, bx, by] = [x(from[i]), y(from[i + 1]), x(to[i]), y(to[i + 1])];
    if (Math.abs(ax - bx) + Math.abs(ay - by) > most) continue;
    context.moveTo(ax, ay);
    context.lineTo(bx, by);
  }
}
