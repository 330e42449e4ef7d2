// Tells the page of edits, each under a name of its own: what comes back under a known name is an echo.

import type { Mode } from "../core/payloads.ts";

const TELL_AFTER = 250; // milliseconds after the last change: a held key tells the server once

export class Teller {
  private readonly tell: (edit: string, modes: Mode[]) => void;
  private readonly born = Date.now().toString(36);
  private readonly told = new Set<string>();
  private edits = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(tell: (edit: string, modes: Mode[]) => void) {
    this.tell = tell;
  }

  /** A name that no edit had. */
  next() {
    this.edits += 1;
    return `${this.born}-${this.edits}`;
  }

  /** Whether an edit was told of, here or before; from now on it was. */
  knows(edit: string) {
    const known = this.told.has(edit);
    this.told.add(edit);
    return known;
  }

  /** Tell of the modes as they are when nothing changes any more. */
  soon(modes: () => Mode[]) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const edit = this.next();
      this.told.add(edit);
      this.tell(edit, modes());
    }, TELL_AFTER);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
