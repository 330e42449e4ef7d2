// The evaluation view: ε moves, and contours, cells and every score follow at once, without the server.

import type { Mounting, Tell } from "../core/mount.ts";
import type { EvaluationArrays, EvaluationMeta } from "../core/payloads.ts";
import type { Layers, Pen, Theme } from "../core/types.ts";
import type { Positive } from "../math/scores.ts";
import type { ProbeScene } from "../canvas/probe.ts";
import { AddressNote } from "../core/address.ts";
import { CARDS, type CardName, Cards, type Shown, type Words, exists, noContour } from "./cards.ts";
import { FEWER, LevelBoundary } from "../math/every_level.ts";
import { FITTED, bringIntoView, find, layerButton, make, nameLayer, setData } from "../core/dom.ts";
import { Probe } from "../canvas/probe.ts";
import { Sheet, cameraFor } from "../canvas/plane.ts";
import { type Drawn, type Evaluated, EvaluationPicture, type Marked } from "./picture.ts";
import { classification, evaluateAt, prepareEvaluation, preparePoints } from "../math/scores.ts";
import { readTheme } from "../core/theme.ts";
import { leftOut, rounded, setting } from "../core/format.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { vectorSheet } from "../export/svg.ts";

export const SLIDER_STEPS = 500; // apart by more than the third figure of ε, so that each has an ε of its own
const SEND_AFTER = 250; // milliseconds after the last change: holding an arrow key sends one value, not thirty

type Range = Pick<EvaluationMeta, "epsilon_low" | "epsilon_high">;

/** The slider's place for ε: equal steps are equal factors. */
export function placeOf({ epsilon_low: low, epsilon_high: high }: Range, epsilon: number) {
  return Math.round((SLIDER_STEPS * Math.log(epsilon / low)) / Math.log(high / low));
}

/** ε for a place, as it is shown; at the run's own to the last bit, so that its own scores come back. */
export function epsilonAt(meta: Range & { trained: { epsilon: number } }, place: number) {
  const {
    epsilon_low: low,
    epsilon_high: high,
    trained: { epsilon },
  } = meta;
  if (place === placeOf(meta, epsilon)) return epsilon;
  return Math.min(high, Math.max(low, rounded(low * (high / low) ** (place / SLIDER_STEPS), 3)));
}

export class Evaluation {
  readonly root: HTMLElement;
  sheet: Sheet;
  theme?: Theme;
  private run: Evaluated | null = null;
  private bytes: Uint8Array | null = null;
  private positive: Positive = "normal";
  private readonly layers: Layers = {
    heat: true,
    band: true,
    data: false,
    own: true,
    boundary: true,
    truth: true,
    contour: true,
    rays: false,
    gaps: true,
  };
  private readonly sent = new Set<number>(); // values of ε that came from this slider: they need not be taken over again
  private readonly address = new AddressNote("at");
  private readonly probe: Probe;
  private readonly slider: HTMLInputElement;
  private readonly cards: Cards;
  private setStateValue?: Tell;
  private timer?: ReturnType<typeof setTimeout>;
  private drawn: (Partial<Drawn> & Pick<Drawn, "under">) | null = null;
  private words: Words = { one: "normal", other: "anomalous" };
  private shown: Shown | null = null;
  private pointed: CardName | null = null;
  private pinned: CardName | null = null;

  constructor(parent: ParentNode) {
    this.root = find(parent, ".bdsg");
    find(parent, ".plane").append(pictureButtons(this));
    this.sheet = new Sheet(find<HTMLCanvasElement>(parent, ".plane-canvas"), () => this.redraw());
    this.probe = new Probe(find(parent, ".plane"), {
      camera: () => this.#camera(),
      redraw: () => this.draw(),
      scene: () => this.#scene(),
    });
    this.slider = find<HTMLInputElement>(parent, ".slider");
    this.slider.addEventListener("input", () => this.#move());
    this.slider.addEventListener("change", () => this.#send());
    this.cards = new Cards(
      find(parent, ".scores"),
      (id) => this.#point(id),
      (id) => this.#pin(id),
    );
    find(this.root, ".choice").append("positive: ", this.#positiveSwitch());
  }

  get pictureName() {
    return `bdsg-${this.#run.meta.run.slice(0, 8)}-scores`;
  }

  get pictureWords() {
    const { active, shown } = this,
      card = active && CARDS[active];
    const counted = active && card && shown && exists(shown, active) ? `${card.name} ${card.value(shown)}` : "";
    return [...this.#run.meta.about.split(" · "), `scored at ε = ${setting(this.#run.scores.epsilon)}`, counted];
  }

  receive(bytes: Uint8Array | null, { setStateValue }: Mounting) {
    this.setStateValue = setStateValue;
    this.theme = readTheme(this.root);
    if (bytes?.length && !sameBytes(bytes, this.bytes)) this.#load(bytes);
    this.redraw();
  }

  #load(bytes: Uint8Array) {
    const { arrays, meta } = readTensors<EvaluationArrays, EvaluationMeta>(bytes),
      known = this.run,
      before = known?.meta;
    const moved =
      !before || before.run !== meta.run || (meta.epsilon !== before.epsilon && !this.sent.has(meta.epsilon));
    this.bytes = bytes;
    const prepared = prepareEvaluation(arrays, meta.trained),
      levels = arrays.boundary_latent ? new LevelBoundary(arrays) : null;
    const epsilon = moved || !known ? meta.epsilon : known.scores.epsilon;
    this.run = { arrays, meta, prepared, levels, scores: evaluateAt(prepared, epsilon, meta.delta_ratio) };
    this.#buildLegend();
    find(this.root, ".exact").hidden = !meta.exact;
    this.#update(epsilon);
  }

  /** What is shown: asked for only once there is something. */
  get #run(): Evaluated {
    if (!this.run) throw new Error("Nothing is shown yet.");
    return this.run;
  }

  #buildLegend() {
    const names = Object.keys(this.layers).filter((name) => name !== "own" || this.#run.arrays.own);
    const buttons = names.map((name) => layerButton(name, this.layers, () => this.redraw()));
    if (this.#run.meta.stands_in) nameLayer(buttons, "data", FITTED);
    find(this.root, ".legend").replaceChildren(...buttons);
  }

  /** The share of the data, or of the visitor's own points, that ε calls anomalous. */
  #leftOut(epsilon: number) {
    const { values } = this.#run.arrays.known_log_p_x,
      level = Math.log(epsilon);
    return leftOut(
      values.reduce((sum, value) => sum + Number(value < level), 0),
      values.length,
      Boolean(this.#run.arrays.own),
    );
  }

  #move() {
    const started = performance.now();
    this.#update(epsilonAt(this.#run.meta, Number(this.slider.value)), FEWER);
    this.draw();
    this.root.dataset.latencyMs = String(rounded(performance.now() - started, 3));
  }

  #send() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.#update(this.#run.scores.epsilon);
      this.draw();
      this.sent.add(this.#run.scores.epsilon);
      this.address.write(this.#run.scores.epsilon);
      this.setStateValue?.("epsilon", this.#run.scores.epsilon);
    }, SEND_AFTER);
  }

  /** B(z, ε) at this ε, for at most `most` points; B(z) of one ε stays as it is. */
  #moveBoundary(epsilon: number, most: number) {
    const { levels, prepared, meta, arrays } = this.#run;
    if (!levels) return;
    const { boundary, boundary_log_p_x: known } = arrays,
      stored = epsilon === meta.trained.epsilon;
    const points = stored ? boundary.values : levels.points(epsilon, Math.min(most, levels.count));
    Object.assign(prepared, preparePoints(points, stored ? known.values : levels.logDensity(points)));
    if (this.drawn) this.drawn = { under: this.drawn.under };
  }

  /** On the slider, the range that B(z, ε) was trained for. */
  #markRange() {
    const { levels, meta } = this.#run;
    const [low, high] = levels ? levels.range.map((epsilon) => placeOf(meta, epsilon) / SLIDER_STEPS) : [0, 0];
    this.slider.classList.toggle("ranged", Boolean(levels));
    this.slider.style.setProperty("--from", String(low));
    this.slider.style.setProperty("--to", String(high));
  }

  /** Up to where B(z, ε) follows. */
  #reach(epsilon: number) {
    const { levels } = this.#run;
    if (!levels) return "";
    const [low, high] = levels.range;
    return levels.covers(epsilon) ? "B(z, ε) follows" : `B(z, ε) knows ${setting(low)} to ${setting(high)}`;
  }

  #update(epsilon: number, most = Infinity) {
    this.#moveBoundary(epsilon, most);
    const run = this.#run,
      { meta } = run;
    run.scores = evaluateAt(run.prepared, epsilon, meta.delta_ratio);
    const place = Math.min(SLIDER_STEPS, Math.max(0, placeOf(meta, epsilon)));
    if (Number(this.slider.value) !== place) this.slider.value = String(place);
    this.slider.style.setProperty("--done", String(place / SLIDER_STEPS));
    const words = `ε = ${setting(epsilon)} per unit area`;
    this.slider.setAttribute("aria-valuetext", words);
    find(this.root, ".reading").replaceChildren(
      make("strong", {}, words),
      make("span", {}, this.#leftOut(epsilon)),
      `δ = ${setting(run.scores.delta)}`,
      make("span", { class: "reach" }, this.#reach(epsilon)),
    );
    this.#publish();
  }

  /** Scores for the chosen positive class: on the cards, and for scripts as `bdsgScores`. */
  #publish() {
    this.#markRange();
    const { detail: _, ...numbers } = this.#run.scores,
      other = this.positive === "normal" ? "anomalous" : "normal";
    const { tp, fp, fn, tn } = numbers;
    this.words = { one: this.positive, other };
    this.shown = {
      ...this.#run.scores,
      normal: tp + fn,
      anomalous: fp + tn,
      ...classification(this.#run.scores, this.positive),
    };
    Object.assign(this.root, {
      bdsgScores: { ...numbers, ...classification(this.#run.scores, this.positive), positive: this.positive },
    });
    this.root.dataset.epsilon = String(numbers.epsilon);
    this.cards.show(this.shown, this.words);
    this.#tell();
  }

  #positiveSwitch() {
    const choose = (name: Positive) => {
      this.positive = name;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.positive === name));
      this.#publish();
      this.draw();
    };
    const buttons = (["normal", "anomalous"] as const).map((name) =>
      make(
        "button",
        {
          type: "button",
          "data-positive": name,
          "aria-pressed": String(name === this.positive),
          click: () => choose(name),
          title: `Count ${name} cells as the positive class`,
        },
        name,
      ),
    );
    return make("span", { class: "switch", role: "group", "aria-label": "Positive class" }, ...buttons);
  }

  get active(): CardName | null {
    return this.pointed ?? this.pinned ?? null;
  }

  #point(id: CardName | null) {
    this.pointed = id;
    this.#tell();
    this.draw();
  }

  #pin(id: CardName) {
    this.pinned = this.pinned === id ? null : id;
    if (!this.pinned) this.pointed = null;
    this.cards.mark(this.pinned);
    if (this.pinned) bringIntoView(this.sheet.canvas);
    this.#tell();
    this.draw();
  }

  /** The sentence below the plane. */
  #tell() {
    const id = this.active,
      { shown, words } = this;
    if (!shown) return;
    const { coverage } = shown.detail;
    const idle = coverage.arcs.length
      ? "Point at a score, or press it, to see on the plane exactly what it counts."
      : noContour(shown);
    const card = id && CARDS[id];
    const text = !card
      ? idle
      : exists(shown, id)
        ? `<strong>${card.name} ${card.value(shown)}</strong> ${card.counted(shown, words)}`
        : card.missing(shown, words);
    find(this.root, ".counted").innerHTML = text;
  }

  redraw() {
    this.drawn = null;
    this.draw();
  }

  draw() {
    const { sheet, run, theme } = this;
    if (!run || !theme || !sheet.width) return;
    const camera = this.#camera(),
      picture = new EvaluationPicture(sheet, camera, run, this.layers, theme);
    const context = sheet.begin();
    const drawn = { under: this.drawn?.under ?? picture.under(), points: this.drawn?.points ?? picture.points() };
    this.drawn = drawn;
    picture.paint(context, drawn, this.#marked);
    this.probe.draw(context, camera, theme);
    setData(this.root, "active", this.active ?? "");
    setData(this.root, "ready", 1);
  }

  /** The score that is marked on the plane. */
  get #marked(): Marked | null {
    const { active: id, shown, positive } = this;
    return id && shown && exists(shown, id) ? { id, positive } : null;
  }

  /** The picture as it stands, as vectors. */
  paintOn(context: Pen) {
    const { run, theme, drawn } = this;
    const { under, points } = drawn ?? {};
    if (!run || !theme || !under || !points) return;
    const sheet = vectorSheet(this.sheet, context);
    new EvaluationPicture(sheet, this.#camera(), run, this.layers, theme).paint(
      context,
      { under, points },
      this.#marked,
    );
  }

  #camera() {
    const {
      meta: { low, high },
    } = this.#run;
    return cameraFor(this.sheet, low, high);
  }

  /** What the probe reads from, at the present ε. */
  #scene(): ProbeScene {
    const {
      arrays,
      meta: { low, high, units },
      scores: { epsilon },
      prepared,
    } = this.#run;
    const grids = { truth: arrays.log_p_x, model: arrays.log_p_g };
    return { low, high, epsilon, units, ...grids, points: prepared.segments, stride: 4, data: arrays.data.values };
  }

  stop() {
    clearTimeout(this.timer);
    this.address.stop();
    this.sheet.stop();
  }
}
