// What a saved picture says below the plane: its layers, each with its mark, and what was run.

import type { Paint, Pen, Theme } from "../core/types.ts";
import { MARGIN } from "./plane.ts";
import { SHAPES, type ShapeName, paint } from "./shapes.ts";
import { fade } from "../core/theme.ts";
import { make } from "../core/dom.ts";

const FOOT = { line: 20, gap: 18, mark: 16, font: 12, small: 9, lower: 3 }; // pixels

/** One mark of a layer around (x, y), as the layer is drawn. */
type Mark = (c: Pen, x: number, y: number, theme: Theme) => void;
const LEGEND_MARKS: Record<string, Mark> = {
  data: (c: Pen, x: number, y: number, theme: Theme) => legendShape(c, "dot", x, y, 2.6, { fill: fade(theme.data, 1) }),
  own: (c: Pen, x: number, y: number, theme: Theme) =>
    legendShape(c, "square", x, y, 3, { stroke: fade(theme.text, 1), width: 1.2 }),
  model: (c: Pen, x: number, y: number, theme: Theme) =>
    legendShape(c, "cross", x, y, 3.4, { stroke: fade(theme.model, 1), width: 1.6 }),
  boundary: (c: Pen, x: number, y: number, theme: Theme) =>
    legendShape(c, "diamond", x, y, 4.2, { stroke: fade(theme.boundary, 1), width: 1.5 }),
  rays: (c: Pen, x: number, y: number, theme: Theme) =>
    legendShape(c, "triangle", x, y, 4.4, { stroke: fade(theme.model, 1), width: 1.5 }),
  truth: (c: Pen, x: number, y: number, theme: Theme) =>
    legendLine(c, x, y, { stroke: fade(theme.text, 1), width: 1.8 }),
  contour: (c: Pen, x: number, y: number, theme: Theme) =>
    legendLine(c, x, y, { stroke: fade(theme.text, 1), width: 1.8, dash: [4.4, 3] }),
  gaps: (c: Pen, x: number, y: number, theme: Theme) =>
    legendLine(c, x, y, { stroke: fade(theme.miss, 1), width: 3.2, dash: [4.4, 2.6] }),
  warp: (c: Pen, x: number, y: number, theme: Theme) =>
    legendLine(c, x, y, { stroke: fade(theme.model, 1), width: 0.9 }),
  heat: (c: Pen, x: number, y: number, theme: Theme) => legendBox(c, x, y, fade(theme.heat, 1)),
  band: (c: Pen, x: number, y: number, theme: Theme) => legendBox(c, x, y, fade(theme.boundary, 0.25)),
};

function legendShape(context: Pen, shape: ShapeName, x: number, y: number, radius: number, style: Paint) {
  context.beginPath();
  SHAPES[shape](context, x, y, radius);
  paint(context, style);
}

function legendLine(context: Pen, x: number, y: number, style: Paint) {
  context.beginPath();
  context.moveTo(x - 6, y);
  context.lineTo(x + 6, y);
  paint(context, style);
}

function legendBox(context: Pen, x: number, y: number, fill: string) {
  context.fillStyle = fill;
  context.fillRect(x - 5, y - 5, 10, 10);
}

const LOWERED = "\u0001"; // before each letter of a subscript

/** A layer in the legend of a picture. */
export interface LegendItem {
  name: string;
  words: string;
}

/** A layer's name without markup. */
function plainWords(html: string) {
  return make("span", { html: html.replace(/<sub>(\w)/g, `${LOWERED}$1`) }).textContent;
}

interface Piece {
  text: string;
  lowered: boolean;
  left: number;
}

/** Words in pieces {text, lowered, left}, and how wide they are: subscripts are small and lower. */
function piecesOf(context: Pen, words: string, family: string) {
  let width = 0;
  const pieces = words
    .split(/(\u0001.)/)
    .filter(Boolean)
    .map((part) => {
      const lowered = part.startsWith(LOWERED);
      const text = lowered ? part.slice(1) : part;
      const left = width;
      context.font = pieceFont(lowered, family);
      width += context.measureText(text).width;
      return { text, lowered, left };
    });
  return { pieces, width };
}

function pieceFont(lowered: boolean, family: string) {
  return `${lowered ? FOOT.small : FOOT.font}px ${family}`;
}

/** The layers that are on, as {name, words}, read from the buttons of a legend. */
export function shownLayers(root: HTMLElement) {
  const buttons = [...root.querySelectorAll<HTMLElement>('.legend .layer[data-layer][aria-pressed="true"]')];
  return buttons.map((button) => ({
    name: button.dataset.layer ?? "",
    words: plainWords(button.lastElementChild?.innerHTML ?? ""),
  }));
}

/** Lines of {name, pieces, left} that fit into `width`. */
function legendLines(context: Pen, items: LegendItem[], width: number, family: string) {
  interface Placed {
    name: string;
    pieces: Piece[];
    left: number;
  }
  const lines: Placed[][] = [[]];
  let left = 0;
  for (const item of items) {
    const { pieces, width: long } = piecesOf(context, item.words, family);
    const wide = FOOT.mark + long;
    if (left > 0 && left + wide > width) {
      lines.push([]);
      left = 0;
    }
    lines[lines.length - 1].push({ name: item.name, pieces, left });
    left += wide + FOOT.gap;
  }
  return lines;
}

/** A text in lines of at most `width`, broken between its parts. */
function captionLines(context: Pen, parts: string[], width: number) {
  const lines = [""];
  for (const part of parts) {
    const last = lines[lines.length - 1];
    const longer = last ? `${last} · ${part}` : part;
    if (last && context.measureText(longer).width > width) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines.filter(Boolean);
}

/** The foot of a picture `width` wide: {height, draw(context, top)}. */
/** What stands below a picture: how high it is, and what draws it. */
export interface Foot {
  height: number;
  draw(context: Pen, top: number): void;
}

export function pictureFoot(context: Pen, items: LegendItem[], parts: string[], width: number, theme: Theme): Foot {
  const font = `${FOOT.font}px ${theme.font}`;
  const room = width - MARGIN.left - MARGIN.right;
  context.font = font;
  const legend = items.length ? legendLines(context, items, room, theme.font) : [];
  context.font = font;
  const caption = captionLines(context, parts, room);
  const draw = (target: Pen, top: number) => {
    let y = top + FOOT.line / 2;
    for (const line of legend) {
      for (const { name, pieces, left } of line) {
        LEGEND_MARKS[name]?.(target, MARGIN.left + left + 6, y, theme);
        Object.assign(target, { textAlign: "left", textBaseline: "middle", fillStyle: fade(theme.text, 0.9) });
        for (const piece of pieces) {
          target.font = pieceFont(piece.lowered, theme.font);
          target.fillText(piece.text, MARGIN.left + left + FOOT.mark + piece.left, piece.lowered ? y + FOOT.lower : y);
        }
      }
      y += FOOT.line;
    }
    for (const line of caption) {
      Object.assign(target, { font, textAlign: "left", textBaseline: "middle", fillStyle: fade(theme.text, 0.65) });
      target.fillText(line, MARGIN.left, y);
      y += FOOT.line;
    }
  };
  const lines = legend.length + caption.length;
  return { height: lines ? FOOT.line * lines + 8 : 0, draw };
}
