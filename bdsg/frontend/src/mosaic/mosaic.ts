// Small multiples: each cell the B(z) cloud of the best trial in its part of the plane of two settings.

import type { Mounting, Tell } from "../core/mount.ts";
import type { Tensor } from "../core/payloads.ts";
import type { Numbers, Pair, Shade, Theme } from "../core/types.ts";
import { Sheet } from "../canvas/plane.ts";
import { FULL_SCALE } from "../core/constants.ts";
import { blend, contextOf, fade, readTheme } from "../core/theme.ts";
import { grouped, rounded, setting } from "../core/format.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { find, setData } from "../core/dom.ts";

const CELL = 84,
  LEAST_CELL = 40,
  MOST_SIDE = 14; // CSS pixels, and cells a side
const EDGE = { left: 54, bottom: 38, top: 4, right: 4 };

/** One of the two settings: its range, or its choices; `steps`: one cell for each of a few values. */
interface Axis {
  title: string;
  low: number;
  high: number;
  log: boolean;
  whole: boolean;
  choices: string[];
  steps: number;
}

interface MosaicMeta {
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

interface MosaicArrays {
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
interface Cell {
  index: number;
  count: number;
}

type Place = (x: number, y: number) => Pair;

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
function partOf(share: number, count: number) {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** The best trial of each cell, and how many it holds: {key: {index, count}}; `rank` is less for better. */
export function cellsOf(x: Numbers, y: Numbers, rank: Numbers, columns: number, rows: number) {
  const cells = new Map<number, Cell>();
  for (let k = 0; k < rank.length; k += 1) {
    const key = partOf(y[k], rows) * columns + partOf(x[k], columns),
      known = cells.get(key);
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

export class Mosaic {
  readonly root: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly words: HTMLElement;
  private readonly sheet: Sheet;
  private theme?: Theme;
  private report?: Tell;
  private bytes: Uint8Array | null = null;
  private study: { arrays: MosaicArrays; meta: MosaicMeta } | null = null;
  private chosen: number | null = null;
  private pointed: number | null = null;
  private columns = 0;
  private rows = 0;
  private side = 0;
  private tall = 0;
  private cells = new Map<number, Cell>();

  constructor(parent: ParentNode) {
    this.root = find(parent, ".bdsg");
    this.canvas = find<HTMLCanvasElement>(parent, "canvas.cells");
    this.words = find(parent, ".mosaic-words");
    this.sheet = new Sheet(this.canvas, () => this.redraw());
    this.canvas.addEventListener("pointermove", (event) => this.#point(this.#keyAt(event)));
    this.canvas.addEventListener("pointerleave", () => this.#point(null));
    this.canvas.addEventListener("click", (event) => this.#choose(this.#keyAt(event)));
    this.canvas.addEventListener("keydown", (event) => this.#onKey(event));
  }

  receive(bytes: Uint8Array | null, { setStateValue: report }: Mounting) {
    this.theme = readTheme(this.root);
    this.report = report;
    if (bytes?.length && !sameBytes(bytes, this.bytes)) {
      this.bytes = bytes;
      const { arrays, meta } = readTensors<MosaicArrays, MosaicMeta>(bytes);
      this.study = { arrays, meta };
      this.pointed = null;
      this.chosen ??= meta.chosen;
    }
    this.redraw();
  }

  /** What is shown: asked for only once there is something. */
  get #shown() {
    const { study, theme } = this;
    if (!study || !theme) throw new Error("Nothing is shown yet.");
    return { ...study, theme };
  }

  /** Columns and rows: one for each value where there are few, else as many as there is room for. */
  #arrange() {
    const { x, y } = this.#shown.meta,
      { width } = this.sheet;
    const room = width - EDGE.left - EDGE.right;
    this.columns = x.steps || Math.min(MOST_SIDE, Math.max(4, Math.floor(room / CELL)));
    this.side = room / this.columns;
    this.tall = Math.max(LEAST_CELL, this.side * Math.min(1, Math.max(0.6, this.#shown.meta.aspect)));
    this.rows = y.steps || Math.min(this.columns, Math.max(4, Math.floor(620 / this.tall)));
    const height = `${Math.ceil(this.rows * this.tall + EDGE.top + EDGE.bottom)}px`;
    const plane = this.canvas.parentElement;
    if (plane && plane.style.height !== height) plane.style.height = height;
    const { x: across, y: up, rank } = this.#shown.arrays;
    this.cells = cellsOf(across.values, up.values, rank.values, this.columns, this.rows);
  }

  redraw() {
    const { study, theme } = this;
    if (!study || !theme || !this.sheet.width) return;
    this.#arrange();
    const context = this.sheet.begin();
    this.#axes(context);
    for (const [key, cell] of this.cells) this.#cell(context, key, cell);
    this.#ring(context, this.#keyOf(this.chosen), fade(this.#shown.theme.text, 0.95), 2);
    this.#ring(context, this.pointed, fade(this.#shown.theme.primary, 1), 2);
    this.#scale();
    const { title } = this.#shown.meta;
    this.canvas.setAttribute(
      "aria-label",
      `${this.#shown.meta.trials} trials over ${this.#shown.meta.x.title} and ${this.#shown.meta.y.title}, coloured by ${title}. Arrow keys move, Enter chooses.`,
    );
    this.#say();
    setData(this.root, "cells", this.cells.size);
    setData(this.root, "trials", this.#shown.meta.trials);
  }

  #corner(key: number): Pair {
    const row = Math.floor(key / this.columns),
      column = key % this.columns;
    return [EDGE.left + column * this.side, EDGE.top + (this.rows - 1 - row) * this.tall];
  }

  #cell(context: CanvasRenderingContext2D, key: number, { index, count }: Cell) {
    const [left, top] = this.#corner(key),
      { side, tall } = this,
      gap = side > 60 ? 2 : 1;
    context.fillStyle = fade(this.#shown.theme.text, 0.045);
    context.fillRect(left + gap, top + gap, side - 2 * gap, tall - 2 * gap);
    const inset = 2 * gap + 1,
      scale =
        this.#shown.meta.zoom *
        Math.min(
          (side - 2 * inset) / (2 * FULL_SCALE),
          (tall - 2 * inset) / (2 * FULL_SCALE * this.#shown.meta.aspect),
        );
    const halfWide = side / 2 - gap,
      halfTall = tall / 2 - gap;
    const middleX = left + side / 2,
      middleY = top + tall / 2 - (side < 62 ? 0 : 4);
    const { aspect } = this.#shown.meta,
      place = (x: number, y: number): Pair => [middleX + scale * x, middleY - scale * aspect * y];
    this.#contour(context, place);
    const { values, shape } = this.#shown.arrays.points,
      size = side > 70 ? 1.7 : 1.3;
    const share = this.#shown.arrays.share.values[index];
    context.fillStyle = fade(scoreColour(share, this.#shown.theme), 0.9);
    const step = side > 55 ? 1 : 2;
    for (let k = 0; k < shape[1]; k += step) {
      const at = 2 * (index * shape[1] + k),
        [x, y] = place(values[at], values[at + 1]);
      if (Math.abs(x - middleX) < halfWide && Math.abs(y - middleY) < halfTall)
        context.fillRect(x - size / 2, y - size / 2, size, size);
    }
    if (side < 62) return;
    context.fillStyle = fade(this.#shown.theme.text, 0.85);
    context.font = `${side > 90 ? 12 : 11}px ${this.#shown.theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText(this.#shown.meta.values[index], left + side - gap - 3, top + tall - gap - 1);
    if (count > 1) {
      context.textAlign = "left";
      context.fillStyle = fade(this.#shown.theme.text, 0.5);
      context.fillText(`${count}`, left + gap + 3, top + tall - gap - 1);
    }
  }

  #contour(context: CanvasRenderingContext2D, place: Place) {
    const { values } = this.#shown.arrays.contour,
      ends = this.#shown.arrays.ends.values;
    context.strokeStyle = fade(this.#shown.theme.text, 0.35);
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

  #axes(context: CanvasRenderingContext2D) {
    const { columns, rows, side, tall } = this,
      { meta } = this.#shown,
      bottom = EDGE.top + rows * tall;
    context.fillStyle = fade(this.#shown.theme.text, 0.75);
    context.font = `12px ${this.#shown.theme.font}`;
    const every = Math.ceil(46 / side);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (let k = 0; k < columns; k += every) {
      const share = meta.x.steps > 1 && !meta.x.choices.length ? k / (columns - 1) : (k + 0.5) / columns;
      context.fillText(
        axisWords(meta.x, share),
        EDGE.left + (k + 0.5) * side,
        bottom + 4,
        Math.max(44, every * side - 2),
      );
    }
    context.font = `600 12px ${this.#shown.theme.font}`;
    context.fillText(meta.x.title, EDGE.left + (columns * side) / 2, bottom + 20);
    context.font = `12px ${this.#shown.theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let k = 0; k < rows; k += 1) {
      const share = meta.y.steps > 1 && !meta.y.choices.length ? k / (rows - 1) : (k + 0.5) / rows;
      context.fillText(axisWords(meta.y, share), EDGE.left - 4, bottom - (k + 0.5) * tall, EDGE.left - 22);
    }
    context.save();
    context.translate(9, bottom - (rows * tall) / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.font = `600 12px ${this.#shown.theme.font}`;
    context.fillText(meta.y.title, 0, 0, rows * tall);
    context.restore();
  }

  #ring(context: CanvasRenderingContext2D, key: number | null | undefined, colour: string, width: number) {
    if (key === null || key === undefined) return;
    const [left, top] = this.#corner(key);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(left + 1, top + 1, this.side - 2, this.tall - 2);
  }

  #scale() {
    const context = contextOf(find<HTMLCanvasElement>(this.root, "canvas.ramp"));
    for (let k = 0; k < 128; k += 1) {
      context.fillStyle = fade(scoreColour(k / 127, this.#shown.theme), 1);
      context.fillRect(k, 0, 1, 1);
    }
    find(this.root, ".low").textContent = this.#shown.meta.scale[0];
    find(this.root, ".high").textContent = this.#shown.meta.scale[1];
  }

  #keyAt(event: MouseEvent) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - EDGE.left) / this.side);
    const row = this.rows - 1 - Math.floor((event.clientY - box.top - EDGE.top) / this.tall);
    const key = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && row < this.rows && this.cells.has(key) ? key : null;
  }

  #keyOf(number: number | null) {
    const index = this.#shown.arrays.number.values.indexOf(number ?? -1);
    if (index < 0) return null;
    return (
      partOf(this.#shown.arrays.y.values[index], this.rows) * this.columns +
      partOf(this.#shown.arrays.x.values[index], this.columns)
    );
  }

  #point(key: number | null) {
    if (key === this.pointed) return;
    this.pointed = key;
    this.canvas.style.cursor = key === null ? "default" : "pointer";
    this.redraw();
  }

  #choose(key: number | null | undefined) {
    if (key === null || key === undefined) return;
    const cell = this.cells.get(key);
    if (!cell) return;
    this.chosen = this.#shown.arrays.number.values[cell.index];
    this.redraw();
    this.report?.("trial", this.chosen);
  }

  #onKey(event: KeyboardEvent) {
    const steps: Partial<Record<string, Pair>> = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, 1],
        ArrowDown: [0, -1],
      },
      step = steps[event.key];
    if (event.key === "Enter" || event.key === " ") this.#choose(this.pointed);
    else if (step) this.#move(...step);
    else return;
    event.preventDefault();
  }

  /** To the nearest filled cell in a direction. */
  #move(across: number, up: number) {
    const from = this.pointed ?? this.#keyOf(this.chosen) ?? [...this.cells.keys()][0];
    if (from === undefined) return;
    const row = Math.floor(from / this.columns),
      column = from % this.columns;
    const cost = (key: number) => {
      const right = (key % this.columns) - column,
        above = Math.floor(key / this.columns) - row;
      const ahead = right * across + above * up,
        aside = Math.abs(right * up) + Math.abs(above * across);
      return ahead > 0 ? ahead + 3 * aside : Infinity;
    };
    const next = [...this.cells.keys()].reduce((a, b) => (cost(b) < cost(a) ? b : a), from);
    if (cost(next) < Infinity) this.#point(next);
  }

  #say() {
    const key = this.pointed ?? this.#keyOf(this.chosen);
    const cell = key === null || key === undefined ? null : this.cells.get(key);
    const text = cell
      ? this.#shown.meta.words[cell.index] + (cell.count > 1 ? ` · best of ${cell.count} here` : "")
      : this.#shown.meta.hint;
    if (this.words.textContent !== text) this.words.textContent = text;
  }

  stop() {
    this.sheet.stop();
  }
}
