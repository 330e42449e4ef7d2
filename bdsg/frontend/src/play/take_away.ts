// What leaves the page: a run that the server records, and a file for where there is no server.

import type { Tell } from "../core/mount.ts";
import type { Units } from "../core/payloads.ts";
import { find, make } from "../core/dom.ts";
import { save } from "../export/picture.ts";
import { type Source, metaWith, oneFile } from "./one_file.ts";
import type { Setup } from "./setup.ts";
import { choicesOf } from "./state.ts";

interface Shown {
  root: HTMLElement;
  units: Units | null;
  redraw(): void;
}

const RECORD = "Train the same settings on the server, bit for bit the same each time: replay, exports, history";
const FILE = "This instrument, as it stands, in one HTML file that needs no server";

export class TakeAway {
  readonly #view: Shown;
  readonly #setup: Setup;
  readonly #place: HTMLElement;
  #tell: Tell | undefined;

  constructor(view: Shown, setup: Setup, source: Source) {
    [this.#view, this.#setup] = [view, setup];
    this.#place = find(view.root, ".record");
    this.#place.append(
      button("record-button", RECORD, "Record this run", () => {
        this.#tell?.("record", choicesOf(setup.state, view.units));
      }),
      button("file-button", FILE, "One file", () => this.#save(source)),
    );
  }

  /** A one-file page has no server to tell: it shows no buttons. */
  show(tell: Tell | undefined) {
    this.#tell = tell;
    this.#place.hidden = !tell;
  }

  async #save(source: Source) {
    const { state, meta } = this.#setup;
    try {
      save(await oneFile(source, metaWith(meta, state, this.#view.units)), `bdsg-${state.preset ?? "own"}.html`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#setup.notice = `The file was not made (${reason}): reload the page and try again.`;
      this.#view.redraw();
    }
  }
}

function button(kind: string, title: string, words: string, press: () => unknown) {
  return make("button", { type: "button", class: kind, title, click: press }, words);
}
