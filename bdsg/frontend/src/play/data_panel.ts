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

const PICTURE = { width: 88, height: 54 };

export class DataPanel {
  readonly #setup: Setup;
  readonly #presets = new Map<string, HTMLButtonElement>();
  readonly #gaussians: Gaussians;
  readonly #tools: Record<"add" | "remove" | "undo" | "redo", HTMLButtonElement>;
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
    find(root, ".data-panel").append(this.#holder, tools);
  }

  /** The presets' pictures, in the theme's colours. */
  draw(theme: Theme) {
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
