// A slider of the panel.  A swipe that begins on it scrolls: a finger moves it only once it goes sideways.

import { make } from "../core/dom.ts";
import { type Dial, PLACES, placeOf, valueAt } from "./dials.ts";

/** What a slider needs to know of the number that it sets. */
export type Slid = Omit<Dial, "name" | "letter" | "allowed"> & { name: string };

const SIDEWAYS = 8; // pixels

export class Slider {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #dial: Slid;
  readonly #output = make("output");
  #held: { x: number; value: string } | null = null; // a finger that has not gone sideways yet

  constructor(dial: Slid, onChange: (value: number) => void) {
    this.#dial = dial;
    const { name, symbol, label, says } = dial;
    const words = `${symbol.replace(/<[^>]+>/g, "")}, ${label}`;
    const apply = () => {
      if (!this.#held) onChange(valueAt(dial, Number(this.input.value)));
    };
    const range = { type: "range", min: 0, max: PLACES, step: 1, "data-dial": name, title: says };
    this.input = make("input", { ...range, "aria-label": words, input: apply, change: apply });
    this.#watchFinger(apply);
    const head = make("span", { class: "dial-name", html: `<b>${symbol}</b> ${label}` });
    this.element = make("label", { class: "play-dial", title: says }, head, this.#output, this.input);
  }

  #watchFinger(apply: () => void) {
    const { input } = this;
    input.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") this.#held = { x: event.clientX, value: input.value };
    });
    input.addEventListener("pointermove", (event) => {
      if (!this.#held || Math.abs(event.clientX - this.#held.x) < SIDEWAYS) return;
      this.#held = null;
      apply();
    });
    input.addEventListener("pointerup", () => {
      if (!this.#held) return; // a tap
      this.#held = null;
      apply();
    });
    input.addEventListener("pointercancel", () => {
      if (this.#held) input.value = this.#held.value; // the swipe became a scroll
      this.#held = null;
    });
  }

  /** Without a value there is nothing to set. */
  disable(words: string) {
    this.input.disabled = true;
    this.#write(words);
  }

  show(value: number) {
    const { input } = this;
    if (this.#held) return;
    const place = placeOf(this.#dial, value);
    // A value between two places stays: the slider is not moved by its own rounding.
    if (valueAt(this.#dial, Number(input.value)) !== value) input.value = String(place);
    input.disabled = false;
    input.style.setProperty("--done", String(Number(input.value) / PLACES));
    this.#write(this.#dial.words(value));
  }

  #write(words: string) {
    if (this.#output.textContent === words) return;
    this.#output.textContent = words;
    this.input.setAttribute("aria-valuetext", words);
  }
}
