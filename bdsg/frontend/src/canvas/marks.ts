// What is drawn on the plane: points, each kind with its own shape as well as its own colour, and lines.
// The same input draws the same pixels.

import { clipped, drawAxes, drawImage } from "./plane.ts";
import { fade, heatImage } from "../core/theme.ts";

/** Outlines of the marks: each adds one mark around (x, y) with the radius r to the path. */
export const SHAPES = {
  dot: (path, x, y, r) => { path.moveTo(x + r, y); path.arc(x, y, r, 0, 2 * Math.PI); },
  cross: (path, x, y, r) => {
    path.moveTo(x - r, y - r); path.lineTo(x + r, y + r);
    path.moveTo(x - r, y + r); path.lineTo(x + r, y - r);
  },
  triangle: (path, x, y, r) => {
    path.moveTo(x, y - r); path.lineTo(x + 0.87 * r, y + 0.5 * r); path.lineTo(x - 0.87 * r, y + 0.5 * r);
    path.closePath();
  },
  square: (path, x, y, r) => { path.moveTo(x + r, y - r); path.lineTo(x + r, y + r); path.lineTo(x - r, y + r); path.lineTo(x - r, y - r); path.closePath(); },
  diamond: (path, x, y, r) => {
    path.moveTo(x, y - r); path.lineTo(x + r, y); path.lineTo(x, y + r); path.lineTo(x - r, y);
    path.closePath();
  },
};

const PHASES = 4; // stamps are kept for quarters of a pixel: sharp wherever a mark lies, without a blur
const MOST_STAMPS = 64;
const STAMPS = new Map();

/** A sheet of PHASES x PHASES pictures of one mark, each shifted by another fraction of a pixel. */
function stampFor(style, ratio) {
  const key = JSON.stringify([style, ratio]);
  if (STAMPS.has(key)) return STAMPS.get(key);
  if (STAMPS.size >= MOST_STAMPS) STAMPS.clear();
  const { shape, radius, width = 1 } = style, size = 2 * Math.ceil(radius * ratio + width * ratio + 1);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * PHASES;
  const context = canvas.getContext("2d");
  for (let k = 0; k < PHASES * PHASES; k += 1) {
    const column = k % PHASES, row = (k - column) / PHASES, shift = size / 2 + 0.5 / PHASES;
    context.setTransform(ratio, 0, 0, ratio, column * (size + 1 / PHASES) + shift, row * (size + 1 / PHASES) + shift);
    context.beginPath();
    SHAPES[shape](context, 0, 0, radius);
    paint(context, style);
  }
  STAMPS.set(key, { canvas, size });
  return { canvas, size };
}

/** Draw points (x, y in turn; `stride` numbers each) that `keep` does not drop, as stamps of one mark. */
export function drawPoints(context, camera, points, { stride = 2, keep = null, ...style }) {
  if (context.isVector) {
    tracePoints(context, camera, points, { stride, keep, ...style });
    return;
  }
  const { a: ratio, e: right, f: down } = context.getTransform(), { canvas, size } = stampFor(style, ratio);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0); // whole pixels of the screen
  for (let i = 0, k = 0; i < points.length; i += stride, k += 1) {
    if (keep && !keep(k)) continue;
    const x = camera.x(points[i]) * ratio + right - size / 2, y = camera.y(points[i + 1]) * ratio + down - size / 2;
    const left = Math.floor(x), top = Math.floor(y);
    const column = Math.floor((x - left) * PHASES), row = Math.floor((y - top) * PHASES);
    context.drawImage(canvas, column * size, row * size, size, size, left, top, size, size);
  }
  context.restore();
}

/** The same marks as one path, where the drawing is made of paths. */
function tracePoints(context, camera, points, { stride, keep, shape, radius, ...style }) {
  context.beginPath();
  for (let i = 0, k = 0; i < points.length; i += stride, k += 1) {
    if (!keep || keep(k)) SHAPES[shape](context, camera.x(points[i]), camera.y(points[i + 1]), radius);
  }
  paint(context, style);
}

export function paint(context, { fill, stroke, width = 1, dash = [] }) {
  if (fill) { context.fillStyle = fill; context.fill(); }
  if (!stroke) return;
  Object.assign(context, { strokeStyle: stroke, lineWidth: width, lineJoin: "round", lineCap: dash.length ? "butt" : "round" });
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

export function traceLines(context, camera, lines) {
  context.beginPath();
  for (const points of lines) {
    for (let i = 0; i < points.length; i += 2) {
      const x = camera.x(points[i]), y = camera.y(points[i + 1]);
      if (i === 0) context.moveTo(x, y); else context.lineTo(x, y);
    }
  }
}

/** Polylines, each [x0, y0, x1, y1, ...] in data coordinates. */
export function drawLines(context, camera, lines, style) {
  traceLines(context, camera, lines);
  paint(context, style);
}

const CONTOUR_DASH = { truth: [], model: [7, 5] };

/** The two contours wherever they are drawn: exact solid, model dashed. */
export function drawContour(context, camera, lines, name, theme) {
  // A halo in the background's colour keeps the line readable where it runs through points.
  drawLines(context, camera, lines, { stroke: fade(theme.background, 0.55), width: 3.6 });
  drawLines(context, camera, lines, { stroke: fade(theme.text, 0.9), width: 1.6, dash: CONTOUR_DASH[name] });
}

/** The same, thin, where something else is to be seen. */
export function drawFineContour(context, camera, lines, name, theme) {
  drawLines(context, camera, lines, { stroke: fade(theme.text, 0.6), width: 0.8, dash: CONTOUR_DASH[name] });
}

export function drawData(context, camera, points, theme, alpha = 0.75) {
  drawPoints(context, camera, points, { shape: "dot", radius: 1.5 * markScale(camera), fill: fade(theme.data, alpha) });
}

/** Points of the visitor's own, for which the data were made up. */
export function drawOwnPoints(context, camera, points, theme, alpha = 0.75, keep = null) {
  const radius = 1.7 * markScale(camera);
  drawPoints(context, camera, points, { shape: "square", radius, keep, stroke: fade(theme.text, alpha), width: 1 });
}

/** Those of them that lie outside: filled, and larger. */
export function drawOddPoints(context, camera, points, theme, keep) {
  const radius = 3 * markScale(camera);
  drawPoints(context, camera, points, { shape: "square", radius, keep, fill: fade(theme.miss, 0.95), stroke: fade(theme.background, 0.9), width: 1 });
}

function drawModelSamples(context, camera, points, theme, alpha = 0.7) {
  const radius = 2 * markScale(camera);
  drawPoints(context, camera, points, { shape: "cross", radius, stroke: fade(theme.model, alpha), width: 1.1 });
}

/** Where rays of latent space cross the level, as triangles in the model's colour. */
export function drawRays(context, camera, points, theme) {
  const style = { fill: fade(theme.background, 0.9), stroke: fade(theme.model, 1), width: 1.5 };
  drawPoints(context, camera, points, { shape: "triangle", radius: 4.4 * markScale(camera), ...style });
}

/** Lines of the latent grid, (W, P, 2), in the model's colour. */
function drawWarp(context, camera, { values, shape }, theme) {
  const length = shape[1] * 2, lines = Array.from({ length: shape[0] }, (_, k) => values.subarray(k * length, (k + 1) * length));
  drawLines(context, camera, lines, { stroke: fade(theme.model, 0.6), width: 0.9 });
}

/** B(z) as diamonds, smaller where there are many; without those that `keep` drops. */
export function drawBoundary(context, camera, points, theme, keep = null) {
  const crowd = Math.min(1.25, Math.max(0.8, (1000 / (points.length / 2)) ** 0.25));
  const radius = 2.7 * crowd * markScale(camera);
  const style = { fill: fade(theme.background, 0.5), stroke: fade(theme.boundary, 0.9), width: 1.05 };
  drawPoints(context, camera, points, { shape: "diamond", radius, keep, ...style });
}

/** A run's picture without B(z): everything that stays while B(z) moves. */
export function drawGround(context, camera, { arrays, meta, layers, theme, heat }) {
  clipped(context, camera, () => {
    if (layers.heat) drawImage(context, camera, heatImage(heat.values, heat.shape, theme), meta.low, meta.high);
    if (layers.warp && arrays.warp) drawWarp(context, camera, arrays.warp, theme);
    if (layers.model && arrays.model_samples) drawModelSamples(context, camera, arrays.model_samples.values, theme);
    if (layers.data) drawData(context, camera, arrays.data.values, theme);
    if (layers.own && arrays.own) drawOwnPoints(context, camera, arrays.own.values, theme);
    for (const { name, lines } of meta.contours) {
      if (layers[name === "model" ? "contour" : "truth"]) drawContour(context, camera, lines, name, theme);
    }
  });
  drawAxes(context, camera, theme, meta.units);
}

/** Marks shrink a little on a small plane. */
export function markScale({ frame }) {
  return Math.min(1.15, Math.max(0.75, frame.width / 520));
}
