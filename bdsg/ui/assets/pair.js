// Two timelines under one playhead: both runs are shown at the same share of their way.  No screen.

class Pair {
  constructor() {
    this.sides = [new Timeline(), new Timeline()];
    this.leader = this.sides[0];
  }

  /** Take two full payloads, [{arrays, meta}, {arrays, meta}]; the one with more snapshots leads. */
  replace(payloads, calm) {
    payloads.forEach(({ arrays, meta }, k) => this.sides[k].replace(arrays, meta, calm));
    const [a, b] = this.sides, { loop, speed } = this.leader;
    this.leader = b.frames.length > a.frames.length ? b : a;
    Object.assign(this.leader, { loop, speed });
    this.#follow();
  }

  get playing() { return this.leader.playing; }
  get loop() { return this.leader.loop; }
  set loop(on) { this.leader.loop = on; }
  get speed() { return this.leader.speed; }
  set speed(factor) { this.leader.speed = factor; }
  get index() { return this.leader.index; }
  get last() { return this.leader.last; }
  get steps() { return this.leader.steps; }
  get total() { return this.leader.total; }
  get live() { return false; }
  get sticky() { return false; }

  /** How far both are, from 0 to 1. */
  get share() {
    const { playhead, last } = this.leader;
    return last ? Math.min(1, playhead / last) : 1;
  }

  /** What the transport says of the place. */
  get words() {
    const [a, b] = this.sides.map(({ steps, index }) => grouped(steps[index] ?? 0));
    return a === b ? `step ${a}` : `steps ${a} | ${b}`;
  }

  #follow() {
    for (const side of this.sides) if (side !== this.leader) side.playhead = this.share * side.last;
  }

  #led(change) {
    const result = change(this.leader);
    this.#follow();
    return result;
  }

  seek(index) { this.#led((leader) => leader.seek(index)); }
  seekEnd() { this.#led((leader) => leader.seekEnd()); }
  toggle() { this.#led((leader) => leader.toggle()); }
  advance(seconds) { return this.#led((leader) => leader.advance(seconds)); }
}
