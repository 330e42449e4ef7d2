// The training as the page sees it: how fast it goes, what it came to, and when the worker is asked for what.

import type { Snapshot } from "../trainer/trainer.ts";
import { PACES } from "./bar.ts";
import type { Report } from "./desk.ts";
import { type OpenPort, Remote } from "./remote.ts";
import type { LiveScores } from "./scorer.ts";
import type { PlayState } from "./state.ts";

const SCORE_EVERY = 100; // milliseconds
const SCORE_EVERY_CHANGING = 300; // while a control moves: B(z) is to follow it at once
const FRAME = 14; // milliseconds of each frame that the worker may train
const LONGEST_DEBT = 0.1; // seconds of steps that are made up for after a frame came late
const SHOWN = { least: 64, most: 512 }; // points
const WITH_FORCES = 60; // of them

export class Training {
  snapshot: Snapshot | null = null;
  scores: LiveScores | null = null;
  problem = ""; // a sentence
  playing = true;
  pace = PACES.usual;
  rate = 0; // steps a second, of late
  forces = false; // whether pulls are wanted
  readonly #remote: Remote;
  readonly #now: () => number;
  #owed = 0; // steps
  #scoredAt = -Infinity;
  #stale = true; // whether anything changed since the last scores were asked for
  #shown = SHOWN.least;
  #heardAt = 0;
  #steps = 0;
  #spent = 0; // milliseconds that they took

  /** `heard` is called after each report: with whether B(z) began anew. */
  constructor(open: OpenPort, heard: (report: Report, anew: boolean) => void, now = () => performance.now()) {
    this.#now = now;
    const take = (report: Report) => {
      heard(report, this.#take(report));
    };
    this.#remote = new Remote(open, take, (words) => {
      this.problem = words;
      this.playing = false;
      heard({ id: 0, taken: false, error: words }, false);
    });
  }

  get settled() {
    return Boolean(this.snapshot?.settled) && !this.#remote.behind;
  }

  get running() {
    return this.playing && !this.settled;
  }

  want(state: PlayState) {
    this.#remote.want(state);
    this.#shown = Math.min(SHOWN.most, Math.max(SHOWN.least, state.batch));
    this.#stale = true;
  }

  restart() {
    this.#remote.restart();
    this.#stale = true;
    this.playing = true;
  }

  toggle() {
    const { settled } = this;
    if (settled) this.#remote.goOn();
    this.playing = settled || !this.playing;
    this.#owed = 0;
  }

  /** One step, and then rest. */
  step() {
    if (this.settled) this.#remote.goOn();
    this.playing = false;
    this.#owed = 1;
  }

  /** Ask for the picture again, with what it lacked. */
  refresh() {
    this.#stale = true;
  }

  /** Let seconds pass: send the worker what is due; whether there is more to come. */
  advance(seconds: number): boolean {
    // The first of many frames takes no time, and 0 · ∞ is no number.
    if (this.running && seconds > 0) {
      this.#owed = Math.min(this.#owed + seconds * this.pace, Math.max(1, LONGEST_DEBT * this.pace));
    }
    if (!this.#remote.busy && this.#due) this.#send();
    return this.running || this.#remote.busy || this.#due;
  }

  get #due() {
    return this.#owed >= 1 || this.#remote.behind || this.#stale;
  }

  #send() {
    const steps = this.#whole();
    this.#owed = Number.isFinite(this.#owed) ? this.#owed - steps : 0;
    this.#stale ||= steps > 0;
    const every = this.#remote.behind ? SCORE_EVERY_CHANGING : SCORE_EVERY;
    const score = this.#stale && this.#now() - this.#scoredAt >= every;
    if (!score && !steps && !this.#remote.behind) return;
    if (score) [this.#scoredAt, this.#stale] = [this.#now(), false];
    const forces = this.forces ? WITH_FORCES : 0;
    this.#remote.order({ steps, milliseconds: FRAME, points: this.#shown, forces, score });
  }

  #whole() {
    if (this.#owed === Infinity) return 10_000;
    return Math.floor(this.#owed);
  }

  /** Whether B(z) began anew. */
  #take(report: Report): boolean {
    const { snapshot, scores, error, taken } = report;
    const { refusal } = this.#remote;
    this.problem = refusal && this.snapshot ? `${refusal} Until then B(z) goes on as it was.` : (error ?? "");
    if (error && taken) this.playing = false;
    if (scores) this.scores = scores;
    if (!snapshot) return false;
    const before = this.snapshot?.step ?? 0;
    this.snapshot = snapshot;
    const now = this.#now();
    this.#measure(snapshot.step - before, now - this.#heardAt);
    this.#heardAt = now;
    return snapshot.step < before;
  }

  /** Pace of late: what is older than a second counts half or less. */
  #measure(steps: number, milliseconds: number) {
    if (steps < 0 || milliseconds > 1500) [this.#steps, this.#spent] = [0, 0];
    else {
      const kept = 0.5 ** (milliseconds / 1000);
      [this.#steps, this.#spent] = [kept * this.#steps + steps, kept * this.#spent + milliseconds];
    }
    this.rate = this.#spent > 0 ? (1000 * this.#steps) / this.#spent : 0;
  }

  stop() {
    this.#remote.stop();
  }
}
