// What can be undone: the modes as they were before each change.

import type { Mode } from "../core/payloads.ts";

const MOST_PAST = 50;

/** Modes, and which of them was chosen. */
export interface Moment {
  modes: Mode[];
  chosen: number;
}

export class History {
  private readonly past: Moment[] = [];

  get length() {
    return this.past.length;
  }

  keep(moment: Moment) {
    this.past.push(moment);
    if (this.past.length > MOST_PAST) this.past.shift();
  }

  /** The moment before the last change, which is taken out. */
  back() {
    return this.past.pop();
  }
}
