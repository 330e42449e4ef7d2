// What the worker of Play does for one order: change, begin anew, step, show, score; a report comes back for each.

import type { MixtureNumbers } from "../trainer/density.ts";
import { type Settings, type Snapshot, Trainer } from "../trainer/trainer.ts";
import { type LiveScores, Scorer } from "./scorer.ts";

export interface Order {
  id: number;
  configure?: Settings;
  change?: Partial<Settings>;
  restart?: number; // with this seed
  steps?: number;
  milliseconds?: number; // to spend on them, at most
  points: number; // of B(z) to show
  forces: number; // points of them with their pulls
  score?: boolean;
}

export interface Report {
  id: number;
  taken: boolean; // whether the settings were: where not, those before still stand
  error?: string; // a sentence
  snapshot?: Snapshot;
  scores?: LiveScores;
}

const SCORED = 1500; // points that scores are counted on

const TOGETHER = 4; // steps between two looks at the clock

export class Desk {
  #trainer: Trainer | undefined;
  #scorer: Scorer | undefined;

  report(order: Order): Report {
    const { id, points, forces, score, steps = 0, milliseconds = Infinity } = order;
    const refused = told(() => {
      this.#set(order);
    });
    const trainer = this.#trainer;
    if (!trainer) return { id, taken: !refused, error: refused };
    const stopped = refused ? undefined : told(() => advance(trainer, steps, milliseconds));
    const scores = score ? this.#scores(trainer) : undefined;
    return { id, taken: !refused, error: refused ?? stopped, snapshot: trainer.snapshot(points, forces), scores };
  }

  #set({ configure, change, restart }: Order) {
    const before = this.#trainer?.settings;
    if (configure) this.#trainer = new Trainer(configure);
    const trainer = this.#trainer;
    if (!trainer) throw new Error("Nothing is configured yet: send the settings first.");
    if (change) trainer.change(change);
    const { density, epsilon } = trainer.settings;
    if (density !== before?.density || epsilon !== before.epsilon) this.#scorer = undefined;
    if (restart !== undefined) trainer.restart(restart);
  }

  #scores(trainer: Trainer): LiveScores {
    const { density, epsilon, delta } = trainer.settings;
    this.#scorer ??= new Scorer(density as MixtureNumbers, epsilon, delta);
    return this.#scorer.scores(trainer.snapshot(SCORED).points);
  }
}

/** At most so many steps, in at most so much time. */
function advance(trainer: Trainer, steps: number, milliseconds: number) {
  const end = performance.now() + milliseconds;
  for (let left = steps; left > 0 && performance.now() < end;) {
    const taken = trainer.advance(Math.min(left, TOGETHER));
    if (!taken) return;
    left -= taken;
  }
}

/** Why something could not be done, in a sentence; nothing where it was. */
function told(what: () => void): string | undefined {
  try {
    what();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
