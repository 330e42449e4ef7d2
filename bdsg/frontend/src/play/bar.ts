// The play bar: play, step, restart, pace and the step's number.

import { grouped } from "../core/format.ts";
import { find, icon, iconButton, make } from "../core/dom.ts";
import { Choices } from "./choice.ts";

export interface Driven {
  root: HTMLElement;
  toggle(): void;
  step(): void;
  restart(): void;
  setPace(pace: number): void;
}

/** Steps a second; at the last as many as the machine takes. */
export const PACES = { slow: 1, usual: 300, fast: Infinity };

const PACE_CHOICES = [
  { value: PACES.slow, label: "1/s", title: "Slow motion: one step a second" },
  { value: PACES.usual, label: "300/s", title: "300 steps a second" },
  { value: PACES.fast, label: "max", title: "As many steps a second as this machine takes" },
];

export interface BarState {
  running: boolean; // steps are being taken
  settled: boolean;
  pace: number;
  step: number;
  rate: number; // steps a second
}

export class Bar {
  readonly #play: HTMLButtonElement;
  readonly #number = make("b");
  readonly #state = make("span", { class: "words" });
  readonly #pace: Choices<number>;
  #words = "";

  constructor(view: Driven) {
    this.#play = iconButton("play", "Pause (Space)", () => view.toggle());
    this.#pace = new Choices("pace", "Steps a second", PACE_CHOICES, (pace) => view.setPace(pace));
    const again = make(
      "button",
      {
        type: "button",
        class: "layer restart",
        "aria-label": "Restart with the next seed",
        title: "Begin anew with the next seed: other data, another B(z) (R)",
        click: () => view.restart(),
      },
      make("span", { class: "sign", "aria-hidden": "true" }, "↻"),
      make("span", { class: "words" }, "Restart"),
    );
    find(view.root, ".playbar").append(
      this.#play,
      iconButton("forth", "One step (→)", () => view.step()),
      again,
      this.#pace.element,
      make(
        "output",
        { class: "step", "aria-live": "off" },
        make("span", { class: "words" }, "step "),
        this.#number,
        this.#state,
      ),
    );
  }

  show({ running, settled, pace, step, rate }: BarState) {
    const words = running ? "Pause (Space)" : settled ? "Go on for another cycle (Space)" : "Play (Space)";
    if (words !== this.#words) {
      this.#play.innerHTML = icon(running ? "pause" : "play");
      this.#play.title = words;
      this.#play.setAttribute("aria-label", words);
      this.#words = words;
    }
    this.#pace.show((value) => value === pace);
    const state = settled ? "settled" : running ? `${grouped(rate)}/s` : "paused";
    this.#number.textContent = grouped(step);
    this.#state.textContent = ` · ${state}`;
  }
}
