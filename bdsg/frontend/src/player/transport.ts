// The player's buttons, scrubber and keys.

import type { Timeline } from "./timeline.ts";
import { grouped } from "../core/format.ts";
import { find, icon, iconButton, make } from "../core/dom.ts";

/** What is played: one timeline, or several as one. */
export type Playable = Pick<
  Timeline,
  | "playing"
  | "loop"
  | "speed"
  | "index"
  | "last"
  | "steps"
  | "total"
  | "live"
  | "sticky"
  | "seek"
  | "seekEnd"
  | "toggle"
> & { words?: string };

/** A view with a transport: it does what the viewer asked for, and shows the outcome. */
export interface Played {
  root: HTMLElement;
  timeline: Playable;
  act(change: () => void): void;
}

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export class Transport {
  private readonly player: Played;
  private readonly play: HTMLButtonElement;
  private readonly range: HTMLInputElement;
  private readonly read: HTMLOutputElement;
  private readonly live: HTMLButtonElement;
  private readonly loop: HTMLButtonElement;
  private words = "";

  constructor(player: Played) {
    this.player = player;
    const { timeline } = player;
    const act = (change: () => void) => () => player.act(change);
    this.play = iconButton(
      "play",
      "Play (Space)",
      act(() => timeline.toggle()),
    );
    this.range = make("input", {
      type: "range",
      class: "scrubber",
      min: 0,
      max: 0,
      step: 1,
      value: 0,
      "aria-label": "Training step shown",
      input: () => player.act(() => timeline.seek(Number(this.range.value))),
    });
    this.read = make("output", { class: "step" });
    this.live = make(
      "button",
      { type: "button", class: "live", title: "Follow the newest step", click: act(() => timeline.seekEnd()) },
      "live",
    );
    const buttons = [
      iconButton(
        "start",
        "To the start (Home)",
        act(() => timeline.seek(0)),
        { "data-full": "" },
      ),
      iconButton(
        "back",
        "Step back (←)",
        act(() => timeline.seek(timeline.index - 1)),
        { "data-full": "" },
      ),
      this.play,
      iconButton(
        "forth",
        "Step forward (→)",
        act(() => timeline.seek(timeline.index + 1)),
        { "data-full": "" },
      ),
      iconButton(
        "end",
        "To the end (End)",
        act(() => timeline.seekEnd()),
        { "data-full": "" },
      ),
    ];
    this.loop = this.#loop();
    find(player.root, ".transport").append(
      make("div", { class: "buttons" }, ...buttons),
      this.range,
      make("div", { class: "extras" }, this.read, this.live, this.#speed(), this.loop),
    );
  }

  #speed() {
    const { timeline } = this.player;
    const select = make(
      "select",
      {
        class: "speed",
        "aria-label": "Playback speed",
        title: "Playback speed",
        "data-full": "",
        change: () => {
          timeline.speed = Number(select.value);
        },
      },
      ...SPEEDS.map((speed) => make("option", { value: speed }, `${speed}×`)),
    );
    select.value = String(timeline.speed);
    return select;
  }

  #loop() {
    const { player } = this;
    return iconButton(
      "loop",
      "Repeat from the start at the end",
      () =>
        player.act(() => {
          player.timeline.loop = !player.timeline.loop;
        }),
      { "data-full": "", "aria-pressed": "false" },
    );
  }

  /** Bring every control in line with the timeline. */
  show() {
    const { timeline } = this.player;
    const { play, range } = this;
    const place = timeline.index;
    const total = Math.max(timeline.total, timeline.steps[timeline.last] ?? 0);
    const words = timeline.words ?? `step ${grouped(timeline.steps[place] ?? 0)} of ${grouped(total)}`;
    if (Number(range.max) !== timeline.last) range.max = String(timeline.last);
    if (Number(range.value) !== place) range.value = String(place);
    if (this.words !== words) {
      this.words = this.read.textContent = words;
      range.setAttribute("aria-valuetext", words);
      range.style.setProperty("--done", String(timeline.last ? place / timeline.last : 1));
    }
    this.#mark(play, timeline.playing);
    this.live.hidden = !timeline.live;
    this.live.setAttribute("aria-pressed", String(timeline.sticky));
    this.loop.setAttribute("aria-pressed", String(timeline.loop));
  }

  #mark(play: HTMLButtonElement, playing: boolean) {
    if (play.dataset.playing === String(playing)) return;
    play.dataset.playing = String(playing);
    play.innerHTML = icon(playing ? "pause" : "play");
    play.title = playing ? "Pause (Space)" : "Play (Space)";
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  /** Keys of the stage; inside a control that uses a key itself, that control has it. */
  onKey(event: KeyboardEvent) {
    const { timeline } = this.player;
    const own = (event.target as Element).closest("button, select, input");
    const steps: Partial<Record<string, () => void>> = {
      " ": () => timeline.toggle(),
      ArrowLeft: () => timeline.seek(timeline.index - 1),
      ArrowRight: () => timeline.seek(timeline.index + 1),
      Home: () => timeline.seek(0),
      End: () => timeline.seekEnd(),
    };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    if (own && (event.key === " " ? own.tagName !== "INPUT" : own.tagName !== "BUTTON")) return;
    event.preventDefault();
    this.player.act(step);
  }
}
