// How hard each term of the loss pulls on a point of B(z), and where to: three kinds of arrows.

import type { ArrowScale } from "../core/payloads.ts";
import type { Camera, Numbers, Pen, ShadeName, Theme } from "../core/types.ts";
import { FULL_SCALE } from "../core/constants.ts";
import { markScale } from "../canvas/marks.ts";
import { SHAPES, paint } from "../canvas/shapes.ts";
import { fade } from "../core/theme.ts";
import { make } from "../core/dom.ts";

type HeadName = "open" | "full" | "ball";

interface Force {
  name: string;
  term: string;
  shade: ShadeName;
  dash: number[];
  head: HeadName;
  what: string;
}

/** An arrow from (x, y), its direction of length 1, and its length, in pixels. */
type Mark = [number, number, number, number, number];
type Head = (path: Pen, x: number, y: number, dx: number, dy: number, size: number) => void;

export const FORCES: Force[] = [
  {
    name: "force0",
    term: "L<sub>0</sub>",
    shade: "lost",
    dash: [],
    head: "open",
    what: "L0, density: purple, open head",
  },
  {
    name: "force1",
    term: "λ<sub>1</sub>L<sub>1</sub>",
    shade: "miss",
    dash: [4, 2.5],
    head: "full",
    what: "λ1·L1, distance: orange, dashed, full head",
  },
  {
    name: "force2",
    term: "λ<sub>2</sub>L<sub>2</sub>",
    shade: "hit",
    dash: [],
    head: "ball",
    what: "λ2·L2, dispersion: teal, round head",
  },
];

export const DECADE = 14; // pixels that an arrow grows by for each factor of ten
const HEAD = 4; // pixels, at most half of the arrow
const SMALL = 420; // pixels: on a plane that is narrower every second point has arrows
const KEY_PULLS = [0.1, 1, 10]; // what the key on the stage shows

/** Length in factors of ten of an arrow for a pull: the same scale for all terms, points, steps and runs. */
export function arrowDecades(pull: number, { least, decades }: ArrowScale) {
  return Math.min(decades, Math.log10(1 + pull / least));
}

/** Add one head at (x, y), the end of an arrow in the direction (dx, dy) of length 1, to the path. */
const HEADS: Record<HeadName, Head> = {
  open: (path: Pen, x: number, y: number, dx: number, dy: number, size: number) => {
    path.moveTo(x - size * (dx + 0.6 * dy), y - size * (dy - 0.6 * dx));
    path.lineTo(x, y);
    path.lineTo(x - size * (dx - 0.6 * dy), y - size * (dy + 0.6 * dx));
  },
  full: (path: Pen, x: number, y: number, dx: number, dy: number, size: number) => {
    HEADS.open(path, x, y, dx, dy, size);
    path.closePath();
  },
  ball: (path: Pen, x: number, y: number, dx: number, dy: number, size: number) =>
    SHAPES.dot(path, x - 0.45 * size * dx, y - 0.45 * size * dy, 0.45 * size),
};

/** Draw arrows [x, y, dx, dy, length] in pixels, dx and dy of length 1: all shafts, then all heads. */
function drawArrows(
  context: Pen,
  marks: Mark[],
  { dash, head }: Pick<Force, "dash" | "head">,
  colour: string,
  theme: Theme,
) {
  const shafts = () => {
    context.beginPath();
    for (const [x, y, dx, dy, length] of marks) {
      context.moveTo(x, y);
      context.lineTo(x + dx * length, y + dy * length);
    }
  };
  shafts();
  paint(context, { stroke: fade(theme.background, 0.6), width: 3 });
  shafts();
  paint(context, { stroke: colour, width: 1.3, dash });
  context.beginPath();
  for (const [x, y, dx, dy, length] of marks) {
    HEADS[head](context, x + dx * length, y + dy * length, dx, dy, Math.min(HEAD, length / 2));
  }
  paint(context, head === "open" ? { stroke: colour, width: 1.3 } : { fill: colour, stroke: colour, width: 0.6 });
}

/** The arrows of one term: `arrows` (m x 2) in units of `decades`, from the first m points. */
export function drawForce(
  context: Pen,
  camera: Camera,
  points: Numbers,
  arrows: Numbers,
  { decades }: ArrowScale,
  force: Force,
  theme: Theme,
) {
  const unit = (DECADE * markScale(camera) * decades) / FULL_SCALE;
  const marks: Mark[] = [];
  for (let i = 0; i < arrows.length; i += camera.frame.width < SMALL ? 4 : 2) {
    const size = Math.hypot(arrows[i], arrows[i + 1]);
    const length = size * unit;
    if (length < 0.75) continue; // no longer than the shaft is wide
    marks.push([camera.x(points[i]), camera.y(points[i + 1]), arrows[i] / size, -arrows[i + 1] / size, length]);
  }
  drawArrows(context, marks, force, fade(theme[force.shade], 0.95), theme);
}

/** What the lengths mean, in the corner of the stage. */
function drawForceKey(context: Pen, camera: Camera, scale: ArrowScale, theme: Theme) {
  const { frame } = camera;
  const unit = DECADE * markScale(camera);
  const top = frame.top + frame.height - 22;
  let left = frame.left + 10;
  Object.assign(context, { font: `11px ${theme.font}`, textAlign: "left", textBaseline: "middle" });
  const word = (text: string) => {
    context.fillStyle = fade(theme.text, 0.85);
    context.fillText(text, left, top + 8);
    left += 6.2 * text.length + 6;
  };
  context.fillStyle = fade(theme.background, 0.75);
  const lengths = KEY_PULLS.map((pull) => unit * arrowDecades(pull, scale));
  context.fillRect(frame.left + 4, top - 3, lengths.reduce((sum, length) => sum + length, 0) + 128, 22);
  word("pull");
  KEY_PULLS.forEach((pull, k) => {
    drawArrows(context, [[left, top + 8, 1, 0, lengths[k]]], { dash: [], head: "open" }, fade(theme.text, 0.85), theme);
    left += lengths[k] + 5;
    word(String(pull));
  });
}

/** The switches of the three kinds, in the legend; off at first. */
export class ForceLayers {
  readonly on: Partial<Record<string, boolean>> = { force0: false, force1: false, force2: false };
  readonly element: HTMLElement;

  constructor(redraw: () => void) {
    const buttons = FORCES.map((force) => this.#button(force, redraw));
    this.element = make(
      "span",
      { class: "switch pulls", role: "group", "aria-label": "Pull of each term of the loss, as arrows" },
      "pull",
      ...buttons,
    );
  }

  #button({ name, term, shade, dash, head, what }: Force, redraw: () => void) {
    const end = {
      open: '<path d="M11 2.5L15 6l-4 3.5"/>',
      full: '<path d="M10 2.5L15 6l-5 3.5z" fill="currentColor"/>',
      ball: '<circle cx="13" cy="6" r="2.2" fill="currentColor"/>',
    }[head];
    const line = `<path d="M0 6h${head === "open" ? 15 : 11}" stroke-dasharray="${dash.length ? "3.4 2" : "none"}"/>`;
    const button = make("button", {
      type: "button",
      "data-layer": name,
      "aria-pressed": "false",
      "aria-label": `Pull of ${what}`,
      title: `Arrows on the first points of B(z): where ${what.split(":")[0]} pulls them (${what.split(": ")[1]}). Each factor of ten in strength adds the same length.`,
      html: `<svg class="pull" viewBox="0 0 16 12" aria-hidden="true" style="color: var(--bdsg-${shade})">${line}${end}</svg><span>${term}</span>`,
      click: () => {
        this.on[name] = !this.on[name];
        button.setAttribute("aria-pressed", String(this.on[name]));
        redraw();
      },
    });
    return button;
  }

  /** Switch on what another view of the same run had on. */
  restore(on: Partial<Record<string, boolean>>) {
    Object.assign(this.on, on);
    for (const button of this.element.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(this.on[button.dataset.layer ?? ""]));
  }

  get any() {
    return FORCES.some(({ name }) => this.on[name]);
  }

  /** Draw what is switched on; `arrows` (3 x m x 2) at the playhead. */
  draw(context: Pen, camera: Camera, points: Numbers, arrows: Float32Array | null, scale: ArrowScale, theme: Theme) {
    if (!this.any || !arrows?.length) return;
    const each = arrows.length / 3;
    FORCES.forEach((force, k) => {
      if (this.on[force.name])
        drawForce(context, camera, points, arrows.subarray(k * each, (k + 1) * each), scale, force, theme);
    });
    drawForceKey(context, camera, scale, theme);
  }
}
