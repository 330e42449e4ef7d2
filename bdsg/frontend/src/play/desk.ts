// What the worker of Play does for one order: change, begin anew, step, show, score; a report comes back for each.

import { Session } from "../trainer/protocol.ts";
import type { Message } from "../trainer/protocol.ts";
import type { MixtureNumbers } from "../trainer/density.ts";
import type { Settings, Snapshot } from "../trainer/trainer.ts";
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

export const SCORED = 1500; // points that scores are counted on

type Task = Message extends infer M ? (M extends Message ? Omit<M, "id"> : never) : never;

export class Desk {
  readonly #session = new Session();
  #settings: Settings | undefined;
  #scorer: Scorer | undefined;

  report(order: Order): Report {
    const { id, points, forces, score, steps } = order;
    const refused = this.#set(order);
    const taken = !refused;
    const stopped = taken && steps ? this.#do({ type: "step", count: steps, milliseconds: order.milliseconds }) : "";
    const error = refused || stopped || undefined;
    if (!this.#settings) return { id, taken, error };
    const { snapshot } = this.#session.answer({ id, type: "snapshot", show: { points, forces } });
    return { id, taken, error, snapshot, scores: score ? this.#scores(this.#settings) : undefined };
  }

  /** Take over settings; why they cannot be, or nothing. */
  #set({ configure, change, restart }: Order): string {
    const known = configure ?? (change && { ...this.#settings!, ...change });
    const task: Task | undefined = configure
      ? { type: "configure", settings: configure }
      : change && { type: "change", settings: change };
    const refused = task && this.#do(task);
    if (refused) return refused;
    if (known) {
      const { density, epsilon } = known;
      if (density !== this.#settings?.density || epsilon !== this.#settings.epsilon) this.#scorer = undefined;
      this.#settings = known;
    }
    return restart === undefined ? "" : this.#do({ type: "restart", seed: restart });
  }

  #do(task: Task): string {
    return this.#session.answer({ id: 0, ...task } as Message).error ?? "";
  }

  #scores({ density, epsilon, delta }: Settings): LiveScores | undefined {
    this.#scorer ??= new Scorer(density as MixtureNumbers, epsilon, delta);
    const { snapshot } = this.#session.answer({ id: 0, type: "snapshot", show: { points: SCORED, forces: 0 } });
    return snapshot && this.#scorer.scores(snapshot.points);
  }
}
