// How a Gaussian is drawn on the editor's canvas.

import type { Mode } from "../core/payloads.ts";
import type { Camera, Field, Pair, Pen, Theme } from "../core/types.ts";
import { REACH, gripAt } from "./modes.ts";
import { drawContour } from "../canvas/marks.ts";
import { drawImage } from "../canvas/plane.ts";
import { contourLines } from "../math/contours.ts";
import { fade, heatBytes, heatImage } from "../core/theme.ts";
import { paint } from "../canvas/shapes.ts";

/** One Gaussian: its ellipse, its number, and for the chosen one its handles. */
export function drawMode(context: Pen, camera: Camera, mode: Mode, index: number, chosen: boolean, theme: Theme) {
  const [x, y] = gripAt(mode, "centre", camera);
  const colour = chosen ? theme.boundary : theme.text;
  context.beginPath();
  const reach = REACH * camera.scale;
  context.ellipse(x, y, mode.long * reach, mode.short * reach, (-mode.angle * Math.PI) / 180, 0, 2 * Math.PI);
  paint(context, { stroke: fade(colour, chosen ? 0.95 : 0.5), width: chosen ? 2 : 1.2, dash: chosen ? [] : [4, 3] });
  if (chosen) {
    const [[lx, ly], [sx, sy]] = (["long", "short"] as const).map((name) => gripAt(mode, name, camera));
    context.beginPath();
    context.moveTo(lx, ly);
    context.lineTo(x, y);
    context.lineTo(sx, sy);
    paint(context, { stroke: fade(colour, 0.5), width: 1 });
    context.beginPath();
    context.rect(lx - 6, ly - 6, 12, 12);
    context.moveTo(sx + 6, sy);
    context.arc(sx, sy, 6, 0, 2 * Math.PI);
    paint(context, { fill: fade(theme.background, 0.95), stroke: fade(colour, 1), width: 2 });
  }
  context.beginPath();
  context.arc(x, y, 11, 0, 2 * Math.PI);
  paint(context, {
    fill: chosen ? fade(colour, 1) : fade(theme.background, 0.85),
    stroke: fade(colour, 0.9),
    width: 1.5,
  });
  Object.assign(context, { font: `600 12px ${theme.font}`, textAlign: "center", textBaseline: "middle" });
  context.fillStyle = fade(chosen ? theme.background : theme.text, 1);
  context.fillText(String(index + 1), x, y + 0.5);
}

/** The brush about a place, `size` pixels in radius. */
export function drawBrush(context: Pen, camera: Camera, at: Pair, size: number, erasing: boolean, theme: Theme) {
  context.beginPath();
  context.arc(camera.x(at[0]), camera.y(at[1]), size, 0, 2 * Math.PI);
  const dash = erasing ? [5, 4] : [];
  paint(context, { stroke: fade(theme.background, 0.7), width: 3.5 });
  paint(context, { stroke: fade(erasing ? theme.miss : theme.text, 0.8), width: 1.4, dash });
}

/** A mixture's density on a grid, the level of its contour, its modes, and which of them is chosen. */
interface Mixture {
  field: Field;
  level: number;
  modes: Mode[];
  chosen: number;
}

export function drawMixture(context: Pen, camera: Camera, { field, level, modes, chosen }: Mixture, theme: Theme) {
  const heat = heatImage(heatBytes(field.values), [field.y.length, field.x.length], theme);
  drawImage(context, camera, heat, camera.low, camera.high);
  const lines = contourLines(field, level).map(({ points }) => points);
  drawContour(context, camera, lines, "truth", theme);
  modes.forEach((mode, k) => drawMode(context, camera, mode, k, k === chosen, theme));
}
