// The editor's brush: mouse, touch, pen and keys strew points, to which a mixture is then fitted.

import type { Camera, Pair, Pen, Theme } from "../core/types.ts";
import type { Editor } from "./editor.ts";
import { Painting, dabsBetween, randomNumbers } from "./brush.ts";
import { clamp } from "./modes.ts";
import { drawBrush } from "./marks.ts";
import { drawData } from "../canvas/marks.ts";
import { grouped, rounded } from "../core/format.ts";
import { find, setData } from "../core/dom.ts";
import { BRUSH_DIALS, BrushControls, type BrushDial } from "./brush_dials.ts";

const HOLD = 40; // milliseconds after which a brush held still strews again

export class EditorBrush {
  readonly painting: Painting;
  fitted = false;
  private readonly editor: Editor;
  private erasing = false;
  private at: Pair | null = null;
  private size = BRUSH_DIALS.size.start;
  private density = BRUSH_DIALS.density.start;
  private readonly controls: BrushControls;
  private held: { pressure: number | null } | null = null;
  private timer?: ReturnType<typeof setInterval>;
  private pending = 0;
  private asked: string | null = null;

  constructor(editor: Editor, limits: { least: number; most: number }) {
    this.editor = editor;
    this.painting = editor.kept.painting ??= new Painting(limits, randomNumbers(1));
    this.controls = new BrushControls(editor.root, (name, value) => this.#set(name, value), {
      eraser: () => this.#toggleErasing(),
      back: () => this.undo(),
      none: () => this.#change(() => this.painting.clear()),
      fit: () => this.#fit(),
    });
    this.#listen();
  }

  #set(name: BrushDial, value: number) {
    const { low, high } = BRUSH_DIALS[name];
    this[name] = clamp(Math.round(value), [low, high]);
    this.editor.draw();
  }

  #listen() {
    const { canvas, plane } = this.editor;
    const when =
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

  #change(change: () => unknown) {
    change();
    this.editor.draw();
    this.#tell();
  }

  #toggleErasing() {
    this.#change(() => (this.erasing = !this.erasing));
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
    };
    const move = moves[event.key];
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
    const { low, high } = this.#camera;
    const from = this.at ?? [0, 1].map((k) => (low[k] + high[k]) / 2);
    this.at = [clamp(from[0] + dx, [low[0], high[0]]), clamp(from[1] + dy, [low[1], high[1]])];
    return this.at;
  }

  #fit() {
    const { editor } = this;
    const digits = (value: number) => rounded(value, 5);
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
    this.controls.show({ size: this.size, density: this.density }, this.erasing, {
      back: painting.past.length > 0,
      none: painting.count > 0,
      fit: painting.enough && !this.asked,
    });
    const count = `${grouped(painting.count)} point${painting.count === 1 ? "" : "s"}`;
    setData(this.editor.root, "painted", painting.count);
    if (this.editor.painting) find(this.editor.root, ".live-count").textContent = count;
    if (!this.held) this.#tell();
  }

  /** The sentence below the plane, at a stroke's end: a screen reader says it then, not with every dab. */
  #tell() {
    const line = find(this.editor.root, ".counted");
    const words = this.asked ? "Fitting a mixture to the points…" : this.painting.words;
    if (this.editor.painting && line.textContent !== words) line.textContent = words;
  }

  draw(context: Pen, camera: Camera, theme: Theme) {
    drawData(context, camera, this.painting.points, theme, 0.8);
    if (this.at && !("isVector" in context)) drawBrush(context, camera, this.at, this.size, this.erasing, theme);
  }

  stop() {
    clearInterval(this.timer);
  }
}
