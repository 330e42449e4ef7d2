// The shapes of points, each kind its own, and how outlines are painted.  The same input draws the same pixels.

import type { Camera, Numbers, Paint, Pen } from "../core/types.ts";
import { contextOf } from "../core/theme.ts";

export type ShapeName = "dot" | "cross" | "triangle" | "square" | "diamond";

export type Outline = (path: Pen, x: number, y: number, r: number) => void;

/** Which of the points are drawn, by their numbers. */
export type Keep = (k: number) => boolean;

export interface PointStyle extends Paint {
  shape: ShapeName;
  radius: number;
  stride?: number;
  keep?: Keep | null;
}

/** Outlines of the marks: each adds one mark around (x, y) with the radius r to the path. */
export const SHAPES: Record<ShapeName, Outline> = {
  dot: (path: Pen, x: number, y: number, r: number) => {
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
  },
  cross: (path: Pen, x: number, y: number, r: number) => {
    path.moveTo(x - r, y - r);
    path.lineTo(x + r, y + r);
    path.moveTo(x - r, y + r);
    path.lineTo(x + r, y - r);
  },
  triangle: (path: Pen, x: number, y: number, r: number) => {
    path.moveTo(x, y - r);
    path.lineTo(x + 0.87 * r, y + 0.5 * r);
    path.lineTo(x - 0.87 * r, y + 0.5 * r);
    path.closePath();
  },
  square: (path: Pen, x: number, y: number, r: number) => {
    path.moveTo(x + r, y - r);
    path.lineTo(x + r, y + r);
    path.lineTo(x - r, y + r);
    path.lineTo(x - r, y - r);
    path.closePath();
  },
  diamond: (path: Pen, x: number, y: number, r: number) => {
    path.moveTo(x, y - r);
    path.lineTo(x + r, y);
    path.lineTo(x, y + r);
    path.lineTo(x - r, y);
    path.closePath();
  },
};

const PHASES = 4; // stamps are kept for quarters of a pixel: sharp wherever a mark lies, without a blur
const MOST_STAMPS = 64; // sheets that are kept

interface Stamp {
  canvas: HTMLCanvasElement;
  size: number;
}

const STAMPS = new Map<string, Stamp>();

/** A sheet of PHASES x PHASES pictures of one mark, each shifted by another fraction of a pixel. */
function stampFor(style: PointStyle, ratio: number) {
  const key = JSON.stringify([style, ratio]);
  const known = STAMPS.get(key);
  if (known) return known;
  if (STAMPS.size >= MOST_STAMPS) STAMPS.clear();
  const { shape, radius, width = 1 } = style;
  const size = 2 * Math.ceil(radius * ratio + width * ratio + 1);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * PHASES;
  const context = contextOf(canvas);
  for (let k = 0; k < PHASES * PHASES; k += 1) {
    const column = k % PHASES;
    const row = (k - column) / PHASES;
    const shift = size / 2 + 0.5 / PHASES;
    context.setTransform(ratio, 0, 0, ratio, column * (size + 1 / PHASES) + shift, row * (size + 1 / PHASES) + shift);
    context.beginPath();
    SHAPES[shape](context, 0, 0, radius);
    paint(context, style);
  }
  STAMPS.set(key, { canvas, size });
  return { canvas, size };
}

/** Draw points (x, y in turn; `stride` numbers each) that `keep` does not drop, as stamps of one mark. */
export function drawPoints(
  context: Pen,
  camera: Camera,
  points: Numbers,
  { stride = 2, keep = null, ...style }: PointStyle,
) {
  if ("isVector" in context) {
    tracePoints(context, camera, points, { stride, keep, ...style });
    return;
  }
  const { a: ratio, e: right, f: down } = context.getTransform();
  const { canvas, size } = stampFor(style, ratio);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0); // whole pixels of the screen
  for (let i = 0, k = 0; i < points.length; i += stride, k += 1) {
    if (keep && !keep(k)) continue;
    const x = camera.x(points[i]) * ratio + right - size / 2;
    const y = camera.y(points[i + 1]) * ratio + down - size / 2;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const column = Math.floor((x - left) * PHASES);
    const row = Math.floor((y - top) * PHASES);
    context.drawImage(canvas, column * size, row * size, size, size, left, top, size, size);
  }
  context.restore();
}

/** The same marks as one path, where the drawing is made of paths. */
function tracePoints(
  context: Pen,
  camera: Camera,
  points: Numbers,
  { stride = 2, keep = null, shape, radius, ...style }: PointStyle,
) {
  context.beginPath();
  for (let i = 0, k = 0; i < points.length; i += stride, k += 1) {
    if (!keep || keep(k)) SHAPES[shape](context, camera.x(points[i]), camera.y(points[i + 1]), radius);
  }
  paint(context, style);
}

export function paint(context: Pen, { fill, stroke, width = 1, dash = [] }: Paint) {
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  if (!stroke) return;
  Object.assign(context, {
    strokeStyle: stroke,
    lineWidth: width,
    lineJoin: "round",
    lineCap: dash.length ? "butt" : "round",
  });
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}
