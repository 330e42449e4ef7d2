// Grid cells shaded by kind, told apart by their hatching as well as by colour.

import type { Camera, Grid, Pair, ShadeName, Theme } from "../core/types.ts";
import type { Sheet } from "../canvas/plane.ts";
import type { Positive } from "../math/scores.ts";
import { clipped, drawImage } from "../canvas/plane.ts";
import { contextOf, fade, imageCanvas } from "../core/theme.ts";

interface CellKind {
  shade: ShadeName | "text";
  hatch: "plain" | "dots" | "rising" | "falling";
  alpha: number;
}

/** The kinds of cell: shade of the theme, hatching and what it is called. */
const CELL_KINDS: Record<string, CellKind> = {
  tp: { shade: "hit", hatch: "plain", alpha: 0.45 },
  tn: { shade: "text", hatch: "dots", alpha: 0.3 },
  fp: { shade: "miss", hatch: "rising", alpha: 1 },
  fn: { shade: "lost", hatch: "falling", alpha: 1 },
  bandHit: { shade: "hit", hatch: "plain", alpha: 0.5 },
  bandMiss: { shade: "miss", hatch: "rising", alpha: 1 },
};

/** For each node the index of its kind in `kinds`, or -1 (255): which of the four outcomes it is. */
export function outcomeCells({ logTruth, logModel }: Grid, level: number, positive: Positive) {
  const flip = positive === "normal" ? 0 : 3; // the other class as the positive one: TP <-> TN, FP <-> FN
  return Uint8Array.from(logTruth, (value, k) => (2 * Number(value >= level) + Number(logModel[k] >= level)) ^ flip);
}
export const OUTCOMES = ["tn", "fp", "fn", "tp"];

/** Nodes of the model's band: 0 in the true band too, 1 not, 255 outside the model's band. */
export function bandCells({ logTruth, logModel }: Grid, low: number, high: number) {
  return Uint8Array.from(logModel, (value, k) => {
    if (!(value >= low && value <= high)) return 255;
    return logTruth[k] >= low && logTruth[k] <= high ? 0 : 1;
  });
}
export const BAND_KINDS = ["bandHit", "bandMiss"];

/** Draw the cells of the kinds named in `shown`. */
export function drawCells(
  sheet: Sheet,
  camera: Camera,
  grid: Grid,
  cells: Uint8Array,
  kinds: string[],
  shown: string[],
  theme: Theme,
) {
  const rows = grid.y.length;
  const columns = grid.x.length;
  const from: Pair = [grid.x[0], grid.y[0]];
  const to: Pair = [grid.x[columns - 1], grid.y[rows - 1]];
  kinds.forEach((kind, index) => {
    if (!shown.includes(kind)) return;
    const { canvas, context } = sheet.layer();
    drawImage(context, camera, maskOf(cells, index, rows, columns), from, to, false);
    context.globalCompositeOperation = "source-in"; // keep the hatching only where the mask is
    context.fillStyle = hatching(context, CELL_KINDS[kind], theme, sheet.ratio);
    context.fillRect(0, 0, sheet.width, sheet.height);
    clipped(sheet.context, camera, () => sheet.put(canvas));
  });
}

function maskOf(cells: Uint8Array, index: number, rows: number, columns: number) {
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (cells[row * columns + column] === index) pixels[(rows - 1 - row) * columns + column] = 0xff000000;
    }
  }
  return imageCanvas(image);
}

/** A fill for one kind of cell. */
function hatching(context: CanvasRenderingContext2D, { shade, hatch, alpha }: CellKind, theme: Theme, ratio: number) {
  const size = 6;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(size * ratio);
  const pen = contextOf(tile);
  pen.scale(tile.width / size, tile.height / size);
  pen.fillStyle = fade(theme[shade], hatch === "plain" ? alpha : hatch === "dots" ? 0.05 : 0.3);
  pen.fillRect(0, 0, size, size);
  drawHatch(pen, hatch, size, fade(theme[shade], alpha));
  const pattern = context.createPattern(tile, "repeat");
  if (!pattern) throw new Error("The browser makes no pattern of an empty tile.");
  pattern.setTransform(new DOMMatrix().scale(size / tile.width));
  return pattern;
}

function drawHatch(pen: CanvasRenderingContext2D, hatch: string, size: number, colour: string) {
  pen.fillStyle = pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  if (hatch === "dots") pen.fillRect(size / 2, size / 2, 1, 1);
  if (hatch !== "rising" && hatch !== "falling") return;
  const slope = hatch === "rising" ? -1 : 1;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    // three strokes, so that the tile's corners meet
    pen.moveTo(shift - 1, slope > 0 ? -1 : size + 1);
    pen.lineTo(shift + size + 1, slope > 0 ? size + 1 : -1);
  }
  pen.stroke();
}
