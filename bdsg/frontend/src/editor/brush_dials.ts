// The brush's sliders and words.

import { find, make } from "../core/dom.ts";
// milliseconds after which a brush held still strews again
export type BrushDial = "size" | "density";

export type ToolName = "eraser" | "back" | "none" | "fit";

export interface Dial {
  name: string;
  low: number;
  high: number;
  start: number;
  words(value: number): string;
  title: string;
}

export const BRUSH_DIALS: Record<BrushDial, Dial> = {
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

export const BRUSH_KEYS =
  "Hold and drag to strew points; a pen's pressure counts. Keys on the plane: arrows move the brush (Shift: finer), " +
  "<kbd>Space</kbd> strews, <kbd>E</kbd> erases or strews, <kbd>[</kbd> <kbd>]</kbd> size, <kbd>−</kbd> <kbd>+</kbd> points, <kbd>Ctrl Z</kbd> takes back.";

export const BRUSH_LABEL =
  "A brush on the plane. Arrow keys move it, Space strews points, E switches between strewing and erasing, brackets change its size.";

const TOOLS: [ToolName, string, string][] = [
  ["eraser", "Erase", "Take points away instead of strewing them (E)"],
  ["back", "Undo", "Take the last stroke back (Ctrl+Z)"],
  ["none", "Clear", "Take all points away"],
  ["fit", "Fit to these points", "Fit a mixture of Gaussians to the points: it becomes the data"],
];

/** The brush's buttons and sliders, put on the page among the editor's. */
export class BrushControls {
  private readonly tools: Record<ToolName, HTMLButtonElement>;
  private readonly dials: Record<BrushDial, { input: HTMLInputElement; output: HTMLOutputElement }>;

  /** `onSet` is told of a slider's value; `press` holds what each button does. */
  constructor(root: HTMLElement, onSet: (name: BrushDial, value: number) => void, press: Record<ToolName, () => void>) {
    const buttons = TOOLS.map(([name, label, title]) => {
      const attributes = { type: "button", class: "layer", "data-tool": `brush-${name}`, title, click: press[name] };
      return make("button", attributes, label);
    });
    const [eraser, back, none, fit] = buttons;
    fit.classList.add("main-tool");
    this.tools = { eraser, back, none, fit };
    this.dials = { size: dialOf("size", onSet), density: dialOf("density", onSet) };
    const rows = (["size", "density"] as const).map((name) => {
      const { input, output } = this.dials[name];
      return make("label", { class: "dial" }, make("span", {}, BRUSH_DIALS[name].name), input, output);
    });
    find(root, ".view-tools").before(make("span", { class: "brush-tools" }, ...buttons));
    const keys = make("p", { class: "keys", html: BRUSH_KEYS });
    find(root, ".dials").after(make("div", { class: "brush-dials" }, ...rows, keys));
  }

  /** Bring all in line; `able` says which buttons can be pressed. */
  show(values: Record<BrushDial, number>, erasing: boolean, able: Record<"back" | "none" | "fit", boolean>) {
    for (const name of ["size", "density"] as const) {
      const { input, output } = this.dials[name];
      const { low, high, words } = BRUSH_DIALS[name];
      const value = values[name];
      if (Number(input.value) !== value) input.value = String(value);
      input.style.setProperty("--done", String((value - low) / (high - low)));
      input.setAttribute("aria-valuetext", words(value));
      output.textContent = words(value);
    }
    this.tools.eraser.setAttribute("aria-pressed", String(erasing));
    for (const name of ["back", "none", "fit"] as const) this.tools[name].disabled = !able[name];
  }
}

function dialOf(name: BrushDial, onSet: (name: BrushDial, value: number) => void) {
  const { name: label, low, high, title } = BRUSH_DIALS[name];
  const range = { type: "range", min: low, max: high, step: 1, "aria-label": label, title, "data-dial": name };
  const input: HTMLInputElement = make("input", { ...range, input: () => onSet(name, Number(input.value)) });
  return { input, output: make("output") };
}
