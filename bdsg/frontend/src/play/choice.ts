// One of a few, as buttons in a row.

import { make } from "../core/dom.ts";

export interface Choice<T> {
  value: T;
  label: string; // as HTML
  title: string;
}

export class Choices<T> {
  readonly element: HTMLElement;
  readonly #buttons: { button: HTMLButtonElement; value: T }[];

  constructor(name: string, label: string, choices: Choice<T>[], onChoose: (value: T) => void) {
    this.#buttons = choices.map(({ value, label: html, title }) => ({
      value,
      button: make("button", { type: "button", title, html, click: () => onChoose(value) }),
    }));
    const buttons = this.#buttons.map(({ button }) => button);
    this.element = make(
      "span",
      { class: "switch", role: "group", "aria-label": label, "data-choice": name },
      ...buttons,
    );
  }

  show(isChosen: (value: T) => boolean) {
    for (const { button, value } of this.#buttons) button.setAttribute("aria-pressed", String(isChosen(value)));
  }
}
