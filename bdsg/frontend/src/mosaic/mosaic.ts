// Small multiples: each cell the B(z) cloud of the best trial in its part of the plane of two settings.

import { Sheet } from "../canvas/plane.ts";
import { blend, fade, readTheme } from "../core/theme.ts";
import { grouped, rounded, setting } from "../core/format.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { setData } from "../core/dom.ts";

const CELL = 84, LEAST_CELL = 40, MOST_SIDE = 14; // CSS pixels, and cells a side
const EDGE = { left: 54, bottom: 38, top: 4, right: 4 };

/** Poor to good: orange, grey, blue; both ends stand out on light and on dark pages, whatever the reader's colour vision. */
export function scoreColour(share: number, theme: Theme) {
  const ends = theme.dark ? [[255, 150, 50], [120, 125, 135], [94, 178, 255]] : [[214, 94, 0], [150, 155, 165], [0, 92, 175]];
  return share < 0.5 ? blend(ends[0], ends[1], 2 * share) : blend(ends[1], ends[2], 2 * share - 1);
}

/** Which of `count` equal parts of 0..1 a share lies in. */
function partOf(share: number, count: number) {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** The best trial of each cell, and how many it holds: {key: {index, count}}; `rank` is less for better. */
export function cellsOf(x: Numbers, y: Numbers, rank: Numbers, columns: number, rows: number) {
  const cells = new Map();
  for (let k = 0; k < rank.length; k += 1) {
    const key = partOf(y[k], rows) * columns + partOf(x[k], columns), known = cells.get(key);
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
  constructor(parent: ParentNode) {
    this.root = parent.querySelector(".bdsg");
    this.canvas = this.root.querySelector("canvas.cells");
    this.words = this.root.querySelector(".mosaic-words");
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
      const { arrays, meta } = readTensors(bytes);
      Object.assign(this, { arrays, meta, pointed: null });
      this.chosen ??= meta.chosen;
    }
    this.redraw();
  }

  /** Columns and rows: one for each value where there are few, else as many as there is room for. */
  #arrange() {
    const { x, y } = this.meta, { width } = this.sheet;
    const room = width - EDGE.left - EDGE.right;
    this.columns = x.steps || Math.min(MOST_SIDE, Math.max(4, Math.floor(room / CELL)));
    this.side = room / this.columns;
    this.tall = Math.max(LEAST_CELL, this.side * Math.min(1, Math.max(0.6, this.meta.aspect)));
    this.rows = y.steps || Math.min(this.columns, Math.max(4, Math.floor(620 / this.tall)));
    const height = `${Math.ceil(this.rows * this.tall + EDGE.top + EDGE.bottom)}px`;
    const plane = this.canvas.parentElement;
    if (plane.style.height !== height) plane.style.height = height;
    const { x: across, y: up, rank } = this.arrays;
    this.cells = cellsOf(across.values, up.values, rank.values, this.columns, this.rows);
  }

  redraw() {
    if (!this.meta || !this.sheet.width) return;
    this.#arrange();
    const context = this.sheet.begin();
    this.#axes(context);
    for (const [key, cell] of this.cells) this.#cell(context, key, cell);
    this.#ring(context, this.#keyOf(this.chosen), fade(this.theme.text, 0.95), 2);
    this.#ring(context, this.pointed, fade(this.theme.primary, 1), 2);
    this.#scale();
    const { title } = this.meta;
    this.canvas.setAttribute("aria-label", `${this.meta.trials} trials over ${this.meta.x.title} and ${this.meta.y.title}, coloured by ${title}. Arrow keys move, Enter chooses.`);
    this.#say();
    setData(this.root, "cells", this.cells.size);
    setData(this.root, "trials", this.meta.trials);
  }

  #corner(key: number) {
    const row = Math.floor(key / this.columns), column = key % this.columns;
    return [EDGE.left + column * this.side, EDGE.top + (this.rows - 1 - row) * this.tall];
  }

  #cell(context: CanvasRenderingContext2D, key: number, { index, count }: Cell) {
    const [left, top] = this.#corner(key), { side, tall } = this, gap = side > 60 ? 2 : 1;
    context.fillStyle = fade(this.theme.text, 0.045);
    context.fillRect(left + gap, top + gap, side - 2 * gap, tall - 2 * gap);
    const inset = 2 * gap + 1, scale = this.meta.zoom * Math.min((side - 2 * inset) / 65535, (tall - 2 * inset) / (65535 * this.meta.aspect));
    const halfWide = side / 2 - gap, halfTall = tall / 2 - gap;
    const middleX = left + side / 2, middleY = top + tall / 2 - (side < 62 ? 0 : 4);
    const place = (x: Numbers, y: Numbers) => [middleX + scale * x, middleY - scale * this.meta.aspect * y];
    this.#contour(context, place);
    const { values, shape } = this.arrays.points, size = side > 70 ? 1.7 : 1.3;
    const share = this.arrays.share.values[index];
    context.fillStyle = fade(scoreColour(share, this.theme), 0.9);
    const step = side > 55 ? 1 : 2;
    for (let k = 0; k < shape[1]; k += step) {
      const at = 2 * (index * shape[1] + k), [x, y] = place(values[at], values[at + 1]);
      if (Math.abs(x - middleX) < halfWide && Math.abs(y - middleY) < halfTall) context.fillRect(x - size / 2, y - size / 2, size, size);
    }
    if (side < 62) return;
    context.fillStyle = fade(this.theme.text, 0.85);
    context.font = `${side > 90 ? 12 : 11}px ${this.theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText(this.meta.values[index], left + side - gap - 3, top + tall - gap - 1);
    if (count > 1) {
      context.textAlign = "left";
      context.fillStyle = fade(this.theme.text, 0.5);
      context.fillText(`${count}`, left + gap + 3, top + tall - gap - 1);
    }
  }

  #contour(context: CanvasRenderingContext2D, place) {
    const { values } = this.arrays.contour, ends = this.arrays.ends.values;
    context.strokeStyle = fade(this.theme.text, 0.35);
    context.lineWidth = 1;
    context.beginPath();
    for (let line = 0, from = 0; line < ends.length; from = ends[line], line += 1) {
      for (let k = from; k < ends[line]; k += 1) {
        const [x, y] = place(values[2 * k], values[2 * k + 1]);
        if (k === from) context.moveTo(x, y); else context.lineTo(x, y);
      }
    }
    context.stroke();
  }

  #axes(context: CanvasRenderingContext2D) {
    const { columns, rows, side, tall, meta } = this, bottom = EDGE.top + rows * tall;
    context.fillStyle = fade(this.theme.text, 0.75);
    context.font = `12px ${this.theme.font}`;
    const every = Math.ceil(46 / side);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (let k = 0; k < columns; k += every) {
      const share = meta.x.steps > 1 && !meta.x.choices.length ? k / (columns - 1) : (k + 0.5) / columns;
      context.fillText(axisWords(meta.x, share), EDGE.left + (k + 0.5) * side, bottom + 4, Math.max(44, every * side - 2));
    }
    context.font = `600 12px ${this.theme.font}`;
    context.fillText(meta.x.title, EDGE.left + columns * side / 2, bottom + 20);
    context.font = `12px ${this.theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let k = 0; k < rows; k += 1) {
      const share = meta.y.steps > 1 && !meta.y.choices.length ? k / (rows - 1) : (k + 0.5) / rows;
      context.fillText(axisWords(meta.y, share), EDGE.left - 4, bottom - (k + 0.5) * tall, EDGE.left - 22);
    }
    context.save();
    context.translate(9, bottom - rows * tall / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.font = `600 12px ${this.theme.font}`;
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
    const ramp = this.root.querySelector("canvas.ramp"), context = ramp.getContext("2d");
    for (let k = 0; k < 128; k += 1) {
      context.fillStyle = fade(scoreColour(k / 127, this.theme), 1);
      context.fillRect(k, 0, 1, 1);
    }
    this.root.querySelector(".low").textContent = this.meta.scale[0];
    this.root.querySelector(".high").textContent = this.meta.scale[1];
  }

  #keyAt(event: MouseEvent) {
    if (!this.cells) return null;
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - EDGE.left) / this.side);
    const row = this.rows - 1 - Math.floor((event.clientY - box.top - EDGE.top) / this.tall);
    const key = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && row < this.rows && this.cells.has(key) ? key : null;
  }

  #keyOf(number: number) {
    const index = this.arrays.number.values.indexOf(number);
    if (index < 0) return null;
    return partOf(this.arrays.y.values[index], this.rows) * this.columns + partOf(this.arrays.x.values[index], this.columns);
  }

  #point(key: number | null) {
    if (key === this.pointed) return;
    this.pointed = key;
    this.canvas.style.cursor = key === null ? "default" : "pointer";
    this.redraw();
  }

  #choose(key: number | null | undefined) {
    if (key === null || key === undefined) return;
    this.chosen = this.arrays.number.values[this.cells.get(key).index];
    this.redraw();
    this.report("trial", this.chosen);
  }

  #onKey(event: KeyboardEvent) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key === "Enter" || event.key === " ") this.#choose(this.pointed);
    else if (steps[event.key]) this.#move(...steps[event.key]);
    else return;
    event.preventDefault();
  }

  /** To the nearest filled cell in a direction. */
  #move(across: number, up: number) {
    const from = this.pointed ?? this.#keyOf(this.chosen) ?? [...this.cells.keys()][0];
    if (from === undefined) return;
    const row = Math.floor(from / this.columns), column = from % this.columns;
    const cost = (key: number | null | undefined) => {
      const right = key % this.columns - column, above = Math.floor(key / this.columns) - row;
      const ahead = right * across + above * up, aside = Math.abs(right * up) + Math.abs(above * across);
      return ahead > 0 ? ahead + 3 * aside : Infinity;
    };
    const next = [...this.cells.keys()].reduce((a, b) => (cost(b) < cost(a) ? b : a), from);
    if (cost(next) < Infinity) this.#point(next);
  }

  #say() {
    const key = this.pointed ?? this.#keyOf(this.chosen);
    const cell = key === null || key === undefined ? null : this.cells.get(key);
    const text = cell ? this.meta.words[cell.index] + (cell.count > 1 ? ` · best of ${cell.count} here` : "") : this.meta.hint;
    if (this.words.textContent !== text) this.words.textContent = text;
  }

  stop() {
    this.sheet.stop();
  }
}
