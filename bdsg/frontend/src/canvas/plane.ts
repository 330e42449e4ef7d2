// The plane that every picture is drawn on: a canvas with equal aspect, a fixed window, axes and layers.

import type { Camera, Frame, Pair, Pen, Theme } from "../core/types.ts";
import type { Units } from "../core/payloads.ts";
import { contextOf, fade } from "../core/theme.ts";
import { onScale } from "../core/format.ts";

export const MARGIN = { left: 36, right: 8, top: 8, bottom: 28 };

/** A canvas that fills its parent in whole pixels of the screen; `redraw` is called when its size changes. */
export class Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  private readonly observer: ResizeObserver;
  width = 0;
  height = 0;
  ratio = 0;

  constructor(canvas: HTMLCanvasElement, redraw: () => void) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.observer = new ResizeObserver(([entry]) => {
      if (this.#fit(entry.contentRect)) redraw();
    });
    if (canvas.parentElement) this.observer.observe(canvas.parentElement);
    this.#fit(canvas.getBoundingClientRect());
  }

  /** Match the backing store to the room there is; whether anything changed. */
  #fit(room: DOMRectReadOnly) {
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    const width = Math.floor(room.width * ratio);
    const height = Math.floor(room.height * ratio);
    const changed = width !== canvas.width || height !== canvas.height || ratio !== this.ratio;
    if (changed) Object.assign(canvas, { width, height });
    // A box of broken pixels would stretch the picture by a hair and blur every line.
    Object.assign(canvas.style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
    Object.assign(this, { width: width / ratio, height: height / ratio, ratio });
    return changed;
  }

  /** An empty canvas in CSS pixels. */
  begin() {
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    return this.context;
  }

  /** A second canvas of the same size, for what need not be redrawn every frame. */
  layer() {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: this.canvas.width, height: this.canvas.height });
    const context = contextOf(canvas);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return { canvas, context };
  }

  put(canvas: HTMLCanvasElement) {
    this.context.drawImage(canvas, 0, 0, this.width, this.height);
  }

  stop() {
    this.observer.disconnect();
  }
}

/** As much of a sheet as a camera looks at. */
export type Size = Pick<Sheet, "width" | "height">;

/** Shows the window [low, high] whole and centred, with one scale for both axes; what room is left shows more plane. */
export function cameraFor(sheet: Size, low: Pair, high: Pair): Camera {
  const frame: Frame = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: Math.max(1, sheet.width - MARGIN.left - MARGIN.right),
    height: Math.max(1, sheet.height - MARGIN.top - MARGIN.bottom),
  };
  const scale = Math.min(frame.width / (high[0] - low[0]), frame.height / (high[1] - low[1]));
  const half: Pair = [frame.width / scale / 2, frame.height / scale / 2];
  const centre: Pair = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  const from: Pair = [centre[0] - half[0], centre[1] - half[1]];
  return {
    scale,
    frame,
    low: from,
    high: [centre[0] + half[0], centre[1] + half[1]],
    x: (value: number) => frame.left + (value - from[0]) * scale,
    y: (value: number) => frame.top + frame.height - (value - from[1]) * scale,
  };
}

/** The shape of a plane, about 600 pixels wide, that shows the window [low, high] and nothing beyond. */
export function aspectOf({ low, high }: { low: Pair; high: Pair }) {
  const across = 600 - MARGIN.left - MARGIN.right;
  const up = (across * (high[1] - low[1])) / (high[0] - low[0]);
  return `600 / ${Math.round(up + MARGIN.top + MARGIN.bottom)}`;
}

/** Run `draw` with everything outside the frame cut off. */
export function clipped(context: Pen, { frame }: Pick<Camera, "frame">, draw: () => void) {
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  draw();
  context.restore();
}

/** Round numbers (1, 2 or 5 times a power of ten) inside [low, high], about one for every `gap` pixels. */
function ticks(low: number, high: number, pixels: number, gap = 70) {
  const rough = ((high - low) * gap) / Math.max(pixels, gap);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const found: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high; k += 1) found.push(k * step);
  return { step, values: found };
}

/** The frame, ticks and names of the axes. */
export function drawAxes(context: Pen, camera: Camera, theme: Theme, units: Units | null = null) {
  const { frame, low, high } = camera;
  const bottom = frame.top + frame.height;
  context.save();
  context.strokeStyle = fade(theme.text, 0.22);
  context.lineWidth = 1;
  context.strokeRect(
    Math.round(frame.left) + 0.5,
    Math.round(frame.top) + 0.5,
    Math.round(frame.width) - 1,
    Math.round(frame.height) - 1,
  );
  context.fillStyle = fade(theme.text, 0.68);
  context.font = `11px ${theme.font}`;
  const shown = (value: number, axis: number) => (units ? units.shift[axis] + units.scale[axis] * value : value);
  const own = (value: number, axis: number) => (units ? (value - units.shift[axis]) / units.scale[axis] : value);
  const across = ticks(shown(low[0], 0), shown(high[0], 0), frame.width);
  const up = ticks(shown(low[1], 1), shown(high[1], 1), frame.height);
  context.beginPath();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of across.values) {
    const x = Math.round(camera.x(own(value, 0))) + 0.5;
    context.moveTo(x, bottom);
    context.lineTo(x, bottom + 4);
    context.fillText(onScale(value, across.step), x, bottom + 7);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of up.values) {
    const y = Math.round(camera.y(own(value, 1))) + 0.5;
    context.moveTo(frame.left, y);
    context.lineTo(frame.left - 4, y);
    context.fillText(onScale(value, up.step), frame.left - 7, y);
  }
  context.stroke();
  context.restore();
  drawAxisNames(context, camera, theme, units?.names ?? ["x₁", "x₂"]);
}

function drawAxisNames(context: Pen, { frame }: Pick<Camera, "frame">, theme: Theme, [first, second]: string[]) {
  context.save();
  context.fillStyle = fade(theme.text, 0.68);
  context.font = `italic 12px Georgia, serif`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillText(first, frame.left + frame.width - 7, frame.top + frame.height - 5);
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(second, frame.left + 8, frame.top + 6);
  context.restore();
}

/** A picture of grid nodes from [x0, y0] to [x1, y1]: each node owns the cell around it, so half a cell is added. */
export function drawImage(context: Pen, camera: Camera, image: HTMLCanvasElement, from: Pair, to: Pair, smooth = true) {
  const halfX = (to[0] - from[0]) / (image.width - 1) / 2;
  const halfY = (to[1] - from[1]) / (image.height - 1) / 2;
  const left = camera.x(from[0] - halfX);
  const top = camera.y(to[1] + halfY);
  context.save();
  if (!("isVector" in context))
    Object.assign(context, { imageSmoothingEnabled: smooth, imageSmoothingQuality: "high" });
  context.drawImage(image, left, top, camera.x(to[0] + halfX) - left, camera.y(from[1] - halfY) - top);
  context.restore();
}
