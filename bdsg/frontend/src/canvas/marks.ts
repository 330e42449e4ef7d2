// What is drawn on the plane: points, each kind with its own shape as well as its own colour, and lines.
// The same input draws the same pixels.

import type { Camera, Layers, Numbers, Paint, Pair, Pen, Theme } from "../core/types.ts";
import type { Contour, Tensor, Units } from "../core/payloads.ts";
import { clipped, drawAxes, drawImage } from "./plane.ts";
import { fade, heatImage } from "../core/theme.ts";
import { type Keep, drawPoints, paint } from "./shapes.ts";

/** What a run's picture without B(z) is made of. */
interface Ground {
  arrays: {
    data: Tensor<Float32Array>;
    own?: Tensor<Float32Array>;
    warp?: Tensor<Float32Array>;
    model_samples?: Tensor<Float32Array>;
  };
  meta: { low: Pair; high: Pair; contours: Contour[]; units: Units | null };
  layers: Layers;
  theme: Theme;
  heat?: Tensor<Uint8Array>;
}

export function traceLines(context: Pen, camera: Camera, lines: Numbers[]) {
  context.beginPath();
  for (const points of lines) {
    for (let i = 0; i < points.length; i += 2) {
      const x = camera.x(points[i]);
      const y = camera.y(points[i + 1]);
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
}

/** Polylines, each [x0, y0, x1, y1, ...] in data coordinates. */
export function drawLines(context: Pen, camera: Camera, lines: Numbers[], style: Paint) {
  traceLines(context, camera, lines);
  paint(context, style);
}

const CONTOUR_DASH: Record<"truth" | "model", number[]> = { truth: [], model: [7, 5] };

/** The two contours wherever they are drawn: exact solid, model dashed. */
export function drawContour(context: Pen, camera: Camera, lines: Numbers[], name: "truth" | "model", theme: Theme) {
  // A halo in the background's colour keeps the line readable where it runs through points.
  drawLines(context, camera, lines, { stroke: fade(theme.background, 0.55), width: 3.6 });
  drawLines(context, camera, lines, { stroke: fade(theme.text, 0.9), width: 1.6, dash: CONTOUR_DASH[name] });
}

/** The same, thin, where something else is to be seen. */
export function drawFineContour(context: Pen, camera: Camera, lines: Numbers[], name: "truth" | "model", theme: Theme) {
  drawLines(context, camera, lines, { stroke: fade(theme.text, 0.6), width: 0.8, dash: CONTOUR_DASH[name] });
}

export function drawData(context: Pen, camera: Camera, points: Numbers, theme: Theme, alpha = 0.75) {
  drawPoints(context, camera, points, { shape: "dot", radius: 1.5 * markScale(camera), fill: fade(theme.data, alpha) });
}

/** Points of the visitor's own, for which the data were made up. */
export function drawOwnPoints(
  context: Pen,
  camera: Camera,
  points: Numbers,
  theme: Theme,
  alpha = 0.75,
  keep: Keep | null = null,
) {
  const radius = 1.7 * markScale(camera);
  drawPoints(context, camera, points, { shape: "square", radius, keep, stroke: fade(theme.text, alpha), width: 1 });
}

/** Those of them that lie outside: filled, and larger. */
export function drawOddPoints(context: Pen, camera: Camera, points: Numbers, theme: Theme, keep: Keep | null) {
  const radius = 3 * markScale(camera);
  drawPoints(context, camera, points, {
    shape: "square",
    radius,
    keep,
    fill: fade(theme.miss, 0.95),
    stroke: fade(theme.background, 0.9),
    width: 1,
  });
}

function drawModelSamples(context: Pen, camera: Camera, points: Numbers, theme: Theme, alpha = 0.7) {
  const radius = 2 * markScale(camera);
  drawPoints(context, camera, points, { shape: "cross", radius, stroke: fade(theme.model, alpha), width: 1.1 });
}

/** Where rays of latent space cross the level, as triangles in the model's colour. */
export function drawRays(context: Pen, camera: Camera, points: Numbers, theme: Theme) {
  const style = { fill: fade(theme.background, 0.9), stroke: fade(theme.model, 1), width: 1.5 };
  drawPoints(context, camera, points, { shape: "triangle", radius: 4.4 * markScale(camera), ...style });
}

/** Lines of the latent grid, (W, P, 2), in the model's colour. */
function drawWarp(context: Pen, camera: Camera, { values, shape }: Tensor<Float32Array>, theme: Theme) {
  const length = shape[1] * 2;
  const lines = Array.from({ length: shape[0] }, (_, k) => values.subarray(k * length, (k + 1) * length));
  drawLines(context, camera, lines, { stroke: fade(theme.model, 0.6), width: 0.9 });
}

/** B(z) as diamonds, smaller where there are many; without those that `keep` drops. */
export function drawBoundary(context: Pen, camera: Camera, points: Numbers, theme: Theme, keep: Keep | null = null) {
  const crowd = Math.min(1.25, Math.max(0.8, (1000 / (points.length / 2)) ** 0.25));
  const radius = 2.7 * crowd * markScale(camera);
  const style = { fill: fade(theme.background, 0.5), stroke: fade(theme.boundary, 0.9), width: 1.05 };
  drawPoints(context, camera, points, { shape: "diamond", radius, keep, ...style });
}

/** A run's picture without B(z): everything that stays while B(z) moves. */
export function drawGround(context: Pen, camera: Camera, { arrays, meta, layers, theme, heat }: Ground) {
  clipped(context, camera, () => {
    if (layers.heat && heat) drawImage(context, camera, heatImage(heat.values, heat.shape, theme), meta.low, meta.high);
    if (layers.warp && arrays.warp) drawWarp(context, camera, arrays.warp, theme);
    if (layers.model && arrays.model_samples) drawModelSamples(context, camera, arrays.model_samples.values, theme);
    if (layers.data) drawData(context, camera, arrays.data.values, theme);
    if (layers.own && arrays.own) drawOwnPoints(context, camera, arrays.own.values, theme);
    for (const { name, lines } of meta.contours) {
      if (layers[name === "model" ? "contour" : "truth"])
        drawContour(context, camera, lines, name === "model" ? "model" : "truth", theme);
    }
  });
  drawAxes(context, camera, theme, meta.units);
}

/** Marks shrink a little on a small plane. */
export function markScale({ frame }: Pick<Camera, "frame">) {
  return Math.min(1.15, Math.max(0.75, frame.width / 520));
}
