// What is set, how it came about, and its place in the address.

import type { PlayMeta, PlayPreset } from "../core/payloads.ts";
import { AddressNote } from "../core/address.ts";
import { linkText, stateOf } from "./link_text.ts";
import { Past } from "./past.ts";
import { type PlayState, sameState, startOf } from "./state.ts";

/** What outlives the canvas: the state, its past, and what the page had opened with. */
export interface PlayKept {
  state?: PlayState;
  past?: Past;
  start?: string;
}

/** What is told of a change. */
export interface Changed {
  begins: boolean; // a change begins, rather than one that goes on
  elsewhere: boolean; // other data as a whole: the picture is to show them
}

const SEEDS = 2 ** 31;

export class Setup {
  state!: PlayState; // from the first payload on
  meta!: PlayMeta;
  notice = ""; // what of a link was not understood
  readonly past: Past;
  readonly #kept: PlayKept;
  readonly #heard: (changed: Changed) => void;
  readonly #address = new AddressNote("play");

  constructor(kept: PlayKept, heard: (changed: Changed) => void) {
    this.#kept = kept;
    this.#heard = heard;
    this.past = kept.past ??= new Past();
  }

  load(meta: PlayMeta) {
    this.meta = meta;
    const start = JSON.stringify(meta.start);
    const known = this.#kept.start === start ? this.#kept.state : undefined;
    this.#kept.start = start;
    this.#go(this.#linked(known ?? startOf(meta.start)), { begins: false, elsewhere: true });
  }

  /** What the address asks for, else the state that is given. */
  #linked(otherwise: PlayState): PlayState {
    const text = this.#address.readText();
    try {
      return text ? stateOf(text, startOf(this.meta.start), this.meta) : otherwise;
    } catch (error) {
      this.notice = error instanceof Error ? error.message : "";
      return otherwise;
    }
  }

  /** Another state, by a control; moves that follow at once are one change. */
  change(next: (state: PlayState) => PlayState) {
    const after = next(this.state);
    if (sameState(after, this.state)) return;
    this.#go(after, { begins: this.past.note(this.state, performance.now()), elsewhere: false });
  }

  /** Another state as a whole, as a change of its own. */
  jump(after: PlayState) {
    if (sameState(after, this.state)) return;
    const elsewhere = after.modes !== this.state.modes;
    this.past.close();
    this.past.note(this.state, performance.now());
    this.past.close();
    this.#go(after, { begins: true, elsewhere });
  }

  choosePreset({ name, modes, epsilon }: PlayPreset) {
    this.jump({ ...this.state, preset: name, modes, epsilon });
  }

  nextSeed() {
    this.jump({ ...this.state, seed: (this.state.seed + 1) % SEEDS });
  }

  undo() {
    this.#return(this.past.undo(this.state));
  }

  redo() {
    this.#return(this.past.redo(this.state));
  }

  #return(state: PlayState) {
    if (state !== this.state) this.#go(state, { begins: true, elsewhere: state.modes !== this.state.modes });
  }

  #go(state: PlayState, changed: Changed) {
    if (changed.begins) this.notice = "";
    this.state = this.#kept.state = state;
    this.#address.write(sameState(state, startOf(this.meta.start)) ? null : linkText(state));
    this.#heard(changed);
  }

  stop() {
    this.#address.stop();
  }
}
