// The editor's controls beside its canvas: one button for each Gaussian, sliders for the chosen one, and tools.

import { evenly } from "./modes.ts";
import { make } from "../core/dom.ts";
import { measured, percent } from "../core/format.ts";

const DIAL_STEPS = 1000;

/** What each slider sets: its range in `limits`, whether equal steps are equal factors, and its words. */
export const DIALS = {
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

export class EditorPanel {
  constructor(editor: Editor) {
    this.editor = editor;
    this.dials = {};
    const { root } = editor, sliders = Object.keys(DIALS).map((name) => this.#dial(name));
    root.querySelector(".dials").append(...sliders);
    root.querySelector(".tools").append(this.#switch(), make("span", { class: "gaussian-tools" }, ...this.#tools()), make("span", { class: "view-tools" }, ...this.#views()));
    root.querySelector(".keys").innerHTML =
      "Drag a disc to move it, the square to stretch and turn, the small dot to stretch across. Double-click to add one. " +
      "Keys: arrows move, <kbd>[</kbd> <kbd>]</kbd> choose, <kbd>R</kbd> turn, <kbd>+</kbd> <kbd>−</kbd> stretch, " +
      "<kbd>W</kbd> weigh, <kbd>A</kbd> add, <kbd>Delete</kbd> remove; Shift reverses or is finer.";
  }

  #tools() {
    const { editor } = this;
    const tool = (name: string, label: string, title: string, press: () => void) => {
      const button = make("button", { type: "button", class: "layer", "data-tool": name, title, click: press }, label);
      this[name] = button;
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
    const { editor } = this, options = [[false, "Gaussians", "Place Gaussians by hand"], [true, "Brush", "Strew points, to which a mixture is fitted"]];
    this.ways = options.map(([on, label, title]) => make("button", { type: "button", title, "data-way": label, click: () => editor.paint(on) }, label));
    return make("span", { class: "switch", role: "group", "aria-label": "What to put on the plane" }, ...this.ways);
  }

  #views() {
    const { editor } = this, tool = (name: string, label: string, title: string, press: () => void) => make("button", { type: "button", class: "layer", "data-tool": name, title, click: press }, label);
    return [
      tool("out", "Zoom −", "Show more of the plane", () => editor.zoom(1.25)),
      tool("in", "Zoom +", "Show less of the plane", () => editor.zoom(0.8)),
      tool("fit", "Show all", "Show every Gaussian", () => editor.fit()),
    ];
  }

  #dial(name: DialName) {
    const { editor } = this, dial = DIALS[name];
    const input = make("input", {
      type: "range", min: 0, max: DIAL_STEPS, step: 1, "aria-label": dial.name, "data-dial": name,
      input: () => editor.set(name, valueAt(dial, dial.range(editor.limits), Number(input.value)), true),
      change: () => editor.commit(),
    });
    const output = make("output");
    this.dials[name] = { input, output };
    return make("label", { class: "dial" }, make("span", {}, dial.name), input, output);
  }

  /** Bring every control in line with the modes. */
  show() {
    const { editor } = this, { modes, chosen, limits } = editor, mode = modes[chosen];
    for (const [name, { input, output }] of Object.entries(this.dials)) {
      const dial = DIALS[name], place = placeOn(dial, dial.range(limits), mode[name]), words = dial.words(mode[name]);
      if (Number(input.value) !== place) input.value = place;
      input.style.setProperty("--done", place / DIAL_STEPS);
      input.setAttribute("aria-valuetext", words);
      output.textContent = words;
    }
    this.dials.weight.input.disabled = modes.length === 1;
    this.remove.disabled = modes.length === 1;
    this.add.disabled = modes.length >= limits.modes;
    this.undo.disabled = editor.past.length === 0;
    this.ways.forEach((button, k) => button.setAttribute("aria-pressed", String(editor.painting === Boolean(k))));
    this.#choices();
  }

  #choices() {
    const { editor } = this, holder = editor.root.querySelector(".chosen");
    while (holder.children.length > editor.modes.length) holder.lastChild.remove();
    while (holder.children.length < editor.modes.length) {
      const index = holder.children.length;
      holder.append(make("button", { type: "button", class: "layer", role: "radio", click: () => editor.choose(index) }));
    }
    editor.modes.forEach((mode, k) => {
      const button = holder.children[k];
      button.textContent = `${k + 1}: ${DIALS.weight.words(mode.weight)}`;
      button.setAttribute("aria-checked", String(k === editor.chosen));
    });
  }
}
