// Types that modules share.  Those of payloads are in payloads.ts.

import type { SvgContext } from "../export/svg.ts";

export type Pair = [number, number];
/** Numbers in a row; points as x, y, x, y, ... */
export type Numbers = ArrayLike<number>;
/** Red, green and blue, 0 to 255. */
export type Shade = [number, number, number];

/** What drawing functions draw on: a canvas, or what writes SVG. */
export type Pen = CanvasRenderingContext2D | SvgContext;

export type ShadeName = "data" | "model" | "boundary" | "hit" | "miss" | "lost" | "heat";

export interface Theme extends Record<ShadeName | "background" | "text" | "primary", Shade> {
  dark: boolean;
  font: string;
}

/** Where a plane's picture lies on its canvas, in CSS pixels. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Carries data coordinates to CSS pixels; `low` and `high` are the corners that are seen. */
export interface Camera {
  scale: number;
  frame: Frame;
  low: Pair;
  high: Pair;
  x(value: number): number;
  y(value: number): number;
}

/** How a mark or a line is painted; colours as CSS. */
export interface Paint {
  fill?: string;
  stroke?: string;
  width?: number;
  dash?: number[];
}

export type Layers = Partial<Record<string, boolean>>;

/** Values on a regular grid: node (column, row) holds values[row * x.length + column]. */
export interface Field {
  x: Numbers;
  y: Numbers;
  values: Numbers;
}

/** A contour: its points x, y in turn, and whether it closes. */
export interface Line {
  points: Float64Array;
  closed: boolean;
}

/** The grid on which cells are classified. */
export interface Grid {
  x: Numbers;
  y: Numbers;
  logTruth: Float32Array;
  logModel: Float32Array;
}
