// What a saved picture says below the plane: its layers, each with its mark, and what was run.

import { MARGIN } from "./plane.ts";
import { SHAPES, paint } from "./marks.ts";
import { fade } from "../core/theme.ts";
import { make } from "../core/dom.ts";

const FOOT = { line: 20, gap: 18, mark: 16, font: 12, small: 9, lower: 3 }; // pixels

/** One mark of a layer around (x, y), as the layer is drawn. */
const LEGEND_MARKS = {
  data: (c, x, y, theme) => legendShape(c, "dot", x, y, 2.6, { fill: fade(theme.data, 1) }),
  own: (c, x, y, theme) => legendShape(c, "square", x, y, 3, { stroke: fade(theme.text, 1), width: 1.2 }),
  model: (c, x, y, theme) => legendShape(c, "cross", x, y, 3.4, { stroke: fade(theme.model, 1), width: 1.6 }),
  boundary: (c, x, y, theme) => legendShape(c, "diamond", x, y, 4.2, { stroke: fade(theme.boundary, 1), width: 1.5 }),
  rays: (c, x, y, theme) => legendShape(c, "triangle", x, y, 4.4, { stroke: fade(theme.model, 1), width: 1.5 }),
  truth: (c, x, y, theme) => legendLine(c, x, y, { stroke: fade(theme.text, 1), width: 1.8 }),
  contour: (c, x, y, theme) => legendLine(c, x, y, { stroke: fade(theme.text, 1), width: 1.8, dash: [4.4, 3] }),
  gaps: (c, x, y, theme) => legendLine(c, x, y, { stroke: fade(theme.miss, 1), width: 3.2, dash: [4.4, 2.6] }),
  warp: (c, x, y, theme) => legendLine(c, x, y, { stroke: fade(theme.model, 1), width: 0.9 }),
  heat: (c, x, y, theme) => legendBox(c, x, y, fade(theme.heat, 1)),
  band: (c, x, y, theme) => legendBox(c, x, y, fade(theme.boundary, 0.25)),
};

function legendShape(context, shape, x, y, radius, style) {
  context.beginPath();
  SHAPES[shape](context, x, y, radius);
  paint(context, style);
}

function legendLine(context, x, y, style) {
  context.beginPath();
  context.moveTo(x - 6, y);
  context.lineTo(x + 6, y);
  paint(context, style);
}

function legendBox(context, x, y, fill) {
  context.fillStyle = fill;
  context.fillRect(x - 5, y - 5, 10, 10);
}

const LOWERED = "\u0001"; // before each letter of a subscript

/** A layer's name without markup. */
function plainWords(html) {
  return make("span", { html: html.replace(/<sub>(\w)/g, `${LOWERED}$1`) }).textContent;
}

/** Words in pieces {text, lowered, left}, and how wide they are: subscripts are small and lower. */
function piecesOf(context, words, family) {
  let width = 0;
  const pieces = words.split(/(\u0001.)/).filter(Boolean).map((part) => {
    const lowered = part.startsWith(LOWERED), text = lowered ? part.slice(1) : part, left = width;
    context.font = pieceFont(lowered, family);
    width += context.measureText(text).width;
    return { text, lowered, left };
  });
  return { pieces, width };
}

function pieceFont(lowered, family) {
  return `${lowered ? FOOT.small : FOOT.font}px ${family}`;
}

/** The layers that are on, as {name, words}, read from the buttons of a legend. */
export function shownLayers(root) {
  const buttons = [...root.querySelectorAll('.legend .layer[data-layer][aria-pressed="true"]')];
  return buttons.map((button) => ({ name: button.dataset.layer, words: plainWords(button.lastChild.innerHTML) }));
}

/** Lines of {name, pieces, left} that fit into `width`. */
function legendLines(context, items, width, family) {
  const lines = [[]];
  let left = 0;
  for (const item of items) {
    const { pieces, width: long } = piecesOf(context, item.words, family), wide = FOOT.mark + long;
    if (left > 0 && left + wide > width) { lines.push([]); left = 0; }
    lines.at(-1).push({ name: item.name, pieces, left });
    left += wide + FOOT.gap;
  }
  return lines;
}

/** A text in lines of at most `width`, broken between its parts. */
function captionLines(context, parts, width) {
  const lines = [""];
  for (const part of parts) {
    const longer = lines.at(-1) ? `${lines.at(-1)} · ${part}` : part;
    if (lines.at(-1) && context.measureText(longer).width > width) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines.filter(Boolean);
}

/** The foot of a picture `width` wide: {height, draw(context, top)}. */
export function pictureFoot(context, items, parts, width, theme) {
  const font = `${FOOT.font}px ${theme.font}`, room = width - MARGIN.left - MARGIN.right;
  context.font = font;
  const legend = items.length ? legendLines(context, items, room, theme.font) : [];
  context.font = font;
  const caption = captionLines(context, parts, room);
  const draw = (target, top) => {
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
