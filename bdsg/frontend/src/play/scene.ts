// What moves on the plane: the ghost, bare stretches, tails, B(z), its pulls, and where its points gather.

import type { Camera, Layers, Numbers, Pen, Theme } from "../core/types.ts";
import { drawBoundary, drawLines } from "../canvas/marks.ts";
import { paint } from "../canvas/shapes.ts";
import { FULL_SCALE } from "../core/constants.ts";
import { grouped } from "../core/format.ts";
import { fade } from "../core/theme.ts";
import { type ScoreName, countsContour, countsPoints, drawCountedPoints, drawHeld } from "./counted.ts";
import type { Spot } from "./crowd.ts";
import type { PlayState } from "./state.ts";
import type { Trail } from "./trail.ts";

/** An arrow for a pull F is log10(1 + F / least) factors of ten long: eq. 4's pulls are about 0.1. */
export const ARROWS = { least: 0.0005, decades: 6 };

export interface Moving {
  points: Float32Array;
  bare: Numbers[];
  held: Numbers[];
  spots: Spot[];
  trail: Trail;
  calm: boolean; // no tails
  counted: ScoreName | null; // the score that is pointed at
  state: PlayState;
}

export function drawMoving(context: Pen, camera: Camera, moving: Moving, layers: Layers, theme: Theme) {
  const { points, bare, held, spots, trail, calm, counted, state } = moving;
  trail.drawGhost(context, camera, theme);
  if (countsContour(counted)) drawHeld(context, camera, held, theme);
  if (layers.gaps || countsContour(counted)) drawBare(context, camera, bare, theme);
  if (countsPoints(counted)) {
    drawCountedPoints(context, camera, points, state, theme);
    return;
  }
  if (!layers.boundary) return;
  if (!calm) trail.drawTails(context, camera, theme);
  drawBoundary(context, camera, points, theme);
  drawGone(context, camera, points, theme);
  for (const spot of spots) drawHalo(context, camera, spot, theme);
}

function drawBare(context: Pen, camera: Camera, lines: Numbers[], theme: Theme) {
  drawLines(context, camera, lines, { stroke: fade(theme.background, 0.75), width: 6 });
  drawLines(context, camera, lines, { stroke: fade(theme.miss, 1), width: 3.6, dash: [9, 5] });
}

/** Points beyond the edge, as small wedges where the way to them leaves the picture. */
function drawGone(context: Pen, camera: Camera, points: Numbers, theme: Theme) {
  const { low, high, frame } = camera;
  const [cx, cy] = [frame.left + frame.width / 2, frame.top + frame.height / 2];
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    if (x > low[0] && x < high[0] && y > low[1] && y < high[1]) continue;
    const [dx, dy] = [camera.x(x) - cx, camera.y(y) - cy];
    const far = Math.sqrt(dx * dx + dy * dy);
    const reach = Math.min(frame.width / 2 / Math.abs(dx), frame.height / 2 / Math.abs(dy)) * far - 3;
    wedge(context, cx + (reach * dx) / far, cy + (reach * dy) / far, dx / far, dy / far);
  }
  paint(context, { fill: fade(theme.boundary, 0.75), stroke: fade(theme.background, 0.9), width: 0.6 });
}

/** A triangle with its tip at (x, y), in the direction (dx, dy) of length 1. */
function wedge(context: Pen, x: number, y: number, dx: number, dy: number) {
  const [long, wide] = [10, 4];
  context.moveTo(x, y);
  context.lineTo(x - long * dx - wide * dy, y - long * dy + wide * dx);
  context.lineTo(x - long * dx + wide * dy, y - long * dy - wide * dx);
  context.closePath();
}

/** A ring about a heap of points, and how many they are. */
function drawHalo(context: Pen, camera: Camera, { x, y, count }: Spot, theme: Theme) {
  const { frame } = camera;
  const [cx, cy] = [camera.x(x), camera.y(y)];
  const large = Math.min(1.7, Math.max(1, frame.width / 680)); // on a projector it is seen from afar
  const radius = 17 * large;
  context.beginPath();
  context.arc(cx, cy, radius, 0, 2 * Math.PI);
  paint(context, { fill: fade(theme.boundary, 0.14), stroke: fade(theme.background, 0.9), width: 6 });
  paint(context, { stroke: fade(theme.boundary, 1), width: 2.6 });
  const words = `${grouped(count)} points here`;
  const width = 8.2 * large * words.length;
  const right = cx + radius + 8 + width < frame.left + frame.width;
  context.save();
  Object.assign(context, {
    font: `600 ${15 * large}px ${theme.font}`,
    textBaseline: "middle",
    lineJoin: "round",
    lineWidth: 5,
  });
  context.textAlign = right ? "left" : "right";
  const at = cx + (right ? radius + 8 : -radius - 8);
  context.strokeStyle = fade(theme.background, 0.92);
  context.strokeText(words, at, cy);
  context.fillStyle = fade(theme.boundary, 1);
  context.fillText(words, at, cy);
  context.restore();
}

/** Pulls (3, m, 2) as arrows of drawForce: their direction, and a length by factors of ten. */
export function arrowsOf(forces: Float32Array): Float32Array {
  const found = new Float32Array(forces.length);
  for (let i = 0; i < forces.length; i += 2) {
    const size = Math.sqrt(forces[i] ** 2 + forces[i + 1] ** 2);
    if (!(size > 0)) continue;
    const length = Math.min(ARROWS.decades, Math.log10(1 + size / ARROWS.least));
    const factor = ((length / ARROWS.decades) * FULL_SCALE) / size;
    [found[i], found[i + 1]] = [forces[i] * factor, forces[i + 1] * factor];
  }
  return found;
}
