// What each score counts, drawn on the plane.

import type { Sheet } from "../canvas/plane.ts";
import type { Camera, Numbers, Pen, Theme } from "../core/types.ts";
import type { Positive, Prepared, Scores } from "../math/scores.ts";
import { type Arc, stretches } from "../math/coverage.ts";
import type { CardName } from "./card_texts.ts";
import { BAND_KINDS, OUTCOMES, bandCells, drawCells, outcomeCells } from "./cells.ts";
import { COVERED } from "../core/constants.ts";
import { clipped } from "../canvas/plane.ts";
import { drawLines, markScale } from "../canvas/marks.ts";
import { drawPoints } from "../canvas/shapes.ts";
import { fade } from "../core/theme.ts";
import { lineTree } from "../math/nearest.ts";
import { percent } from "../core/format.ts";

export const HIGHLIGHTS: Record<CardName, (view: Highlighter) => void> = {
  precision: (view: Highlighter) => view.cells(["tp", "fp"]),
  recall: (view: Highlighter) => view.cells(["tp", "fn"]),
  f1: (view: Highlighter) => view.cells(["tp", "fp", "fn"]),
  accuracy: (view: Highlighter) => view.cells(["tp", "fp", "fn", "tn"]),
  auroc: (view: Highlighter) => view.cells(["tp", "fn"]),
  bp1: (view: Highlighter) => view.points(),
  boundary_recall: (view: Highlighter) => view.arcs(),
  bf1: (view: Highlighter) => {
    view.points();
    view.arcs();
  },
  bp2: (view: Highlighter) => view.band(),
  components: (view: Highlighter) => view.components(),
  distance: (view: Highlighter) => view.distances(),
};

/** The tools with which HIGHLIGHTS are drawn: one for each redraw. */
export class Highlighter {
  private readonly sheet: Sheet;
  readonly context: Pen;
  readonly camera: Camera;
  private readonly prepared: Prepared;
  private readonly scores: Scores;
  private readonly positive: Positive;
  readonly theme: Theme;
  private readonly detail: Scores["detail"];

  constructor(sheet: Sheet, camera: Camera, prepared: Prepared, scores: Scores, positive: Positive, theme: Theme) {
    this.sheet = sheet;
    this.context = sheet.context;
    this.camera = camera;
    this.prepared = prepared;
    this.scores = scores;
    this.positive = positive;
    this.theme = theme;
    this.detail = scores.detail;
  }

  cells(shown: string[]) {
    const cells = outcomeCells(this.prepared.grid, this.detail.logHigh, this.positive);
    drawCells(this.sheet, this.camera, this.prepared.grid, cells, OUTCOMES, shown, this.theme);
  }

  band() {
    const { logLow, logHigh } = this.detail;
    const cells = bandCells(this.prepared.grid, logLow, logHigh);
    drawCells(this.sheet, this.camera, this.prepared.grid, cells, BAND_KINDS, BAND_KINDS, this.theme);
  }

  #clip(draw: () => void) {
    clipped(this.context, this.camera, draw);
  }

  /** In-band points as diamonds, the others as crosses. */
  points() {
    const {
      context,
      camera,
      theme,
      prepared,
      detail: { inBand },
    } = this;
    const scale = markScale(camera);
    const common = { stride: 4 };
    this.#clip(() => {
      drawPoints(context, camera, prepared.segments, {
        ...common,
        shape: "diamond",
        radius: 2 * scale,
        fill: fade(theme.boundary, 0.55),
        keep: (k) => inBand[k] === 1,
      });
      drawPoints(context, camera, prepared.segments, {
        ...common,
        shape: "cross",
        radius: 2.6 * scale,
        stroke: fade(theme.miss, 0.95),
        width: 1.4,
        keep: (k) => inBand[k] === 0,
      });
    });
  }

  /** Covered stretches of {p_x = ε} solid, the others thick and dashed. */
  arcs() {
    const { arcs } = this.detail.coverage;
    this.#clip(() => {
      strokeArcs(
        this,
        arcs.flatMap((arc) => stretches(arc, 1)),
        true,
      );
      strokeArcs(
        this,
        arcs.flatMap((arc) => stretches(arc, 0)),
        false,
      );
    });
  }

  /** Each component's contour whole, by whether it is covered, with its own recall. */
  components() {
    const { arcs, components } = this.detail.coverage;
    const isCovered = (arc: Arc) => (components[arc.label - 1]?.recall ?? 0) >= COVERED;
    this.#clip(() => {
      strokeArcs(
        this,
        arcs.filter(isCovered).map((arc) => arc.points),
        true,
      );
      strokeArcs(
        this,
        arcs.filter((arc) => !isCovered(arc)).map((arc) => arc.points),
        false,
      );
    });
    components.forEach((piece, k) => {
      const own = arcs.filter((arc) => arc.label === k + 1).sort((a, b) => b.length - a.length)[0];
      if (own) this.#label(own.probes, `${k + 1}: ${percent(piece.recall)}`);
    });
  }

  #label(points: Numbers, text: string) {
    let x = 0;
    let y = 0;
    for (let i = 0; i < points.length; i += 2) {
      x += points[i];
      y += points[i + 1];
    }
    const { context, camera, theme } = this;
    const count = points.length / 2;
    context.save();
    Object.assign(context, {
      font: `600 13px ${theme.font}`,
      textAlign: "center",
      textBaseline: "middle",
      lineJoin: "round",
    });
    context.strokeStyle = fade(theme.background, 0.9);
    context.lineWidth = 4;
    context.strokeText(text, camera.x(x / count), camera.y(y / count));
    context.fillStyle = fade(theme.text, 1);
    context.fillText(text, camera.x(x / count), camera.y(y / count));
    context.restore();
  }

  /** The band's middle, B(z), and the way to the curve from the farthest points. */
  distances() {
    const { context, camera, theme, detail, prepared, scores } = this;
    const { segments } = prepared;
    const farthest = scores.distance_p95;
    if (farthest === null) return;
    const tree = lineTree(detail.contours.middle);
    const far: number[] = [];
    const whiskers: number[][] = [];
    for (let k = 0; k < segments.length; k += 4) {
      const square = tree.nearest(segments[k], segments[k + 1]);
      if (Math.sqrt(square) <= farthest) continue;
      far.push(segments[k], segments[k + 1]);
      whiskers.push([
        segments[k],
        segments[k + 1],
        ...nearestOn(tree.segments, 4 * tree.found, segments[k], segments[k + 1]),
      ]);
    }
    this.#clip(() => {
      drawPoints(context, camera, segments, {
        stride: 4,
        shape: "diamond",
        radius: 1.6,
        fill: fade(theme.boundary, 0.5),
      });
      drawLines(context, camera, whiskers, { stroke: fade(theme.miss, 0.7), width: 0.9 });
      drawPoints(context, camera, far, { shape: "cross", radius: 2, stroke: fade(theme.miss, 0.9), width: 1.1 });
      drawLines(
        context,
        camera,
        detail.contours.middle.map((line) => line.points),
        { stroke: fade(theme.hit, 1), width: 2.4 },
      );
    });
  }
}

/** Arcs of {p_x = ε}: covered ones solid, bare ones thick and dashed. */
export function strokeArcs(
  { context, camera, theme }: { context: Pen; camera: Camera; theme: Theme },
  lines: Numbers[],
  covered: boolean,
) {
  const style = covered
    ? { stroke: fade(theme.hit, 1), width: 4 }
    : { stroke: fade(theme.miss, 1), width: 5, dash: [9, 5] };
  drawLines(context, camera, lines, { stroke: fade(theme.background, 0.8), width: style.width + 3 });
  drawLines(context, camera, lines, style);
}

/** The point of the segment at `k` that is nearest to (px, py). */
function nearestOn(segments: Numbers, k: number, px: number, py: number) {
  const dx = segments[k + 2] - segments[k];
  const dy = segments[k + 3] - segments[k + 1];
  const square = dx * dx + dy * dy;
  const t = square > 0 ? Math.min(1, Math.max(0, ((px - segments[k]) * dx + (py - segments[k + 1]) * dy) / square)) : 0;
  return [segments[k] + t * dx, segments[k + 1] + t * dy];
}
