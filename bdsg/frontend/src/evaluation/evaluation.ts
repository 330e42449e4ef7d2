// The evaluation view: ε moves, and contours, cells and every score follow at once, without the server.

import type { Mounting, Tell } from "../core/mount.ts";
import type { EvaluationArrays, EvaluationMeta } from "../core/payloads.ts";
import type { Layers, Pen, Theme } from "../core/types.ts";
import type { Positive } from "../math/scores.ts";
import { AddressNote } from "../core/address.ts";
import { Cards, exists, sentence, shownFor } from "./cards.ts";
import { CARDS, type CardName, type Shown, type Words } from "./card_texts.ts";
import { FEWER, LevelBoundary } from "../math/every_level.ts";
import { FITTED, bringIntoView, find, layerButton, nameLayer, setData } from "../core/dom.ts";
import { Probe } from "../canvas/probe.ts";
import { Sheet, cameraFor } from "../canvas/plane.ts";
import { type Drawn, type Evaluated, EvaluationPicture, type Marked } from "./picture.ts";
import { evaluateAt, prepareEvaluation } from "../math/scores.ts";
import { readTheme } from "../core/theme.ts";
import { rounded, setting } from "../core/format.ts";
import { pictureButtons } from "../export/picture.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { vectorSheet } from "../export/svg.ts";
import { epsilonAt, moveBoundary, positiveSwitch, showThreshold } from "./threshold.ts";
import { layersShown, sceneOf } from "./picture.ts";

// apart by more than the third figure of ε, so that each has an ε of its own
const SEND_AFTER = 250;

export class Evaluation {
  readonly root: HTMLElement;
  sheet: Sheet;
  theme?: Theme;
  private run: Evaluated | null = null;
  private bytes: Uint8Array | null = null;
  private positive: Positive = "normal";
  private readonly layers: Layers = layersShown();
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
      camera: () => this.run && this.#camera(),
      redraw: () => this.draw(),
      scene: () => this.run && sceneOf(this.run),
    });
    this.slider = find<HTMLInputElement>(parent, ".slider");
    this.slider.addEventListener("input", () => this.#move());
    this.slider.addEventListener("change", () => this.#send());
    this.cards = new Cards(
      find(parent, ".scores"),
      (id) => this.#point(id),
      (id) => this.#pin(id),
    );
    find(this.root, ".choice").append(
      "positive: ",
      positiveSwitch(this.positive, (positive) => {
        this.positive = positive;
        this.#publish();
        this.draw();
      }),
    );
  }

  get pictureName() {
    return `bdsg-${this.#run.meta.run.slice(0, 8)}-scores`;
  }

  get pictureWords() {
    const { active, shown } = this;
    const card = active && CARDS[active];
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
    const { arrays, meta } = readTensors<EvaluationArrays, EvaluationMeta>(bytes);
    const known = this.run;
    const before = known?.meta;
    const moved =
      !before || before.run !== meta.run || (meta.epsilon !== before.epsilon && !this.sent.has(meta.epsilon));
    this.bytes = bytes;
    const prepared = prepareEvaluation(arrays, meta.trained);
    const levels = arrays.boundary_latent ? new LevelBoundary(arrays) : null;
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

  #update(epsilon: number, most = Infinity) {
    const run = this.#run;
    if (moveBoundary(run, epsilon, most) && this.drawn) this.drawn = { under: this.drawn.under };
    run.scores = evaluateAt(run.prepared, epsilon, run.meta.delta_ratio);
    showThreshold(this.root, this.slider, run);
    this.#publish();
  }

  /** Scores for the chosen positive class: on the cards, and for scripts as `bdsgScores`. */
  #publish() {
    const { scores } = this.#run;
    this.words = { one: this.positive, other: this.positive === "normal" ? "anomalous" : "normal" };
    this.shown = shownFor(scores, this.positive);
    const { detail: _detail, ...numbers } = this.shown;
    Object.assign(this.root, { bdsgScores: { ...numbers, positive: this.positive } });
    this.root.dataset.epsilon = String(scores.epsilon);
    this.cards.show(this.shown, this.words);
    this.#tell();
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
    const id = this.active;
    const { shown, words } = this;
    if (!shown) return;
    find(this.root, ".counted").innerHTML = sentence(id, shown, words);
  }

  redraw() {
    this.drawn = null;
    this.draw();
  }

  draw() {
    const { sheet, run, theme } = this;
    if (!run || !theme || !sheet.width) return;
    const camera = this.#camera();
    const picture = new EvaluationPicture(sheet, camera, run, this.layers, theme);
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
    const picture = new EvaluationPicture(sheet, this.#camera(), run, this.layers, theme);
    picture.paint(context, { under, points }, this.#marked);
  }

  #camera() {
    const { low, high } = this.#run.meta;
    return cameraFor(this.sheet, low, high);
  }

  stop() {
    clearTimeout(this.timer);
    this.address.stop();
    this.sheet.stop();
  }
}
