// The study's payload, and its trials by the cells of two settings.

import type { Tensor } from "../core/payloads.ts";
import type { Numbers, Pair, Shade, Theme } from "../core/types.ts";
import { blend } from "../core/theme.ts";
import { grouped, rounded, setting } from "../core/format.ts";

/** One of the two settings: its range, or its choices; `steps`: one cell for each of a few values. */
export interface Axis {
  title: string;
  low: number;
  high: number;
  log: boolean;
  whole: boolean;
  choices: string[];
  steps: number;
}

export interface MosaicMeta {
  x: Axis;
  y: Axis;
  title: string;
  trials: number;
  chosen: number | null;
  aspect: number;
  zoom: number;
  scale: [string, string];
  values: string[];
  words: string[];
  hint: string;
}

export interface MosaicArrays {
  x: Tensor<Float32Array>;
  y: Tensor<Float32Array>;
  rank: Tensor<Float32Array>;
  share: Tensor<Float32Array>;
  number: Tensor<Int32Array>;
  points: Tensor<Int16Array>;
  contour: Tensor<Int16Array>;
  ends: Tensor<Int32Array>;
}

/** The best trial of a cell, and how many it holds. */
export interface Cell {
  index: number;
  count: number;
}

export type Place = (x: number, y: number) => Pair;

/** Poor to good: orange, grey, blue; both ends stand out on light and on dark pages, whatever the reader's colour vision. */
export function scoreColour(share: number, theme: Theme) {
  const ends: Shade[] = theme.dark
    ? [
        [255, 150, 50],
        [120, 125, 135],
        [94, 178, 255],
      ]
    : [
        [214, 94, 0],
        [150, 155, 165],
        [0, 92, 175],
      ];
  return share < 0.5 ? blend(ends[0], ends[1], 2 * share) : blend(ends[1], ends[2], 2 * share - 1);
}

/** Which of `count` equal parts of 0..1 a share lies in. */
export function partOf(share: number, count: number) {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** The best trial of each cell, and how many it holds: {key: {index, count}}; `rank` is less for better. */
export function cellsOf(x: Numbers, y: Numbers, rank: Numbers, columns: number, rows: number) {
  const cells = new Map<number, Cell>();
  for (let k = 0; k < rank.length; k += 1) {
    const key = partOf(y[k], rows) * columns + partOf(x[k], columns);
    const known = cells.get(key);
    if (!known) cells.set(key, { index: k, count: 1 });
    else {
      known.count += 1;
      if (rank[k] < rank[known.index]) known.index = k;
    }
  }
  return cells;
}

/** A setting's value at a share of its axis, in words. */
export function axisWords(axis: Axis, share: number) {
  if (axis.choices.length) return axis.choices[partOf(share, axis.choices.length)];
  const value = axis.log ? axis.low * (axis.high / axis.low) ** share : axis.low + (axis.high - axis.low) * share;
  return axis.whole ? grouped(value) : setting(rounded(value, 2));
}
