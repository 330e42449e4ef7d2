// Several timelines under one playhead: all runs are shown at the same share of their way.  No screen.

import type { SnapshotArrays } from "../core/payloads.ts";
import { Timeline, type TimelineMeta } from "../player/timeline.ts";
import { grouped } from "../core/format.ts";

export class Ensemble {
  sides = [new Timeline()];
  leader: Timeline;

  constructor() {
    this.leader = this.sides[0];
  }

  /** Take full payloads, {arrays, meta} each; the one with most snapshots leads. */
  replace(payloads: { arrays: SnapshotArrays; meta: TimelineMeta }[], calm: boolean) {
    this.sides = payloads.map((_, k) => this.sides[k] ?? new Timeline());
    payloads.forEach(({ arrays, meta }, k) => this.sides[k].replace(arrays, meta, calm));
    const { loop, speed } = this.leader;
    this.leader = this.sides.reduce((most, side) => (side.frames.length > most.frames.length ? side : most));
    Object.assign(this.leader, { loop, speed });
    this.#follow();
  }

  get playing() {
    return this.leader.playing;
  }
  get loop() {
    return this.leader.loop;
  }
  set loop(on: boolean) {
    this.leader.loop = on;
  }
  get speed() {
    return this.leader.speed;
  }
  set speed(factor: number) {
    this.leader.speed = factor;
  }
  get index() {
    return this.leader.index;
  }
  get last() {
    return this.leader.last;
  }
  get steps() {
    return this.leader.steps;
  }
  get total() {
    return this.leader.total;
  }
  get live() {
    return false;
  }
  get sticky() {
    return false;
  }

  /** How far all are, from 0 to 1. */
  get share() {
    const { playhead, last } = this.leader;
    return last ? Math.min(1, playhead / last) : 1;
  }

  /** What the transport says of the place. */
  get words() {
    const moving = this.sides.filter((side) => side.last > 0);
    if (!moving.length) return "nothing moves";
    const steps = moving.map(({ steps, index }) => grouped(steps[index] ?? 0));
    return new Set(steps).size === 1 ? `step ${steps[0]}` : `steps ${steps.join(" | ")}`;
  }

  #follow() {
    for (const side of this.sides) if (side !== this.leader) side.playhead = this.share * side.last;
  }

  #led<T>(change: (leader: Timeline) => T): T {
    const result = change(this.leader);
    this.#follow();
    return result;
  }

  seek(index: number) {
    this.#led((leader) => leader.seek(index));
  }
  seekEnd() {
    this.#led((leader) => leader.seekEnd());
  }
  toggle() {
    this.#led((leader) => leader.toggle());
  }
  advance(seconds: number) {
    return this.#led((leader) => leader.advance(seconds));
  }
}
