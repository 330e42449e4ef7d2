// A drawing context that writes SVG: as much of the canvas's as the drawing functions use.

import type { Sheet } from "../canvas/plane.ts";
import type { Pen } from "../core/types.ts";
/** What save() keeps, and restore() brings back. */
const KEPT = [
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "lineCap",
  "lineJoin",
  "font",
  "textAlign",
  "textBaseline",
  "globalAlpha",
] as const;
type Saved = Pick<SvgContext, (typeof KEPT)[number]> & { dash: number[]; open: number };
type Box = [number, number, number, number];

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { left: "start", center: "middle", right: "end" };
const BASELINES: Partial<Record<CanvasTextBaseline, string>> = {
  top: "0.8em",
  middle: "0.35em",
  bottom: "-0.2em",
  alphabetic: "0",
};

/** At most hundredths of a pixel. */
export function short(value: number) {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}

/** ` fill="rgb(1,2,3)" fill-opacity="0.5"` from a colour of fade(). */
function colourAttributes(name: string, colour: string) {
  const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.e-]+)\)$/.exec(colour);
  if (!parts) return ` ${name}="${escaped(colour)}"`;
  const opacity = Number(parts[4]) < 1 ? ` ${name}-opacity="${short(Number(parts[4]))}"` : "";
  return ` ${name}="rgb(${parts[1]},${parts[2]},${parts[3]})"${opacity}`;
}

export class SvgContext {
  readonly isVector = true;
  readonly width: number;
  readonly height: number;
  parts: string[] = [];
  fillStyle: string | CanvasGradient | CanvasPattern = "#000";
  strokeStyle: string | CanvasGradient | CanvasPattern = "#000";
  lineWidth = 1;
  lineCap: CanvasLineCap = "butt";
  lineJoin: CanvasLineJoin = "miter";
  font = "12px sans-serif";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  globalAlpha = 1;
  private dash: number[] = [];
  private path = "";
  private clips = 0;
  private open = 0;
  private stack: Saved[] = [];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  save() {
    this.stack.push(
      Object.fromEntries([...KEPT, "dash", "open"].map((name) => [name, this[name as keyof this]])) as unknown as Saved,
    );
  }

  restore() {
    const before = this.stack.pop();
    if (!before) return;
    for (; this.open > before.open; this.open -= 1) this.parts.push("</g>");
    Object.assign(this, before);
  }

  beginPath() {
    this.path = "";
  }
  moveTo(x: number, y: number) {
    this.path += `M${short(x)} ${short(y)}`;
  }
  lineTo(x: number, y: number) {
    this.path += `${this.path ? "L" : "M"}${short(x)} ${short(y)}`;
  }
  closePath() {
    this.path += "Z";
  }
  rect(x: number, y: number, width: number, height: number) {
    this.path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  /** A whole circle: no picture of ours has less. */
  arc(x: number, y: number, r: number, _from?: number, _to?: number) {
    const half = `a${short(r)} ${short(r)} 0 1 0 `;
    this.path += `M${short(x + r)} ${short(y)}${half}${short(-2 * r)} 0${half}${short(2 * r)} 0`;
  }

  /** A whole ellipse, turned by `turn` radians. */
  ellipse(x: number, y: number, along: number, across: number, turn: number, _from?: number, _to?: number) {
    const [dx, dy] = [along * Math.cos(turn), along * Math.sin(turn)];
    const degrees = short((turn * 180) / Math.PI);
    const half = (side: number) =>
      `a${short(along)} ${short(across)} ${degrees} 1 0 ${short(-2 * side * dx)} ${short(-2 * side * dy)}`;
    this.path += `M${short(x + dx)} ${short(y + dy)}${half(1)}${half(-1)}`;
  }

  setLineDash(dash: number[]) {
    this.dash = dash;
  }

  /** Until the next restore(). */
  translate(x: number, y: number) {
    this.open += 1;
    this.parts.push(`<g transform="translate(${short(x)} ${short(y)})">`);
  }

  clip() {
    this.clips += 1;
    this.open += 1;
    this.parts.push(
      `<clipPath id="c${this.clips}"><path d="${this.path}"/></clipPath><g clip-path="url(#c${this.clips})">`,
    );
  }

  fill(rule?: CanvasFillRule) {
    const evenOdd = rule === "evenodd" ? ' fill-rule="evenodd"' : "";
    this.parts.push(`<path d="${this.path}"${colourAttributes("fill", String(this.fillStyle))}${evenOdd}/>`);
  }

  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    const line = ` stroke-width="${this.lineWidth}" stroke-linejoin="${this.lineJoin}" stroke-linecap="${this.lineCap}"${dash}`;
    this.parts.push(
      `<path d="${this.path}" fill="none"${colourAttributes("stroke", String(this.strokeStyle))}${line}/>`,
    );
  }

  #box(draw: () => void, [x, y, width, height]: Box) {
    const before = this.path;
    this.path = "";
    this.rect(x, y, width, height);
    draw();
    this.path = before;
  }

  fillRect(...box: Box) {
    this.#box(() => this.fill(), box);
  }
  strokeRect(...box: Box) {
    this.#box(() => this.stroke(), box);
  }

  #text(text: string, x: number, y: number, paint: string) {
    const place = `x="${short(x)}" y="${short(y)}" dy="${BASELINES[this.textBaseline]}" text-anchor="${ANCHORS[this.textAlign]}"`;
    this.parts.push(`<text ${place} style="font:${escaped(this.font)}"${paint}>${escaped(text)}</text>`);
  }

  fillText(text: string, x: number, y: number, _most?: number) {
    this.#text(text, x, y, colourAttributes("fill", String(this.fillStyle)));
  }

  /** About the width of a text: half an em a letter, a little more where it is bold. */
  measureText(text: string) {
    const [, weight, size] = /^(\d+ )?(?:italic )?([\d.]+)px/.exec(this.font) ?? [null, null, "12"];
    return { width: text.length * Number(size) * (weight ? 0.58 : 0.52) };
  }

  strokeText(text: string, x: number, y: number) {
    const line = ` stroke-width="${this.lineWidth}" stroke-linejoin="${this.lineJoin}"`;
    this.#text(text, x, y, ` fill="none"${colourAttributes("stroke", String(this.strokeStyle))}${line}`);
  }

  /** A picture of pixels, such as the heat map, is taken along as it is. */
  drawImage(canvas: HTMLCanvasElement, x: number, y: number, width: number, height: number) {
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
export function vectorSheet(sheet: Sheet, context: Pen): Sheet {
  return Object.assign(Object.create(sheet) as Sheet, {
    context,
    put: (canvas: HTMLCanvasElement) => context.drawImage(canvas, 0, 0, sheet.width, sheet.height),
  });
}
