// The sentence under the plane, and the same for those who hear the page.

import { find } from "../core/dom.ts";

const READ_EVERY = 400; // milliseconds: figures that change faster are not read
const SPEAK_EVERY = 5000;

export class Speaker {
  readonly #seen: HTMLElement;
  readonly #heard: HTMLElement;
  readonly #canvas: HTMLElement;
  #readAt = -Infinity;
  #spokenAt = -Infinity;
  #gist = "";

  constructor(root: HTMLElement) {
    this.#seen = find(root, ".sentence");
    this.#heard = find(root, ".spoken");
    this.#canvas = find(root, ".plane-canvas");
  }

  /** `rests`: nothing moves, so that what is said now stays true. */
  say(words: string, rests: boolean, now: number) {
    if ((rests || now - this.#readAt >= READ_EVERY) && this.#seen.textContent !== words) {
      this.#seen.textContent = words;
      this.#readAt = now;
    }
    const gist = `${rests}${rests ? words : words.replace(/[\d.,]+/g, "")}`;
    if (gist === this.#gist || (!rests && now - this.#spokenAt < SPEAK_EVERY)) return;
    [this.#gist, this.#spokenAt] = [gist, now];
    this.#heard.textContent = words;
    this.#canvas.setAttribute("aria-label", `B(z) over the data. ${words}`);
  }
}
