// Small multiples: each cell the B(z) cloud of the best trial in its part of the plane of two settings.

import type { Mounting, Tell } from "../core/mount.ts";
import type { Pair, Theme } from "../core/types.ts";
import { Sheet } from "../canvas/plane.ts";
import { contextOf, fade, readTheme } from "../core/theme.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { EDGE, drawAxes, drawCell } from "./drawing.ts";
import { find, setData } from "../core/dom.ts";
import { type MosaicMeta, type MosaicArrays, type Cell, scoreColour, partOf, cellsOf } from "./cells.ts";

const CELL = 84;
const LEAST_CELL = 40;
const MOST_SIDE = 14;

// CSS pixels, and cells a side

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
  columns = 0;
  rows = 0;
  side = 0;
  tall = 0;
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
    const { x, y } = this.#shown.meta;
    const { width } = this.sheet;
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
    const shown = { ...study, theme };
    this.#arrange();
    const context = this.sheet.begin();
    drawAxes(context, this, shown);
    for (const [key, cell] of this.cells) drawCell(context, this.#corner(key), cell, this, shown);
    this.#ring(context, this.#keyOf(this.chosen), fade(theme.text, 0.95), 2);
    this.#ring(context, this.pointed, fade(theme.primary, 1), 2);
    this.#scale();
    const { title, trials, x, y } = study.meta;
    this.canvas.setAttribute(
      "aria-label",
      `${trials} trials over ${x.title} and ${y.title}, coloured by ${title}. Arrow keys move, Enter chooses.`,
    );
    this.#say();
    setData(this.root, "cells", this.cells.size);
    setData(this.root, "trials", trials);
  }

  #corner(key: number): Pair {
    const row = Math.floor(key / this.columns);
    const column = key % this.columns;
    return [EDGE.left + column * this.side, EDGE.top + (this.rows - 1 - row) * this.tall];
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
    };
    const step = steps[event.key];
    if (event.key === "Enter" || event.key === " ") this.#choose(this.pointed);
    else if (step) this.#move(...step);
    else return;
    event.preventDefault();
  }

  /** To the nearest filled cell in a direction. */
  #move(across: number, up: number) {
    const from = this.pointed ?? this.#keyOf(this.chosen) ?? [...this.cells.keys()][0];
    if (from === undefined) return;
    const row = Math.floor(from / this.columns);
    const column = from % this.columns;
    const cost = (key: number) => {
      const right = (key % this.columns) - column;
      const above = Math.floor(key / this.columns) - row;
      const ahead = right * across + above * up;
      const aside = Math.abs(right * up) + Math.abs(above * across);
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
