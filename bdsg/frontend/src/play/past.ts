// What can be undone and done again: whole states.

import { type PlayState, sameState } from "./state.ts";

const MOST = 100;
const ONE_CHANGE = 600; // milliseconds between two moves of a slider that are undone as one

export class Past {
  readonly #before: PlayState[] = [];
  #after: PlayState[] = [];
  #noted = -Infinity;

  get undoable() {
    return this.#before.length > 0;
  }

  get redoable() {
    return this.#after.length > 0;
  }

  /** Note the state that is about to change; whether a new change begins, rather than one that goes on. */
  note(state: PlayState, now: number): boolean {
    const begins = now - this.#noted > ONE_CHANGE;
    this.#noted = now;
    if (!begins) return false;
    this.#before.push(state);
    if (this.#before.length > MOST) this.#before.shift();
    this.#after = [];
    return true;
  }

  /** What comes next is a change of its own. */
  close() {
    this.#noted = -Infinity;
  }

  undo(state: PlayState): PlayState {
    return this.#step(this.#before, this.#after, state);
  }

  redo(state: PlayState): PlayState {
    return this.#step(this.#after, this.#before, state);
  }

  #step(from: PlayState[], to: PlayState[], state: PlayState): PlayState {
    this.close();
    let found = from.pop();
    while (found && sameState(found, state)) found = from.pop(); // a slider that was moved and put back
    if (!found) return state;
    to.push(state);
    return found;
  }
}
