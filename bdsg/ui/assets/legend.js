// What a saved picture says below the plane: its layers, each with its mark, and what was run.

const FOOT = { line: 20, gap: 18, mark: 16, font: 12 }; // pixels

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

/** A layer's name without markup: p_x for a subscript. */
function plainWords(html) {
  const holder = make("span", { html: html.replace(/<sub>/g, "_") });
  return holder.textContent;
}

/** The layers that are on, as {name, words}, read from the buttons of a legend. */
function shownLayers(root) {
  const buttons = [...root.querySelectorAll('.legend .layer[data-layer][aria-pressed="true"]')];
  return buttons.map((button) => ({ name: button.dataset.layer, words: plainWords(button.lastChild.innerHTML) }));
}

/** Lines of {name, words, left} that fit into `width`. */
function legendLines(context, items, width, font) {
  const lines = [[]];
  let left = 0;
  context.font = font;
  for (const item of items) {
    const wide = FOOT.mark + context.measureText(item.words).width;
    if (left > 0 && left + wide > width) { lines.push([]); left = 0; }
    lines.at(-1).push({ ...item, left });
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
function pictureFoot(context, items, parts, width, theme) {
  const font = `${FOOT.font}px ${theme.font}`, room = width - MARGIN.left - MARGIN.right;
  context.font = font;
  const legend = items.length ? legendLines(context, items, room, font) : [];
  const caption = captionLines(context, parts, room);
  const draw = (target, top) => {
    let y = top + FOOT.line / 2;
    for (const line of legend) {
      for (const { name, words, left } of line) {
        LEGEND_MARKS[name]?.(target, MARGIN.left + left + 6, y, theme);
        Object.assign(target, { font, textAlign: "left", textBaseline: "middle", fillStyle: fade(theme.text, 0.9) });
        target.fillText(words, MARGIN.left + left + FOOT.mark, y);
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
