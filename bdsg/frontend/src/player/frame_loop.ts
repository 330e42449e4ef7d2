// Frames, one after another, while there is something to play; while paused none runs.

const LONGEST_TICK = 0.25; // seconds: after a pause of the browser the playhead does not leap
const MEASURED = 120; // frames that the rate is told of

export class FrameLoop {
  private readonly advance: (seconds: number) => boolean;
  private pending = 0;
  private before: number | null = null;
  private times: number[] = [];

  /** `advance` lets seconds pass and says whether there is more. */
  constructor(advance: (seconds: number) => boolean) {
    this.advance = advance;
  }

  start() {
    if (this.pending) return;
    this.before = null;
    this.times = [];
    this.pending = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now: number) {
    const seconds = this.before === null ? 0 : Math.min(LONGEST_TICK, (now - this.before) / 1000);
    this.before = now;
    this.times.push(now);
    if (this.times.length > MEASURED) this.times.shift();
    this.pending = 0;
    if (this.advance(seconds)) this.pending = requestAnimationFrame((then) => this.#tick(then));
  }

  /** Frames a second of late. */
  get rate() {
    const { times } = this;
    const span = times[times.length - 1] - times[0];
    return times.length > 1 ? (1000 * (times.length - 1)) / span : 0;
  }

  stop() {
    cancelAnimationFrame(this.pending);
    this.pending = 0;
  }
}
