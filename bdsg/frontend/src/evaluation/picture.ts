// The evaluation's plane: the heat map, the points, both contours and the band; or what the chosen score counts.

import type { ProbeScene } from "../canvas/probe_card.ts";
import {
  drawContour,
  drawData,
  drawFineContour,
  drawLines,
  drawOddPoints,
  drawOwnPoints,
  drawRays,
  markScale,
  traceLines,
} from "../canvas/marks.ts";
import { drawPoints } from "../canvas/shapes.ts";
import { type Sheet, clipped, drawAxes, drawImage } from "../canvas/plane.ts";
import type { EvaluationArrays, EvaluationMeta } from "../core/payloads.ts";
import { fade, heatBytes, heatImage } from "../core/theme.ts";
import type { Camera, Layers, Pen, Theme } from "../core/types.ts";
import type { LevelBoundary } from "../math/every_level.ts";
import { rayCrossings } from "../math/rays.ts";
import type { Positive, Prepared, Scores } from "../math/scores.ts";
import type { CardName } from "./card_texts.ts";
import { HIGHLIGHTS, Highlighter, strokeArcs } from "./highlights.ts";
import { stretches } from "../math/coverage.ts";

/** A run, and how it scores at the present ε. */
export interface Evaluated {
  arrays: EvaluationArrays;
  meta: EvaluationMeta;
  prepared: Prepared;
  levels: LevelBoundary | null;
  scores: Scores;
}

/** What does not move with ε: the heat map, and the points unless they are B(z, ε). */
export interface Drawn {
  under: HTMLCanvasElement;
  points: HTMLCanvasElement;
}

/** The score whose counts are shown, and the class that counts as positive. */
export interface Marked {
  id: CardName;
  positive: Positive;
}

/** The tools of one drawing. */
export class EvaluationPicture {
  private readonly sheet: Sheet;
  private readonly camera: Camera;
  private readonly run: Evaluated;
  private readonly layers: Layers;
  private readonly theme: Theme;

  constructor(sheet: Sheet, camera: Camera, run: Evaluated, layers: Layers, theme: Theme) {
    this.sheet = sheet;
    this.camera = camera;
    this.run = run;
    this.layers = layers;
    this.theme = theme;
  }

  /** The heat map alone. */
  under() {
    const { canvas, context } = this.sheet.layer();
    const { camera, theme, layers, run } = this;
    const { x, y, logTruth } = run.prepared.grid;
    clipped(context, camera, () => {
      if (!layers.heat) return;
      const image = heatImage(heatBytes(logTruth), [y.length, x.length], theme);
      drawImage(context, camera, image, [x[0], y[0]], [x[x.length - 1], y[y.length - 1]]);
    });
    return canvas;
  }

  /** The points alone. */
  points() {
    const { canvas, context } = this.sheet.layer();
    this.#paintPoints(context);
    return canvas;
  }

  paint(context: Pen, drawn: Drawn, marked: Marked | null) {
    if (marked) this.#drawMarked(context, drawn, marked);
    else this.#drawPlain(context, drawn);
    drawAxes(context, this.camera, this.theme, this.run.meta.units);
  }

  #drawPlain(context: Pen, drawn: Drawn) {
    const { sheet, camera, layers, run, theme } = this;
    const { scores, prepared } = run;
    sheet.put(drawn.under);
    if (layers.own) this.#drawOwn(context);
    if (layers.band) this.#drawBand(context);
    if ("isVector" in context) this.#paintPoints(context);
    else sheet.put(drawn.points);
    this.#drawContours(context, drawContour);
    clipped(context, camera, () => {
      const { coverage, logHigh } = scores.detail;
      const bare = () => coverage.arcs.flatMap((arc) => stretches(arc, 0));
      if (layers.gaps) strokeArcs({ context, camera, theme }, bare(), false);
      if (layers.rays) drawRays(context, camera, rayCrossings(prepared.rays, logHigh), theme);
    });
  }

  /** What a score counts, over a faint picture. */
  #drawMarked(context: Pen, drawn: Drawn, { id, positive }: Marked) {
    const { sheet, camera, run, theme } = this;
    context.globalAlpha = 0.4;
    sheet.put(drawn.under);
    context.globalAlpha = 1;
    this.#drawContours(context, drawFineContour);
    HIGHLIGHTS[id](new Highlighter(sheet, camera, run.prepared, run.scores, positive, theme));
  }

  #paintPoints(context: Pen) {
    const { camera, theme, layers, run } = this;
    clipped(context, camera, () => {
      if (layers.data) drawData(context, camera, run.arrays.data.values, theme);
      if (!layers.boundary) return;
      const style = { stride: 4, radius: 1.7 * markScale(camera), fill: fade(theme.boundary, 0.6) };
      drawPoints(context, camera, run.prepared.segments, { shape: "diamond", ...style });
    });
  }

  /** The visitor's points: those that ε calls anomalous are filled. */
  #drawOwn(context: Pen) {
    const { camera, theme, run } = this;
    const { own, own_log_p_x: logs } = run.arrays;
    if (!own || !logs) return;
    const level = Math.log(run.scores.epsilon);
    clipped(context, camera, () => {
      drawOwnPoints(context, camera, own.values, theme, 0.5, (k) => logs.values[k] >= level);
      drawOddPoints(context, camera, own.values, theme, (k) => logs.values[k] < level);
    });
  }

  #drawBand(context: Pen) {
    const { camera, theme, run } = this;
    const { upper, lower } = run.scores.detail.contours;
    const pointsOf = ({ points }: { points: Float64Array }) => points;
    clipped(context, camera, () => {
      traceLines(context, camera, [...upper, ...lower].map(pointsOf));
      context.fillStyle = fade(theme.boundary, 0.13);
      context.fill("evenodd");
      drawLines(context, camera, lower.map(pointsOf), { stroke: fade(theme.text, 0.3), width: 1 });
    });
  }

  #drawContours(context: Pen, draw: typeof drawContour) {
    const { camera, theme, layers, run } = this;
    const { upper, model } = run.scores.detail.contours;
    clipped(context, camera, () => {
      if (layers.truth)
        draw(
          context,
          camera,
          upper.map(({ points }) => points),
          "truth",
          theme,
        );
      if (layers.contour)
        draw(
          context,
          camera,
          model.map(({ points }) => points),
          "model",
          theme,
        );
    });
  }
}

/** Which layers are shown at first. */
export function layersShown(): Layers {
  const [on, off] = [
    { heat: true, band: true, own: true, boundary: true },
    { data: false, rays: false },
  ];
  return { ...on, ...off, truth: true, contour: true, gaps: true };
}

/** What the probe reads from, at the present ε. */
export function sceneOf({ arrays, meta, prepared, scores }: Evaluated): ProbeScene {
  const { low, high, units } = meta;
  const grids = { truth: arrays.log_p_x, model: arrays.log_p_g };
  const points = { points: prepared.segments, stride: 4, data: arrays.data.values };
  return { low, high, epsilon: scores.epsilon, units, ...grids, ...points };
}
