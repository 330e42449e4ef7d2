// A drawing context that writes SVG: as much of the canvas's as the drawing functions use.



const ANCHORS = { left: "start", center: "middle", right: "end" };
const BASELINES = { top: "0.8em", middle: "0.35em", bottom: "-0.2em", alphabetic: "0" };

/** At most hundredths of a pixel. */
export function short(value) {
  return String(Math.round(value * 100) / 100);
}

function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}

/** ` fill="rgb(1,2,3)" fill-opacity="0.5"` from a colour of fade(). */
function colourAttributes(name, colour) {
  const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.e-]+)\)$/.exec(colour);
  if (!parts) return ` ${name}="${escaped(colour)}"`;
  const opacity = Number(parts[4]) < 1 ? ` ${name}-opacity="${short(Number(parts[4]))}"` : "";
  return ` ${name}="rgb(${parts[1]},${parts[2]},${parts[3]})"${opacity}`;
}

export class SvgContext {
  constructor(width, height) {
    Object.assign(this, { width, height, isVector: true, parts: [], path: "", clips: 0, stack: [] });
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, lineCap: "butt", lineJoin: "miter", dash: [] });
    Object.assign(this, { font: "12px sans-serif", textAlign: "left", textBaseline: "alphabetic", globalAlpha: 1, open: 0 });
  }

  save() {
    const { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, dash, font, textAlign, textBaseline, globalAlpha } = this;
    this.stack.push({ fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, dash, font, textAlign, textBaseline, globalAlpha, open: this.open });
  }

  restore() {
    const before = this.stack.pop();
    if (!before) return;
    for (; this.open > before.open; this.open -= 1) this.parts.push("</g>");
    Object.assign(this, before);
  }

  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${short(x)} ${short(y)}`; }
  lineTo(x, y) { this.path += `${this.path ? "L" : "M"}${short(x)} ${short(y)}`; }
  closePath() { this.path += "Z"; }
  rect(x, y, width, height) { this.path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`; }

  /** A whole circle: no picture of ours has less. */
  arc(x, y, r) {
    const half = `a${short(r)} ${short(r)} 0 1 0 `;
    this.path += `M${short(x + r)} ${short(y)}${half}${short(-2 * r)} 0${half}${short(2 * r)} 0`;
  }

  /** A whole ellipse, turned by `turn` radians. */
  ellipse(x, y, along, across, turn) {
    const [dx, dy] = [along * Math.cos(turn), along * Math.sin(turn)], degrees = short((turn * 180) / Math.PI);
    const half = (side) => `a${short(along)} ${short(across)} ${degrees} 1 0 ${short(-2 * side * dx)} ${short(-2 * side * dy)}`;
    this.path += `M${short(x + dx)} ${short(y + dy)}${half(1)}${half(-1)}`;
  }

  setLineDash(dash) { this.dash = dash; }

  /** Until the next restore(). */
  translate(x, y) {
    this.open += 1;
    this.parts.push(`<g transform="translate(${short(x)} ${short(y)})">`);
  }

  clip() {
    this.clips += 1;
    this.open += 1;
    this.parts.push(`<clipPath id="c${this.clips}"><path d="${this.path}"/></clipPath><g clip-path="url(#c${this.clips})">`);
  }

  fill(rule) {
    const evenOdd = rule === "evenodd" ? ' fill-rule="evenodd"' : "";
    this.parts.push(`<path d="${this.path}"${colourAttributes("fill", this.fillStyle)}${evenOdd}/>`);
  }

  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    const line = ` stroke-width="${this.lineWidth}" stroke-linejoin="${this.lineJoin}" stroke-linecap="${this.lineCap}"${dash}`;
    this.parts.push(`<path d="${this.path}" fill="none"${colourAttributes("stroke", this.strokeStyle)}${line}/>`);
  }

  #box(draw, [x, y, width, height]) {
    const before = this.path;
    this.path = "";
    this.rect(x, y, width, height);
    draw();
    this.path = before;
  }

  fillRect(...box) { this.#box(() => this.fill(), box); }
  strokeRect(...box) { this.#box(() => this.stroke(), box); }

  #text(text, x, y, paint) {
    const place = `x="${short(x)}" y="${short(y)}" dy="${BASELINES[this.textBaseline]}" text-anchor="${ANCHORS[this.textAlign]}"`;
    this.parts.push(`<text ${place} style="font:${escaped(this.font)}"${paint}>${escaped(text)}</text>`);
  }

  fillText(text, x, y) {
    this.#text(text, x, y, colourAttributes("fill", this.fillStyle));
  }

  /** About the width of a text: half an em a letter, a little more where it is bold. */
  measureText(text) {
    const [, weight, size] = /^(\d+ )?(?:italic )?([\d.]+)px/.exec(this.font) ?? [null, null, 12];
    return { width: text.length * size * (weight ? 0.58 : 0.52) };
  }

  strokeText(text, x, y) {
    const line = ` stroke-width="${this.lineWidth}" stroke-linejoin="${this.lineJoin}"`;
    this.#text(text, x, y, ` fill="none"${colourAttributes("stroke", this.strokeStyle)}${line}`);
  }

  /** A picture of pixels, such as the heat map, is taken along as it is. */
  drawImage(canvas, x, y, width, height) {
    const place = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
    const opacity = this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : "";
    this.parts.push(`<image ${place}${opacity} preserveAspectRatio="none" href="${canvas.toDataURL("image/png")}"/>`);
  }

  text() {
    const size = `width="${short(this.width)}" height="${short(this.height)}" viewBox="0 0 ${short(this.width)} ${short(this.height)}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${this.parts.join("\n")}${"</g>".repeat(this.open)}</svg>`;
  }
}

/** The sheet with its drawing sent to `context`, which writes SVG; layers of pixels go along as pictures. */
export function vectorSheet(sheet, context) {
  return Object.assign(Object.create(sheet), { context, put: (canvas) => context.drawImage(canvas, 0, 0, sheet.width, sheet.height) });
}
