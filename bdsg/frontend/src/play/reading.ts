// What is read beside the picture: figures and the sentence of one moment, not faster than they can be read.

import { find } from "../core/dom.ts";
import type { Snapshot } from "../trainer/trainer.ts";
import type { ScoreName } from "./counted.ts";
import { Meters } from "./meters.ts";
import type { LiveScores } from "./scorer.ts";
import type { ObjectiveName } from "./state.ts";

const READ_EVERY = 300; // milliseconds
const SPEAK_EVERY = 5000;

/** What is to be read. */
export interface Told {
  words: string; // the sentence
  scores: LiveScores | null;
  snapshot: Snapshot | null;
  rests: boolean; // nothing moves, so that what is said now stays true
  objective: ObjectiveName;
}

export class Reading {
  readonly #meters: Meters;
  readonly #seen: HTMLElement;
  readonly #heard: HTMLElement;
  readonly #canvas: HTMLElement;
  #readAt = -Infinity;
  #spokenAt = -Infinity;
  #gist = "";

  constructor(root: HTMLElement, onPoint: (name: ScoreName | null) => void) {
    this.#meters = new Meters(root, (name) => {
      this.#readAt = -Infinity;
      onPoint(name);
    });
    this.#seen = find(root, ".sentence");
    this.#heard = find(root, ".spoken");
    this.#canvas = find(root, ".plane-canvas");
  }

  /** Scores and terms have come: their courses go on. */
  note(scores: LiveScores, snapshot?: Snapshot) {
    this.#meters.noteScores(scores);
    if (snapshot) this.#meters.noteTerms(snapshot.terms);
  }

  /** B(z) began anew. */
  clear() {
    this.#meters.clear();
  }

  /** Show the figures and the sentence, if it is time. */
  show({ words, scores, snapshot, rests, objective }: Told, now: number) {
    if (!rests && now - this.#readAt < READ_EVERY) return;
    this.#readAt = now;
    if (scores) this.#meters.showScores(scores);
    if (snapshot) this.#meters.showTerms(snapshot.terms);
    this.#meters.mean(objective);
    const whole = words.replaceAll(" %", "\u00a0%"); // no line ends between
    if (this.#seen.textContent !== whole) this.#seen.textContent = whole;
    this.#speak(words, rests, now);
  }

  /** Say it aloud where it is another sentence, figures apart; seldom while B(z) moves. */
  #speak(words: string, rests: boolean, now: number) {
    const gist = `${rests}${rests ? words : words.replace(/[\d.,]+/g, "")}`;
    if (gist === this.#gist || (!rests && now - this.#spokenAt < SPEAK_EVERY)) return;
    [this.#gist, this.#spokenAt] = [gist, now];
    this.#heard.textContent = words;
    this.#canvas.setAttribute("aria-label", `B(z) over the data. ${words}`);
  }
}
