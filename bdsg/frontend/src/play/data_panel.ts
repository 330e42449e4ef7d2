// Where the data come from: presets as small pictures with their border, and tools for the Gaussians.

import type { PlayPreset } from "../core/payloads.ts";
import { find, make } from "../core/dom.ts";
import { contextOf, heatBytes, heatImage } from "../core/theme.ts";
import type { Pair, Theme } from "../core/types.ts";
import { drawImage } from "../canvas/plane.ts";
import { drawLines } from "../canvas/marks.ts";
import { mixtureField, windowAround } from "../editor/modes.ts";
import { contourLines } from "../math/contours.ts";
import { fade } from "../core/theme.ts";
import type { Gaussians } from "./gaussians.ts";
import type { Setup } from "./setup.ts";
import { type Slid, Slider } from "./slider.ts";
import { percent } from "../core/format.ts";

/** The share of the Gaussian that is chosen on the plane. */
const WEIGHT: Slid = {
  ...{ name: "weight", symbol: "w", label: "weight of the chosen Gaussian", zero: false, whole: false },
  says: "Its share of the data: 1 to 99 %. The others share the rest as they did.",
  ...{ low: 0.01, high: 0.99, words: percent },
};

const PICTURE = { width: 88, height: 54 };

export class DataPanel {
  readonly #setup: Setup;
  readonly #presets = new Map<string, HTMLButtonElement>();
  readonly #gaussians: Gaussians;
  readonly #tools: Record<"add" | "remove" | "undo" | "redo", HTMLButtonElement>;
  readonly #weight: Slider;
  #drawnIn = "";
  readonly #holder = make("div", { class: "presets", role: "group", "aria-label": "Distribution of the data" });

  constructor(root: HTMLElement, setup: Setup, gaussians: Gaussians) {
    this.#setup = setup;
    this.#gaussians = gaussians;
    const tool = (label: string, title: string, press: () => void) =>
      make("button", { type: "button", class: "layer", title, "aria-label": title, click: press }, label);
    this.#tools = {
      add: tool("+ Gaussian", "Add a Gaussian (double-click on the plane)", () => gaussians.add()),
      remove: tool("− Gaussian", "Remove the chosen Gaussian, or the last", () => gaussians.remove()),
      undo: tool("↶", "Undo (Ctrl+Z)", () => setup.undo()),
      redo: tool("↷", "Redo (Ctrl+Shift+Z)", () => setup.redo()),
    };
    const tools = make("div", { class: "play-tools" }, ...Object.values(this.#tools));
    this.#weight = new Slider(WEIGHT, (share) => gaussians.set("weight", share));
    find(root, ".data-panel").append(this.#holder, tools, this.#weight.element);
  }

  /** The presets' pictures, in the theme's colours. */
  draw(theme: Theme) {
    const colours = JSON.stringify(theme);
    if (this.#drawnIn === colours) return; // a button that was put up anew would lose the focus
    this.#drawnIn = colours;
    const { presets } = this.#setup.meta;
    this.#holder.replaceChildren(...presets.map((preset) => this.#picture(preset, theme)));
  }

  #picture(preset: PlayPreset, theme: Theme) {
    const canvas = make("canvas", { "aria-hidden": "true" });
    drawPreset(canvas, preset, theme);
    const button = make(
      "button",
      {
        ...{
          type: "button",
          class: "preset",
          title: preset.teaches,
          "aria-label": preset.title,
          "data-preset": preset.name,
        },
        click: () => this.#setup.choosePreset(preset),
      },
      canvas,
      make("span", {}, preset.title.replace(/(?<= .*) modes$/, "")),
    );
    this.#presets.set(preset.name, button);
    return button;
  }

  show() {
    const { state, past } = this.#setup;
    const { add, remove, undo, redo } = this.#tools;
    for (const [name, button] of this.#presets) button.setAttribute("aria-pressed", String(name === state.preset));
    add.disabled = this.#gaussians.full;
    remove.disabled = state.modes.length < 2;
    undo.disabled = !past.undoable;
    redo.disabled = !past.redoable;
    const chosen = state.modes[this.#gaussians.chosen];
    if (!chosen) this.#weight.disable("press one");
    else if (state.modes.length === 1) this.#weight.disable("100 %");
    else this.#weight.show(chosen.weight);
  }
}

/** A mixture's density and its border, small. */
function drawPreset(canvas: HTMLCanvasElement, { modes, epsilon }: PlayPreset, theme: Theme) {
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const { width, height } = PICTURE;
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [low, high] = windowAround(modes);
  const scale = Math.min(width / (high[0] - low[0]), height / (high[1] - low[1]));
  const centre = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  const from: Pair = [centre[0] - width / 2 / scale, centre[1] - height / 2 / scale];
  const to: Pair = [centre[0] + width / 2 / scale, centre[1] + height / 2 / scale];
  const camera = {
    ...{ scale, low: from, high: to, frame: { left: 0, top: 0, width, height } },
    x: (value: number) => (value - from[0]) * scale,
    y: (value: number) => height - (value - from[1]) * scale,
  };
  const field = mixtureField(modes, from, to);
  drawImage(context, camera, heatImage(heatBytes(field.values), [field.y.length, field.x.length], theme), from, to);
  const lines = contourLines(field, Math.log(epsilon)).map(({ points }) => points);
  drawLines(context, camera, lines, { stroke: fade(theme.text, 0.9), width: 1.2 });
}
