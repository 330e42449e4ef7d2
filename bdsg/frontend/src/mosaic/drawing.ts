// How the mosaic's axes and cells are drawn.

import { FULL_SCALE } from "../core/constants.ts";
import { fade } from "../core/theme.ts";
import type { Pair, Theme } from "../core/types.ts";
import {
  type Axis,
  type Cell,
  type MosaicArrays,
  type MosaicMeta,
  type Place,
  axisWords,
  scoreColour,
} from "./cells.ts";

export const EDGE = { left: 54, bottom: 38, top: 4, right: 4 };
const SMALL = 62; // a smaller cell has no words

/** Columns and rows, and the width and the height of a cell in CSS pixels. */
export interface Layout {
  columns: number;
  rows: number;
  side: number;
  tall: number;
}

/** The study that is drawn, and how. */
export interface Study {
  arrays: MosaicArrays;
  meta: MosaicMeta;
  theme: Theme;
}

/** The share of an axis that row or column k of `count` stands for. */
function shareOf(axis: Axis, k: number, count: number) {
  return axis.steps > 1 && !axis.choices.length ? k / (count - 1) : (k + 0.5) / count;
}

export function drawAxes(context: CanvasRenderingContext2D, { columns, rows, side, tall }: Layout, study: Study) {
  const { meta, theme } = study;
  const bottom = EDGE.top + rows * tall;
  const every = Math.ceil(46 / side);
  const plain = `12px ${theme.font}`;
  const strong = `600 ${plain}`;
  Object.assign(context, { fillStyle: fade(theme.text, 0.75), font: plain, textAlign: "center", textBaseline: "top" });
  for (let k = 0; k < columns; k += every) {
    const words = axisWords(meta.x, shareOf(meta.x, k, columns));
    context.fillText(words, EDGE.left + (k + 0.5) * side, bottom + 4, Math.max(44, every * side - 2));
  }
  context.font = strong;
  context.fillText(meta.x.title, EDGE.left + (columns * side) / 2, bottom + 20);
  Object.assign(context, { font: plain, textAlign: "right", textBaseline: "middle" });
  for (let k = 0; k < rows; k += 1) {
    const words = axisWords(meta.y, shareOf(meta.y, k, rows));
    context.fillText(words, EDGE.left - 4, bottom - (k + 0.5) * tall, EDGE.left - 22);
  }
  context.save();
  context.translate(9, bottom - (rows * tall) / 2);
  context.rotate(-Math.PI / 2);
  Object.assign(context, { textAlign: "center", font: strong });
  context.fillText(meta.y.title, 0, 0, rows * tall);
  context.restore();
}

/** One cell: the contour, B(z) of its best trial in the colour of its score, and where there is room its score. */
export function drawCell(
  context: CanvasRenderingContext2D,
  [left, top]: Pair,
  cell: Cell,
  { side, tall }: Layout,
  study: Study,
) {
  const { meta, arrays, theme } = study;
  const gap = side > 60 ? 2 : 1;
  context.fillStyle = fade(theme.text, 0.045);
  context.fillRect(left + gap, top + gap, side - 2 * gap, tall - 2 * gap);
  const inset = 2 * (2 * gap + 1);
  const scale = (meta.zoom * Math.min(side - inset, (tall - inset) / meta.aspect)) / (2 * FULL_SCALE);
  const middle: Pair = [left + side / 2, top + tall / 2 - (side < SMALL ? 0 : 4)];
  const place = (x: number, y: number): Pair => [middle[0] + scale * x, middle[1] - scale * meta.aspect * y];
  drawContour(context, place, study);
  const share = arrays.share.values[cell.index];
  context.fillStyle = fade(scoreColour(share, theme), 0.9);
  drawCloud(context, place, cell.index, [middle[0], middle[1], side / 2 - gap, tall / 2 - gap], study);
  if (side < SMALL) return;
  const font = `${side > 90 ? 12 : 11}px ${theme.font}`;
  const bottom = top + tall - gap - 1;
  Object.assign(context, { fillStyle: fade(theme.text, 0.85), font, textAlign: "right", textBaseline: "bottom" });
  context.fillText(meta.values[cell.index], left + side - gap - 3, bottom);
  if (cell.count === 1) return;
  Object.assign(context, { textAlign: "left", fillStyle: fade(theme.text, 0.5) });
  context.fillText(`${cell.count}`, left + gap + 3, bottom);
}

/** A trial's points, those that lie within a box about (x, y), in the colour that is set. */
function drawCloud(
  context: CanvasRenderingContext2D,
  place: Place,
  index: number,
  [x, y, halfWide, halfTall]: [number, number, number, number],
  { arrays }: Study,
) {
  const { values, shape } = arrays.points;
  const size = halfWide > 33 ? 1.7 : 1.3;
  const step = halfWide > 26.5 ? 1 : 2;
  for (let k = 0; k < shape[1]; k += step) {
    const at = 2 * (index * shape[1] + k);
    const [px, py] = place(values[at], values[at + 1]);
    const shown = Math.abs(px - x) < halfWide && Math.abs(py - y) < halfTall;
    if (shown) context.fillRect(px - size / 2, py - size / 2, size, size);
  }
}

function drawContour(context: CanvasRenderingContext2D, place: Place, { arrays, theme }: Study) {
  const { values } = arrays.contour;
  const ends = arrays.ends.values;
  context.strokeStyle = fade(theme.text, 0.35);
  context.lineWidth = 1;
  context.beginPath();
  for (let line = 0, from = 0; line < ends.length; from = ends[line], line += 1) {
    for (let k = from; k < ends[line]; k += 1) {
      const [x, y] = place(values[2 * k], values[2 * k + 1]);
      if (k === from) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
  context.stroke();
}
