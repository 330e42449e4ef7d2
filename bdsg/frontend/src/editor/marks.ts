// How a Gaussian is drawn on the editor's canvas.

import type { Mode } from "../core/payloads.ts";
import type { Camera, Pen, Theme } from "../core/types.ts";
import { REACH, gripAt } from "./modes.ts";
import { fade } from "../core/theme.ts";
import { paint } from "../canvas/marks.ts";

/** One Gaussian: its ellipse, its number, and for the chosen one its handles. */
export function drawMode(context: Pen, camera: Camera, mode: Mode, index: number, chosen: boolean, theme: Theme) {
  const [x, y] = gripAt(mode, "centre", camera),
    colour = chosen ? theme.boundary : theme.text;
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
