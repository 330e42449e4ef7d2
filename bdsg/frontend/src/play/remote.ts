// The page's end of the worker: one order at a time, and what was asked for meanwhile goes into the next.

import type { Order, Report } from "./desk.ts";
import { type PlayState, changesBetween, settingsOf } from "./state.ts";

/** Where orders go: a worker, or in tests the desk itself. */
export interface Port {
  send(order: Order): void;
  stop(): void;
}

export type OpenPort = (onReport: (report: Report) => void, onFailure: (words: string) => void) => Port;

/** A worker made of the text of its program. */
export function workerPort(program: string): OpenPort {
  return (onReport, onFailure) => {
    const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      onReport(data);
    };
    worker.onerror = (event) => {
      onFailure(`The trainer stopped: ${event.message || "this browser starts no worker"}. Reload the page.`);
    };
    return {
      send: (order) => {
        worker.postMessage(order);
      },
      stop: () => {
        worker.terminate();
        URL.revokeObjectURL(address);
      },
    };
  };
}

/** What the next order is to show, and how far it is to go. */
export type Wish = Pick<Order, "steps" | "milliseconds" | "points" | "forces" | "score">;

export class Remote {
  readonly #port: Port;
  readonly #heard: (report: Report, state: PlayState) => void;
  #accepted: PlayState | undefined; // what the trainer is set to
  #tried: PlayState | undefined; // what it was asked to be set to last
  #wanted: PlayState | undefined;
  #refused: PlayState | undefined; // what cannot be trained: it is not asked for twice
  #refusal = "";
  #again = false;
  #on = false;
  #next = 0;
  #busy = false;

  constructor(open: OpenPort, heard: (report: Report, state: PlayState) => void, failed: (words: string) => void) {
    this.#heard = heard;
    this.#port = open((report) => {
      this.#hear(report);
    }, failed);
  }

  get busy() {
    return this.#busy;
  }

  /** Whether something was set that the trainer was not told of. */
  get behind() {
    return this.#again || this.#on || (this.#wanted !== this.#tried && this.#wanted !== this.#refused);
  }

  /** Why what is wanted cannot be trained; nothing if it can. */
  get refusal() {
    return this.#refused && this.#wanted === this.#refused ? this.#refusal : "";
  }

  want(state: PlayState) {
    this.#wanted = state;
  }

  /** Begin anew, from the first weights of the state's seed. */
  restart() {
    this.#again = true;
  }

  /** Another cycle of the learning rate, with all as it is. */
  goOn() {
    this.#on = true;
  }

  /** Send an order, unless one is under way. */
  order(wish: Wish) {
    const before = this.#accepted;
    const wanted = this.#wanted === this.#refused ? before : this.#wanted;
    if (this.#busy || !wanted) return;
    this.#busy = true;
    this.#next += 1;
    const order: Order = { id: this.#next, ...wish };
    if (!before) order.configure = settingsOf(wanted);
    else {
      const change = changesBetween(before, wanted);
      if (this.#on || Object.keys(change).length) order.change = change;
      if (this.#again || before.seed !== wanted.seed) order.restart = wanted.seed;
    }
    [this.#again, this.#on] = [false, false];
    this.#tried = wanted;
    this.#port.send(order);
  }

  #hear(report: Report) {
    this.#busy = false;
    if (report.taken) this.#accepted = this.#tried;
    else [this.#refused, this.#refusal] = [this.#tried, report.error ?? ""];
    if (this.#tried) this.#heard(report, this.#accepted ?? this.#tried);
  }

  stop() {
    this.#port.stop();
  }
}
