// The plane that every picture is drawn on: a canvas with equal aspect, a fixed window, axes and layers.

import { fade } from "../core/theme.ts";
import { onScale } from "../core/format.ts";

export const MARGIN = { left: 36, right: 8, top: 8, bottom: 28 };

/** A canvas that fills its parent in whole pixels of the screen; `redraw` is called when its size changes. */
export class Sheet {
  constructor(canvas, redraw) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.observer = new ResizeObserver(([entry]) => { if (this.#fit(entry.contentRect)) redraw(); });
    this.observer.observe(canvas.parentElement);
    this.#fit(canvas.getBoundingClientRect());
  }

  /** Match the backing store to the room there is; whether anything changed. */
  #fit(room) {
    const ratio = window.devicePixelRatio || 1, { canvas } = this;
    const width = Math.floor(room.width * ratio), height = Math.floor(room.height * ratio);
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
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return { canvas, context };
  }

  put(canvas) {
    this.context.drawImage(canvas, 0, 0, this.width, this.height);
  }

  stop() {
    this.observer.disconnect();
  }
}

/** Shows the window [low, high] whole and centred, with one scale for both axes; what room is left shows more plane. */
export function cameraFor(sheet, low, high) {
  const frame = { left: MARGIN.left, top: MARGIN.top };
  frame.width = Math.max(1, sheet.width - MARGIN.left - MARGIN.right);
  frame.height = Math.max(1, sheet.height - MARGIN.top - MARGIN.bottom);
  const scale = Math.min(frame.width / (high[0] - low[0]), frame.height / (high[1] - low[1]));
  const half = [frame.width / scale / 2, frame.height / scale / 2], centre = [0, 1].map((k) => (low[k] + high[k]) / 2);
  const from = [centre[0] - half[0], centre[1] - half[1]];
  return {
    scale, frame, low: from, high: [centre[0] + half[0], centre[1] + half[1]],
    x: (value) => frame.left + (value - from[0]) * scale,
    y: (value) => frame.top + frame.height - (value - from[1]) * scale,
  };
}

/** The shape of a plane, about 600 pixels wide, that shows the window [low, high] and nothing beyond. */
export function aspectOf({ low, high }) {
  const across = 600 - MARGIN.left - MARGIN.right, up = (across * (high[1] - low[1])) / (high[0] - low[0]);
  return `600 / ${Math.round(up + MARGIN.top + MARGIN.bottom)}`;
}

/** Run `draw` with everything outside the frame cut off. */
export function clipped(context, { frame }, draw) {
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  draw();
  context.restore();
}

/** Round numbers (1, 2 or 5 times a power of ten) inside [low, high], about one for every `gap` pixels. */
function ticks(low, high, pixels, gap = 70) {
  const rough = ((high - low) * gap) / Math.max(pixels, gap);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k += 1) found.push(k * step);
  return { step, values: found };
}

/** The frame, ticks and names of the axes. */
export function drawAxes(context, camera, theme, units = null) {
  const { frame, low, high } = camera, bottom = frame.top + frame.height;
  context.save();
  context.strokeStyle = fade(theme.text, 0.22);
  context.lineWidth = 1;
  context.strokeRect(Math.round(frame.left) + 0.5, Math.round(frame.top) + 0.5, Math.round(frame.width) - 1, Math.round(frame.height) - 1);
  context.fillStyle = fade(theme.text, 0.68);
  context.font = `11px ${theme.font}`;
  const shown = (value, axis) => (units ? units.shift[axis] + units.scale[axis] * value : value);
  const own = (value, axis) => (units ? (value - units.shift[axis]) / units.scale[axis] : value);
  const across = ticks(shown(low[0], 0), shown(high[0], 0), frame.width), up = ticks(shown(low[1], 1), shown(high[1], 1), frame.height);
  context.beginPath();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of across.values) {
    const x = Math.round(camera.x(own(value, 0))) + 0.5;
    context.moveTo(x, bottom); context.lineTo(x, bottom + 4);
    context.fillText(onScale(value, across.step), x, bottom + 7);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of up.values) {
    const y = Math.round(camera.y(own(value, 1))) + 0.5;
    context.moveTo(frame.left, y); context.lineTo(frame.left - 4, y);
    context.fillText(onScale(value, up.step), frame.left - 7, y);
  }
  context.stroke();
  context.restore();
  drawAxisNames(context, camera, theme, units?.names ?? ["x₁", "x₂"]);
}

function drawAxisNames(context, { frame }, theme, [first, second]) {
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
export function drawImage(context, camera, image, from, to, smooth = true) {
  const halfX = (to[0] - from[0]) / (image.width - 1) / 2, halfY = (to[1] - from[1]) / (image.height - 1) / 2;
  const left = camera.x(from[0] - halfX), top = camera.y(to[1] + halfY);
  context.save();
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, left, top, camera.x(to[0] + halfX) - left, camera.y(from[1] - halfY) - top);
  context.restore();
}
