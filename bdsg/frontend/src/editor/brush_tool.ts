// The editor's brush: mouse, touch, pen and keys strew points, to which a mixture is then fitted.

import type { Camera, Pair, Pen, Theme } from "../core/types.ts";
import type { Editor } from "./editor.ts";
import { Painting, dabsBetween, randomNumbers } from "./brush.ts";
import { clamp } from "./modes.ts";
import { drawData, paint } from "../canvas/marks.ts";
import { fade } from "../core/theme.ts";
import { grouped, rounded } from "../core/format.ts";
import { find, make, setData } from "../core/dom.ts";

const HOLD = 40; // milliseconds after which a brush held still strews again
type BrushDial = "size" | "density";
type ToolName = "eraser" | "back" | "none" | "fit";
interface Dial {
  name: string;
  low: number;
  high: number;
  start: number;
  words(value: number): string;
  title: string;
}

const BRUSH_DIALS: Record<BrushDial, Dial> = {
  size: {
    name: "Brush size",
    low: 6,
    high: 90,
    start: 26,
    words: (value: number) => `${value} px`,
    title: "Radius of the brush",
  },
  density: {
    name: "Points a dab",
    low: 1,
    high: 20,
    start: 4,
    words: (value: number) => String(value),
    title: "How many points each dab strews",
  },
};
const BRUSH_KEYS =
  "Hold and drag to strew points; a pen's pressure counts. Keys on the plane: arrows move the brush (Shift: finer), " +
  "<kbd>Space</kbd> strews, <kbd>E</kbd> erases or strews, <kbd>[</kbd> <kbd>]</kbd> size, <kbd>−</kbd> <kbd>+</kbd> points, <kbd>Ctrl Z</kbd> takes back.";
export const BRUSH_LABEL =
  "A brush on the plane. Arrow keys move it, Space strews points, E switches between strewing and erasing, brackets change its size.";

export class EditorBrush {
  readonly painting: Painting;
  fitted = false;
  private readonly editor: Editor;
  private erasing = false;
  private at: Pair | null = null;
  private size = BRUSH_DIALS.size.start;
  private density = BRUSH_DIALS.density.start;
  private readonly dials: Partial<Record<BrushDial, { input: HTMLInputElement; output: HTMLOutputElement }>> = {};
  private readonly tools: Partial<Record<ToolName, HTMLButtonElement>> = {};
  private held: { pressure: number | null } | null = null;
  private timer?: ReturnType<typeof setInterval>;
  private pending = 0;
  private asked: string | null = null;

  constructor(editor: Editor, limits: { least: number; most: number }) {
    this.editor = editor;
    this.painting = editor.kept.painting ??= new Painting(limits, randomNumbers(1));
    this.#build();
    this.#listen();
  }

  #build() {
    const { root } = this.editor,
      tool = (name: ToolName, label: string, title: string, press: () => void) => {
        const button = make(
          "button",
          { type: "button", class: "layer", "data-tool": `brush-${name}`, title, click: press },
          label,
        );
        this.tools[name] = button;
        return button;
      };
    find(root, ".view-tools").before(
      make(
        "span",
        { class: "brush-tools" },
        tool("eraser", "Erase", "Take points away instead of strewing them (E)", () => this.#toggleErasing()),
        tool("back", "Undo", "Take the last stroke back (Ctrl+Z)", () => this.undo()),
        tool("none", "Clear", "Take all points away", () => this.#change(() => this.painting.clear())),
        tool("fit", "Fit to these points", "Fit a mixture of Gaussians to the points: it becomes the data", () =>
          this.#fit(),
        ),
      ),
    );
    this.tools.fit?.classList.add("main-tool");
    const dials = Object.entries(BRUSH_DIALS).map(([name, dial]) => this.#dial(name as BrushDial, dial));
    find(root, ".dials").after(
      make("div", { class: "brush-dials" }, ...dials, make("p", { class: "keys", html: BRUSH_KEYS })),
    );
  }

  #dial(name: BrushDial, { name: label, low, high, title }: Dial) {
    const input: HTMLInputElement = make("input", {
      type: "range",
      min: low,
      max: high,
      step: 1,
      "aria-label": label,
      title,
      "data-dial": name,
      input: () => this.#set(name, Number(input.value)),
    });
    const output = make("output");
    this.dials[name] = { input, output };
    return make("label", { class: "dial" }, make("span", {}, label), input, output);
  }

  #set(name: BrushDial, value: number) {
    const { low, high } = BRUSH_DIALS[name];
    this[name] = clamp(Math.round(value), [low, high]);
    this.editor.draw();
  }

  #listen() {
    const { canvas, plane } = this.editor,
      when =
        <E extends Event>(act: (event: E) => void) =>
        (event: E) => {
          if (this.editor.painting) act(event);
        };
    canvas.addEventListener(
      "pointerdown",
      when((event: PointerEvent) => this.#press(event)),
    );
    canvas.addEventListener(
      "pointermove",
      when((event: PointerEvent) => this.#move(event)),
    );
    canvas.addEventListener(
      "pointerleave",
      when(() => {
        if (!this.held) this.#hover(null);
      }),
    );
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.release());
    canvas.addEventListener(
      "touchstart",
      when((event: Event) => event.preventDefault()),
      { passive: false },
    ); // else the page would scroll
    plane.addEventListener(
      "keydown",
      when((event: KeyboardEvent) => this.#key(event)),
    );
    plane.addEventListener("keyup", (event) => {
      if (event.key === " ") this.painting.end();
      this.#tell();
    });
    plane.addEventListener("blur", () => this.painting.end());
  }

  get #camera(): Camera {
    const { camera } = this.editor;
    if (!camera) throw new Error("Nothing is drawn yet.");
    return camera;
  }

  get radius() {
    return this.size / this.#camera.scale;
  }

  #press(event: PointerEvent) {
    if (event.button > 0) return;
    const { editor } = this;
    event.preventDefault();
    editor.plane.focus({ preventScroll: true });
    editor.canvas.setPointerCapture(event.pointerId);
    this.painting.begin();
    this.held = { pressure: event.pointerType === "pen" ? event.pressure : null };
    this.at = editor.hand.dataAt(event);
    this.#dab(this.at);
    this.timer = setInterval(() => this.#dab(this.at), HOLD);
  }

  #move(event: PointerEvent) {
    const to = this.editor.hand.dataAt(event);
    if (!this.held) {
      this.#hover(to);
      return;
    }
    if (this.held.pressure !== null) this.held.pressure = event.pressure;
    const dabs = dabsBetween(this.at ?? to, to, this.radius);
    dabs.forEach((at) => this.#dab(at));
    this.at = this.erasing ? to : (dabs.at(-1) ?? this.at);
    if (this.erasing) this.#dab(to);
  }

  #hover(at: Pair | null) {
    this.at = at;
    this.#drawSoon();
  }

  release() {
    if (!this.held) return;
    clearInterval(this.timer);
    this.held = null;
    this.painting.end();
    this.editor.draw();
    this.#tell();
  }

  #dab(at: Pair | null) {
    if (!at) return;
    const pressed = this.held?.pressure;
    const count =
      pressed === null || pressed === undefined ? this.density : Math.max(1, Math.round(2 * pressed * this.density));
    if (this.erasing) this.painting.erase(at, this.radius);
    else this.painting.strew(at, this.radius, count);
    setData(this.editor.root, "painted", this.painting.count);
    this.#drawSoon();
  }

  #drawSoon() {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.editor.draw();
    });
  }

  #change(change: () => void) {
    change();
    this.editor.draw();
    this.#tell();
  }

  #toggleErasing() {
    this.#change(() => {
      this.erasing = !this.erasing;
    });
  }

  undo() {
    this.#change(() => this.painting.undo());
  }

  #key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (event.shiftKey ? 2 : Math.max(4, this.size / 2)) / this.#camera.scale;
    const moves: Partial<Record<string, Pair>> = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, step],
        ArrowDown: [0, -step],
      },
      move = moves[event.key];
    const acts: Partial<Record<string, () => void>> = {
      " ": () => {
        this.painting.begin();
        this.#dab(this.#steer([0, 0]));
      },
      e: () => this.#toggleErasing(),
      "[": () => this.#set("size", this.size / 1.2),
      "]": () => this.#set("size", this.size * 1.2 + 1),
      "-": () => this.#set("density", this.density - 1),
      "+": () => this.#set("density", this.density + 1),
      "=": () => this.#set("density", this.density + 1),
    };
    const act = move ? () => this.#steer(move) : acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
    act();
    this.#drawSoon();
  }

  /** Move the keys' brush, which begins in the middle and stays on the plane. */
  #steer([dx, dy]: Pair): Pair {
    const { low, high } = this.#camera,
      from = this.at ?? [0, 1].map((k) => (low[k] + high[k]) / 2);
    this.at = [clamp(from[0] + dx, [low[0], high[0]]), clamp(from[1] + dy, [low[1], high[1]])];
    return this.at;
  }

  #fit() {
    const { editor } = this,
      digits = (value: number) => rounded(value, 5);
    this.asked = editor.nextEdit();
    editor.setTriggerValue?.("points", { edit: this.asked, points: this.painting.points.map(digits) });
    this.#tell();
    this.show();
  }

  /** The page has taken the points, and made `modes` of them or said why not. */
  answered(name: string | null) {
    if (!this.asked || name !== this.asked) return false;
    this.asked = null;
    return true;
  }

  /** Bring the controls in line. */
  show() {
    const { painting } = this;
    for (const name of ["size", "density"] as const) {
      const dial = this.dials[name],
        { low, high, words } = BRUSH_DIALS[name],
        value = this[name];
      if (!dial) continue;
      const { input, output } = dial;
      if (Number(input.value) !== value) input.value = String(value);
      input.style.setProperty("--done", String((value - low) / (high - low)));
      input.setAttribute("aria-valuetext", words(value));
      output.textContent = words(value);
    }
    this.tools.eraser?.setAttribute("aria-pressed", String(this.erasing));
    this.tools.back!.disabled = !painting.past.length;
    this.tools.none!.disabled = !painting.count;
    this.tools.fit!.disabled = !painting.enough || Boolean(this.asked);
    const count = `${grouped(painting.count)} point${painting.count === 1 ? "" : "s"}`;
    setData(this.editor.root, "painted", painting.count);
    if (this.editor.painting) find(this.editor.root, ".live-count").textContent = count;
    if (!this.held) this.#tell();
  }

  /** The sentence below the plane, at a stroke's end: a screen reader says it then, not with every dab. */
  #tell() {
    const line = find(this.editor.root, ".counted"),
      words = this.asked ? "Fitting a mixture to the points…" : this.painting.words;
    if (this.editor.painting && line.textContent !== words) line.textContent = words;
  }

  draw(context: Pen, camera: Camera, theme: Theme) {
    drawData(context, camera, this.painting.points, theme, 0.8);
    if (this.at && !("isVector" in context)) this.#ring(context, camera, theme);
  }

  #ring(context: Pen, camera: Camera, theme: Theme) {
    if (!this.at) return;
    context.beginPath();
    context.arc(camera.x(this.at[0]), camera.y(this.at[1]), this.size, 0, 2 * Math.PI);
    paint(context, { stroke: fade(theme.background, 0.7), width: 3.5 });
    paint(context, {
      stroke: fade(this.erasing ? theme.miss : theme.text, 0.8),
      width: 1.4,
      dash: this.erasing ? [5, 4] : [],
    });
  }

  stop() {
    clearInterval(this.timer);
  }
}
