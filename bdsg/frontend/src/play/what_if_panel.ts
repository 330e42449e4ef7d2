// The What if buttons, and the way back.

import { find, make } from "../core/dom.ts";
import type { Setup } from "./setup.ts";
import type { PlayState } from "./state.ts";
import { WHAT_IFS } from "./what_if.ts";

export class WhatIfPanel {
  readonly #setup: Setup;
  readonly #buttons: HTMLButtonElement[];
  readonly #back: HTMLButtonElement;
  #before: PlayState | null = null; // where the way back leads to
  #asked: { name: string; state: PlayState } | null = null;

  constructor(root: HTMLElement, setup: Setup) {
    this.#setup = setup;
    this.#buttons = WHAT_IFS.map(({ name, title, reason }) =>
      make("button", {
        ...{ type: "button", class: "what-if", "data-what-if": name },
        html: `<b>${title}</b><span>${reason}</span>`,
        click: () => {
          this.#ask(name);
        },
      }),
    );
    this.#back = make(
      "button",
      { type: "button", class: "layer back-again", title: "Back to the settings before", click: () => this.#goBack() },
      "↩ Back",
    );
    find(root, ".what-ifs").append(...this.#buttons);
    find(root, ".what-if-head").append(this.#back);
  }

  #ask(name: string) {
    const setup = this.#setup;
    this.#before ??= setup.state;
    const asked = WHAT_IFS.find((one) => one.name === name)!.change(this.#before, setup.meta);
    this.#asked = { name, state: asked };
    setup.jump(asked);
  }

  #goBack() {
    const before = this.#before;
    [this.#before, this.#asked] = [null, null];
    if (before) this.#setup.jump(before);
  }

  show(state: PlayState) {
    if (this.#asked && state !== this.#asked.state) [this.#before, this.#asked] = [null, null]; // moved on from it
    for (const button of this.#buttons)
      button.setAttribute("aria-pressed", String(button.dataset.whatIf === this.#asked?.name));
    this.#back.disabled = !this.#before;
  }
}
