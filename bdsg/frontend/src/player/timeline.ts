// The snapshots of one run and where the playhead stands among them.  No screen, no clock of its own.

import type { DeltaMeta, Playback, SnapshotArrays } from "../core/payloads.ts";
import type { Pair } from "../core/types.ts";
import { FULL_SCALE } from "../core/constants.ts";
const RUN_SECONDS = 6; // a whole run takes about this long at speed 1 ...
const SLOWEST = 4;
const FASTEST = 30; // ... within these snapshots a second
const LINGER = 0.8; // seconds that a looping run rests on its last snapshot
const CATCH_UP = 0.35; // seconds in which a live run closes up with the newest snapshot

/** What a timeline reads of a full payload. */
export type TimelineMeta = Partial<Playback> & { run: string };

export class Timeline {
  run: string | null = null;
  frames: Int16Array[] = [];
  steps: number[] = [];
  terms: Float32Array[] = [];
  forces: Int16Array[] = [];
  playhead = 0;
  playing = false;
  live = false;
  sticky = false;
  loop = false;
  speed = 1;
  total = 0;
  cue?: string;

  get last() {
    return Math.max(0, this.frames.length - 1);
  }

  /** Index of the snapshot that the playhead is nearest to. */
  get index() {
    return Math.min(this.last, Math.max(0, Math.round(this.playhead)));
  }

  /** Take a full payload: everything of a new run, or all of this one again without moving the playhead. */
  replace(arrays: SnapshotArrays, meta: TimelineMeta, calm: boolean) {
    // A run that is live again was started anew.
    const fresh = meta.run !== this.run || (meta.live && !this.live) || (meta.cue ?? "") !== (this.cue ?? "");
    const atEnd = !fresh && this.sticky;
    this.frames.length = this.steps.length = this.terms.length = this.forces.length = 0;
    Object.assign(this, { run: meta.run, live: Boolean(meta.live), total: meta.total_steps ?? 0, cue: meta.cue });
    this.#store(arrays, 0);
    if (fresh) this.#begin(meta, calm);
    this.playhead = Math.min(this.playhead, this.last);
    if (atEnd && calm) this.playhead = this.last;
  }

  #begin(meta: TimelineMeta, calm: boolean) {
    this.loop = Boolean(meta.loop);
    this.sticky = this.live;
    this.playing = this.live || (Boolean(meta.autoplay) && !calm && this.last > 0);
    // A run that does not start by itself shows how it ended.
    this.playhead = this.playing && !this.live ? 0 : this.last;
  }

  /** Take newer snapshots of the same run; false when one is missing in between (a full payload comes later). */
  append(arrays: SnapshotArrays, meta: DeltaMeta, calm: boolean) {
    if (meta.run !== this.run || meta.first > this.frames.length) return false;
    this.live = meta.live !== false;
    this.#store(arrays, meta.first);
    if (calm && this.sticky) this.playhead = this.last;
    return true;
  }

  #store({ frames, steps, terms, forces }: SnapshotArrays, first: number) {
    const [count, points] = frames.shape;
    const width = terms.shape[1];
    const pulls = forces ? forces.values.length / count : 0;
    for (let k = 0; k < count; k += 1) {
      this.frames[first + k] = frames.values.subarray(2 * points * k, 2 * points * (k + 1));
      this.steps[first + k] = steps.values[k];
      this.terms[first + k] = terms.values.subarray(width * k, width * (k + 1));
      if (forces) this.forces[first + k] = forces.values.subarray(pulls * k, pulls * (k + 1));
    }
  }

  /** Move by hand to a snapshot: stops, and leaves the newest one of a live run behind. */
  seek(index: number) {
    this.playhead = Math.min(this.last, Math.max(0, index));
    this.playing = this.sticky = false;
  }

  /** Go to the newest snapshot; a live run is then followed again. */
  seekEnd() {
    this.seek(this.last);
    this.playing = this.sticky = this.live;
  }

  toggle() {
    if (this.playing) {
      this.playing = this.sticky = false;
      return;
    }
    if (this.playhead >= this.last && !this.live) this.playhead = 0;
    this.playing = this.live || this.last > 0;
    this.sticky = this.live && this.playhead >= this.last;
  }

  /** Snapshots a second at the chosen speed. */
  get rate() {
    const natural = Math.min(FASTEST, Math.max(SLOWEST, this.frames.length / RUN_SECONDS));
    const rate = natural * this.speed;
    return this.sticky ? Math.max(rate, (this.last - this.playhead) / CATCH_UP) : rate;
  }

  /** Let `seconds` pass; whether there is more to play. */
  advance(seconds: number) {
    if (!this.playing) return false;
    this.playhead += seconds * this.rate;
    if (this.playhead < this.last) return true;
    if (this.loop && !this.live) {
      if (this.playhead - this.last > LINGER * this.rate) this.playhead = 0;
      return true;
    }
    this.playhead = this.last;
    this.sticky = this.live;
    this.playing = this.live; // a live run waits for its next snapshot
    return false;
  }

  /** Points at the playhead in data coordinates, linear between two snapshots. */
  points(low: Pair, high: Pair, out?: Float32Array) {
    if (!this.frames.length) return new Float32Array(0);
    const place = Math.min(this.playhead, this.last);
    const before = Math.floor(place);
    const t = place - before;
    const a = this.frames[before];
    const b = this.frames[Math.min(before + 1, this.last)];
    const scale = [0, 1].map((axis) => (high[axis] - low[axis]) / 2 / FULL_SCALE);
    const centre = [0, 1].map((axis) => (high[axis] + low[axis]) / 2);
    const result = out && out.length === a.length ? out : new Float32Array(a.length);
    for (let i = 0; i < a.length; i += 1) result[i] = centre[i & 1] + scale[i & 1] * (a[i] + t * (b[i] - a[i]));
    return result;
  }
  /** Arrows at the playhead as they were quantised, (3 x m x 2), linear between two snapshots; null if there are none. */
  arrows(out?: Float32Array | null) {
    const place = Math.min(this.playhead, this.last);
    const before = Math.floor(place);
    const t = place - before;
    const a = this.forces[before];
    const b = this.forces[Math.min(before + 1, this.last)];
    if (!a || a.length !== b?.length) return null;
    const result = out && out.length === a.length ? out : new Float32Array(a.length);
    for (let i = 0; i < a.length; i += 1) result[i] = a[i] + t * (b[i] - a[i]);
    return result;
  }
}
