// Play: the instrument on one screen.  B(z) trains in a worker, and every control acts while it does.

import type { Mounting } from "../core/mount.ts";
import type { Mode, PlayMeta } from "../core/payloads.ts";
import type { Layers, Theme } from "../core/types.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { find } from "../core/dom.ts";
import { readTheme } from "../core/theme.ts";
import { Sheet } from "../canvas/plane.ts";
import { ForceLayers } from "../player/forces.ts";
import { FrameLoop } from "../player/frame_loop.ts";
import { Bar } from "./bar.ts";
import { COUNTED } from "./counted.ts";
import { DataPanel } from "./data_panel.ts";
import { Gaussians } from "./gaussians.ts";
import { listen } from "./keys.ts";
import { fillLegend } from "./legend.ts";
import { ObjectivePanel } from "./objective_panel.ts";
import { Picture } from "./picture.ts";
import type { Source } from "./one_file.ts";
import type { OpenPort } from "./remote.ts";
import type { Report } from "./desk.ts";
import { Reading } from "./reading.ts";
import { type Changed, type PlayKept, Setup } from "./setup.ts";
import { TakeAway } from "./take_away.ts";
import { Training } from "./training.ts";
import { WhatIfPanel } from "./what_if_panel.ts";
import { report } from "./parts.ts";
import { sentence } from "./words.ts";

const CALM_EVERY = 0.25; // seconds between two pictures where motion is to be reduced
const BELOW = 8; // pixels under the page's end

export class Play {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly plane: HTMLElement;
  readonly sheet: Sheet;
  readonly layers: Layers = { heat: true, data: true, truth: true, band: true, boundary: true, gaps: true };
  readonly training: Training;
  readonly forces: ForceLayers;
  readonly gaussians: Gaussians;
  readonly picture: Picture;
  theme?: Theme;
  private readonly setup: Setup;
  private readonly bar: Bar;
  private readonly objective: ObjectivePanel;
  private readonly data: DataPanel;
  private readonly whatIfs: WhatIfPanel;
  private readonly reading: Reading;
  private readonly takeAway: TakeAway;
  private readonly motion = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly frames = new FrameLoop((seconds) => this.#pass(seconds));
  private readonly endKeys: () => void;
  private readonly fit = () => this.#fitWindow();
  private bytes: Uint8Array | null = null;
  private sinceDrawn = 0; // seconds
  private dirty = true;

  constructor(parent: ParentNode, kept: PlayKept, open: OpenPort, source: Source) {
    this.setup = new Setup(kept, (changed) => {
      this.#changed(changed);
    });
    const root = (this.root = find(parent, ".bdsg"));
    this.canvas = find<HTMLCanvasElement>(parent, ".plane-canvas");
    this.plane = find(parent, ".plane");
    this.sheet = new Sheet(this.canvas, () => this.#redrawAll());
    this.training = new Training(open, (report, anew) => {
      this.#hear(report, anew);
    });
    this.forces = new ForceLayers(() => {
      this.training.forces = this.forces.any;
      this.training.refresh();
      this.redraw();
    });
    this.gaussians = new Gaussians(this, () => this.setup.meta.limits);
    this.picture = new Picture(this);
    this.bar = new Bar(this);
    this.objective = new ObjectivePanel(root, this.setup);
    this.data = new DataPanel(root, this.setup, this.gaussians);
    this.whatIfs = new WhatIfPanel(root, this.setup);
    this.reading = new Reading(root, (name) => {
      this.picture.counted = name;
      this.redraw();
    });
    fillLegend(root, this.layers, this.forces, () => this.#redrawAll());
    this.takeAway = new TakeAway(this, this.setup, source);
    this.endKeys = listen(this);
    window.addEventListener("resize", this.fit);
  }

  get camera() {
    return this.picture.camera;
  }

  get state() {
    return this.setup.state;
  }

  get modes() {
    return this.state.modes;
  }

  get units() {
    return this.state.preset ? null : this.setup.meta.units;
  }

  get calm() {
    return this.motion.matches;
  }

  receive(bytes: Uint8Array | null, { setTriggerValue }: Partial<Pick<Mounting, "setTriggerValue">>) {
    this.takeAway.show(setTriggerValue);
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) {
      this.bytes = bytes;
      this.setup.load(readTensors<object, PlayMeta>(bytes).meta);
    }
    if (!this.bytes) return;
    this.data.draw(this.theme);
    this.#fitWindow();
    this.#redrawAll();
  }

  /** Room from where the component begins to the window's end. */
  #fitWindow() {
    const top = Math.max(0, Math.round(this.root.getBoundingClientRect().top));
    this.root.style.setProperty("--above", `${top + BELOW}px`);
  }

  /** The settings are others. */
  #changed({ begins, elsewhere }: Changed) {
    const { picture, training, gaussians, state } = this;
    if (elsewhere) picture.trail.clear();
    else if (begins && picture.points.length) picture.trail.haunt(picture.points);
    if (gaussians.chosen >= state.modes.length) gaussians.chosen = -1;
    if (elsewhere) gaussians.fit();
    if (begins && elsewhere) training.playing = true;
    training.want(state);
    this.redraw();
  }

  place(modes: Mode[]) {
    this.setup.change((state) => ({ ...state, preset: null, modes }));
  }

  undo() {
    this.setup.undo();
  }

  redo() {
    this.setup.redo();
  }

  toggle() {
    this.training.toggle();
    this.redraw();
  }

  step() {
    this.training.step();
    this.redraw();
  }

  restart() {
    this.setup.nextSeed();
    this.training.restart();
    this.redraw();
  }

  setPace(pace: number) {
    this.training.pace = pace;
    this.redraw();
  }

  letGo() {
    this.gaussians.letGo();
  }

  #hear({ snapshot, scores }: Report, anew: boolean) {
    if (anew) {
      this.picture.trail.clear();
      this.reading.clear();
    }
    if (snapshot) this.picture.take(snapshot);
    if (scores) {
      Object.assign(this.picture, { bare: scores.bare, held: scores.held });
      this.reading.note(scores, snapshot);
    }
    this.dirty = true;
    this.frames.start();
  }

  /** One frame: whether another is due. */
  #pass(seconds: number): boolean {
    if (!this.root.isConnected) return false;
    const more = this.training.advance(seconds);
    this.sinceDrawn += seconds;
    if (this.training.running) this.picture.trail.pass(seconds);
    if (this.dirty && (!this.calm || !this.training.running || this.sinceDrawn >= CALM_EVERY)) this.#draw();
    return more || this.dirty;
  }

  /** Theme, size or layers are others: draw the ground, too. */
  #redrawAll() {
    this.picture.forget();
    this.redraw();
  }

  /** Draw with the next frame. */
  redraw() {
    this.dirty = true;
    if (this.bytes) this.frames.start();
  }

  #draw() {
    [this.dirty, this.sinceDrawn] = [false, 0];
    const { state, training } = this;
    this.picture.draw();
    this.objective.show(state);
    this.whatIfs.show(state);
    this.data.show();
    const { running, settled, pace, rate, snapshot, scores } = training;
    this.bar.show({ running, settled, pace, rate, step: snapshot?.step ?? 0 });
    this.reading.show(
      { words: this.#words(), scores, snapshot, rests: !running, objective: state.objective },
      performance.now(),
    );
    report(this);
  }

  #words() {
    const { training, picture, state, setup } = this;
    if (training.problem) return training.problem;
    if (!training.scores) return "Starting…";
    if (picture.counted) return COUNTED[picture.counted];
    const { spots, outside, points } = picture;
    const told = sentence(state, { scores: training.scores, spots, outside, shown: points.length / 2 });
    return setup.notice ? `${setup.notice} ${told}` : told;
  }

  stop() {
    this.endKeys();
    window.removeEventListener("resize", this.fit);
    this.frames.stop();
    this.setup.stop();
    this.sheet.stop();
    this.training.stop();
  }
}
