// What a page says to the worker that trains, and what it hears: one answer to each message.

import { type Settings, type Snapshot, Trainer } from "./trainer.ts";

/** Every message may ask for a snapshot of the state that it leaves. */
export type Message = { id: number; show?: { points: number; forces: number } } & (
  | { type: "configure"; settings: Settings }
  | { type: "change"; settings: Partial<Settings> }
  | { type: "restart"; seed: number }
  | { type: "step"; count: number; milliseconds?: number } // at most so many, in at most so much time
  | { type: "snapshot" }
);

export interface Answer {
  id: number;
  error?: string; // a sentence; the trainer stays as it was
  snapshot?: Snapshot;
}

const TOGETHER = 4; // steps between two looks at the clock

/** The trainer of one worker. */
export class Session {
  #trainer: Trainer | undefined;

  answer(message: Message): Answer {
    const { id, show } = message;
    try {
      this.#do(message);
      return show ? { id, snapshot: this.#present.snapshot(show.points, show.forces) } : { id };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    }
  }

  get #present(): Trainer {
    if (!this.#trainer) throw new Error("Nothing is configured yet: send the settings first.");
    return this.#trainer;
  }

  #do(message: Message): void {
    if (message.type === "configure") this.#trainer = new Trainer(message.settings);
    else if (message.type === "change") this.#present.change(message.settings);
    else if (message.type === "restart") this.#present.restart(message.seed);
    else if (message.type === "step") this.#step(message.count, message.milliseconds ?? Infinity);
  }

  #step(count: number, milliseconds: number): void {
    const end = performance.now() + milliseconds;
    for (let left = count; left > 0 && performance.now() < end;) {
      const taken = this.#present.advance(Math.min(left, TOGETHER));
      if (!taken) return;
      left -= taken;
    }
  }
}

/** The arrays of an answer, to be moved instead of copied. */
export function transferable({ snapshot }: Answer): ArrayBuffer[] {
  return snapshot ? [snapshot.points.buffer, snapshot.forces.buffer] : [];
}
