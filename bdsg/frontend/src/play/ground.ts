// What stays while B(z) moves: density, band, data, contour and Gaussians; made anew when the state changes.

import { heatBytes, heatImage, fade } from "../core/theme.ts";
import type { Camera, Field, Layers, Numbers, Pen, Theme } from "../core/types.ts";
import { drawContour, markScale, traceLines } from "../canvas/marks.ts";
import { drawImage } from "../canvas/plane.ts";
import { drawPoints } from "../canvas/shapes.ts";
import { mixtureField } from "../editor/modes.ts";
import { contourLines } from "../math/contours.ts";
import { Mixture } from "../trainer/density.ts";
import { Random } from "../trainer/random.ts";
import { STREAMS } from "../trainer/trainer.ts";
import { DELTA_RATIO, type PlayState, mixtureNumbers } from "./state.ts";

export interface Ground {
  field: Field;
  data: Numbers;
  upper: Numbers[]; // {p = ε}
  lower: Numbers[]; // {p = δ}
}

export function groundOf(state: PlayState, camera: Pick<Camera, "low" | "high">): Ground {
  const { modes, epsilon, samples, seed } = state;
  const field = mixtureField([...modes], camera.low, camera.high);
  const lines = (level: number) => contourLines(field, Math.log(level)).map(({ points }) => points);
  const data = new Mixture(mixtureNumbers(modes)).sample(samples, new Random(seed, STREAMS.data));
  return { field, data, upper: lines(epsilon), lower: lines(DELTA_RATIO * epsilon) };
}

export function drawGroundOf(context: Pen, camera: Camera, ground: Ground, layers: Layers, theme: Theme) {
  const { field, data, upper, lower } = ground;
  if (layers.heat) {
    const heat = heatImage(heatBytes(field.values), [field.y.length, field.x.length], theme);
    drawImage(context, camera, heat, camera.low, camera.high);
  }
  if (layers.band) drawBand(context, camera, [...upper, ...lower], theme);
  if (layers.data) drawSamples(context, camera, data, theme);
  if (layers.truth) drawContour(context, camera, upper, "truth", theme);
}

/** Dots, larger where there are few. */
function drawSamples(context: Pen, camera: Camera, data: Numbers, theme: Theme) {
  const few = Math.min(2, Math.max(1, (1000 / data.length) ** 0.25));
  const radius = 1.5 * few * markScale(camera);
  drawPoints(context, camera, data, { shape: "dot", radius, fill: fade(theme.data, few > 1 ? 0.9 : 0.6) });
}

/** Between both levels, by the even-odd rule; lines that the edge of the picture cuts are closed along it. */
function drawBand(context: Pen, camera: Camera, lines: Numbers[], theme: Theme) {
  if ("isVector" in context) return;
  traceLines(context, camera, lines);
  context.fillStyle = fade(theme.boundary, theme.dark ? 0.2 : 0.14);
  context.fill("evenodd");
}
