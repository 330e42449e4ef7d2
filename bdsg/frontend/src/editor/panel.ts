// The editor's controls beside its canvas: one button for each Gaussian, sliders for the chosen one, and tools.

import type { Pair } from "../core/types.ts";
import type { Editor } from "./editor.ts";
import type { Limits } from "./modes.ts";
import { evenly } from "./modes.ts";
import { find, make } from "../core/dom.ts";
import { measured, percent } from "../core/format.ts";

const DIAL_STEPS = 1000;

export type DialName = "weight" | "x" | "y" | "long" | "short" | "angle";

interface Dial {
  name: string;
  range(limits: Limits): Pair;
  log?: boolean;
  words(value: number): string;
}

const DIAL_NAMES: DialName[] = ["weight", "x", "y", "long", "short", "angle"];

/** What each slider sets: its range in `limits`, whether equal steps are equal factors, and its words. */
export const DIALS: Record<DialName, Dial> = {
  weight: { name: "Weight", range: (limits: Limits) => limits.weight, words: (value: number) => percent(value) },
  x: { name: "Mean x", range: (limits: Limits) => limits.x, words: measured },
  y: { name: "Mean y", range: (limits: Limits) => limits.y, words: measured },
  long: { name: "σ along", range: (limits: Limits) => limits.sigma, log: true, words: measured },
  short: { name: "σ across", range: (limits: Limits) => limits.sigma, log: true, words: measured },
  angle: { name: "Angle", range: () => [0, 180], words: (value: number) => `${Math.round(value)}°` },
};

/** A slider's place for a value, and back. */
function placeOn({ log }: { log?: boolean }, [low, high]: Pair, value: number) {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(DIAL_STEPS * Math.min(1, Math.max(0, share)));
}

function valueAt({ log }: { log?: boolean }, [low, high]: Pair, place: number) {
  const share = place / DIAL_STEPS;
  return log ? low * (high / low) ** share : low + share * (high - low);
}

const WAYS: [boolean, string, string][] = [
  [false, "Gaussians", "Place Gaussians by hand"],
  [true, "Brush", "Strew points, to which a mixture is fitted"],
];

export class EditorPanel {
  private readonly editor: Editor;
  private readonly dials: Partial<Record<DialName, { input: HTMLInputElement; output: HTMLOutputElement }>> = {};
  private readonly ways: HTMLButtonElement[];
  private readonly tools: Record<string, HTMLButtonElement> = {};

  constructor(editor: Editor) {
    this.editor = editor;
    const { root } = editor;
    const sliders = DIAL_NAMES.map((name) => this.#dial(name));
    this.ways = WAYS.map(([on, label, title]) =>
      make("button", { type: "button", title, "data-way": label, click: () => editor.paint(on) }, label),
    );
    find(root, ".dials").append(...sliders);
    find(root, ".tools").append(
      this.#switch(),
      make("span", { class: "gaussian-tools" }, ...this.#tools()),
      make("span", { class: "view-tools" }, ...this.#views()),
    );
    find(root, ".keys").innerHTML =
      "Drag a disc to move it, the square to stretch and turn, the small dot to stretch across. Double-click to add one. " +
      "Keys: arrows move, <kbd>[</kbd> <kbd>]</kbd> choose, <kbd>R</kbd> turn, <kbd>+</kbd> <kbd>−</kbd> stretch, " +
      "<kbd>W</kbd> weigh, <kbd>A</kbd> add, <kbd>Delete</kbd> remove; Shift reverses or is finer.";
  }

  #tools() {
    const { editor } = this;
    const tool = (name: string, label: string, title: string, press: () => void) => {
      const button = make("button", { type: "button", class: "layer", "data-tool": name, title, click: press }, label);
      this.tools[name] = button;
      return button;
    };
    return [
      tool("add", "+ Add", "Add a Gaussian (A)", () => editor.add()),
      tool("remove", "Remove", "Remove the chosen Gaussian (Delete)", () => editor.remove()),
      tool("even", "Equal weights", "Give all the same share", () => editor.edit(evenly)),
      tool("undo", "Undo", "Take the last change back (Ctrl+Z)", () => editor.undo()),
    ];
  }

  /** What the canvas takes: Gaussians or a brush's points. */
  #switch() {
    return make("span", { class: "switch", role: "group", "aria-label": "What to put on the plane" }, ...this.ways);
  }

  #views() {
    const { editor } = this;
    const tool = (name: string, label: string, title: string, press: () => void) =>
      make("button", { type: "button", class: "layer", "data-tool": name, title, click: press }, label);
    return [
      tool("out", "Zoom −", "Show more of the plane", () => editor.zoom(1.25)),
      tool("in", "Zoom +", "Show less of the plane", () => editor.zoom(0.8)),
      tool("fit", "Show all", "Show every Gaussian", () => editor.fit()),
    ];
  }

  #dial(name: DialName) {
    const { editor } = this;
    const dial = DIALS[name];
    const input: HTMLInputElement = make("input", {
      type: "range",
      min: 0,
      max: DIAL_STEPS,
      step: 1,
      "aria-label": dial.name,
      "data-dial": name,
      input: () => editor.set(name, valueAt(dial, dial.range(editor.limits), Number(input.value)), true),
      change: () => editor.commit(),
    });
    const output = make("output");
    this.dials[name] = { input, output };
    return make("label", { class: "dial" }, make("span", {}, dial.name), input, output);
  }

  /** Bring every control in line with the modes. */
  show() {
    const { editor } = this;
    const { modes, chosen, limits } = editor;
    const mode = modes[chosen];
    for (const [name, { input, output }] of Object.entries(this.dials)) {
      const dial = DIALS[name as DialName];
      const value = mode[name as DialName];
      const place = placeOn(dial, dial.range(limits), value);
      const words = dial.words(value);
      if (Number(input.value) !== place) input.value = String(place);
      input.style.setProperty("--done", String(place / DIAL_STEPS));
      input.setAttribute("aria-valuetext", words);
      output.textContent = words;
    }
    if (this.dials.weight) this.dials.weight.input.disabled = modes.length === 1;
    this.tools.remove.disabled = modes.length === 1;
    this.tools.add.disabled = modes.length >= limits.modes;
    this.tools.undo.disabled = editor.past.length === 0;
    this.ways.forEach((button, k) => button.setAttribute("aria-pressed", String(editor.painting === Boolean(k))));
    this.#choices();
  }

  #choices() {
    const { editor } = this;
    const holder = find(editor.root, ".chosen");
    while (holder.children.length > editor.modes.length) holder.lastChild?.remove();
    while (holder.children.length < editor.modes.length) {
      const index = holder.children.length;
      holder.append(
        make("button", { type: "button", class: "layer", role: "radio", click: () => editor.choose(index) }),
      );
    }
    editor.modes.forEach((mode, k) => {
      const button = holder.children[k];
      button.textContent = `${k + 1}: ${DIALS.weight.words(mode.weight)}`;
      button.setAttribute("aria-checked", String(k === editor.chosen));
    });
  }
}
