// The images page: B's images with what is nearest, the walk across the boundary, and scores with a threshold to drag.

import type { Tensor } from "../core/payloads.ts";
import { BINS, quantile, scoreWindow, shareBeyond } from "../math/bins.ts";
import { percent } from "../core/format.ts";
import { drawClimb } from "./climb.ts";
import { histogram } from "./histogram.ts";
import { find, make } from "../core/dom.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { readTheme } from "../core/theme.ts";
import { draw, paint, type ScoreSet, scored } from "./drawing.ts";

const FALSE_ALARMS = 0.05;

interface ImagesMeta {
  sets: { key: string; title: string; kind: string }[];
  score: string;
}

interface Pictures {
  samples?: Tensor<Uint8Array>;
  nearest?: Tensor<Uint8Array>;
  walk?: Tensor<Uint8Array>;
}

/** One number an image, and sets of scores. */
type Numbers = Partial<Record<string, Tensor<Float32Array>>>;

export class Images {
  readonly root: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly steps: HTMLInputElement;
  private bytes: Uint8Array | null = null;
  private pictures: Pictures = {};
  private numbers: Numbers = {};
  private meta: ImagesMeta = { sets: [], score: "" };
  private sets: ScoreSet[] = [];
  private low = 0;
  private high = 1;
  private threshold = 0;
  private step?: number;

  constructor(parent: ParentNode) {
    this.root = find(parent, ".bdsg");
    this.slider = this.find<HTMLInputElement>(".threshold-slider");
    this.slider.addEventListener("input", () =>
      this.setThreshold(this.low + (this.high - this.low) * (Number(this.slider.value) / 1000)),
    );
    this.steps = this.find<HTMLInputElement>(".step-slider");
    this.steps.addEventListener("input", () => this.setStep(Number(this.steps.value)));
    this.find(".more").addEventListener("click", () => this.#more());
    const pick = (event: PointerEvent) => this.#pickStep(event);
    this.find(".climb").addEventListener("pointerdown", pick);
    this.find(".climb").addEventListener("pointermove", (event) => event.buttons && pick(event));
  }

  find<E extends Element = HTMLElement>(name: string) {
    return find<E>(this.root, name);
  }

  stop() {} // nothing goes on

  receive(bytes: Uint8Array | null) {
    readTheme(this.root);
    if (!bytes?.length || sameBytes(bytes, this.bytes)) return;
    this.bytes = bytes;
    const { arrays, meta } = readTensors<object, ImagesMeta>(bytes);
    this.pictures = arrays;
    this.numbers = arrays as Numbers;
    this.meta = meta;
    this.#pairs();
    this.#walk();
    this.#rows();
    this.setThreshold(quantile(this.sets[0].sorted, 1 - FALSE_ALARMS));
    this.setStep(0);
  }

  #pairs() {
    const { samples, nearest } = this.pictures;
    const { l1 } = this.numbers;
    const count = samples?.shape[0] ?? 0;
    const list = this.find(".pairs");
    this.find(".grid-part").hidden = count === 0;
    list.replaceChildren(
      ...Array.from({ length: count }, (_, k) => {
        const [made, held] = ["made", "held"].map((kind) => make("canvas", { class: kind, "aria-hidden": "true" }));
        if (samples) paint(made, samples, k);
        if (nearest) paint(held, nearest, k);
        const words = `Boundary image ${k + 1} of ${count}: ${this.#saysOf(k)}`;
        const button = make(
          "button",
          { type: "button", class: "pair", "aria-pressed": "false", "aria-label": words, click: () => this.#choose(k) },
          made,
          held,
        );
        button.append(make("span", {}, l1 ? scored(l1.values[k]) : ""));
        return make("li", {}, button);
      }),
    );
    this.find(".unit").textContent = l1 ? "· below: their distance L1" : "";
    this.find(".grid-part .told").textContent = "Press an image for its scores.";
    list.classList.remove("all");
    this.#more(false);
  }

  /** The scores of boundary image k in words. */
  #saysOf(k: number) {
    const named = { l1: "distance to the nearest training image L1", log_p: "log p_g in nats", loss: "loss" };
    const parts = Object.entries(named).flatMap(([name, words]) => {
      const { [name]: found } = this.numbers;
      return found ? [`${words} ${scored(found.values[k])}`] : [];
    });
    return `${parts.join(", ")}.`;
  }

  #choose(k: number) {
    this.root.querySelectorAll(".pair").forEach((button, i) => button.setAttribute("aria-pressed", String(i === k)));
    this.find(".grid-part .told").textContent = `Image ${k + 1}: ${this.#saysOf(k)}`;
  }

  #more(turn = true) {
    const list = this.find(".pairs");
    const button = this.find(".more");
    const count = list.children.length;
    if (turn) list.classList.toggle("all");
    const all = list.classList.contains("all");
    button.textContent = all ? "Show 12" : `Show all ${count}`;
    button.setAttribute("aria-expanded", String(all));
    button.hidden = count <= 12;
  }

  #walk() {
    const { walk } = this.pictures;
    const { walk_scores: scores } = this.numbers;
    this.find(".walk-part").hidden = !walk || !scores;
    if (!walk || !scores) return;
    const strip = Array.from({ length: walk.shape[0] }, (_, k) => {
      const canvas = make("canvas", { role: "img", click: () => this.setStep(k) });
      paint(canvas, walk, k, `Step ${k + 1} of the walk`);
      return canvas;
    });
    this.find(".strip").replaceChildren(...strip);
    this.find(".walk-says").textContent =
      "From a test image to one of B's, and on, in equal steps; below, the score of each.";
    this.steps.max = String(strip.length - 1);
  }

  setStep(k: number) {
    const { walk } = this.pictures;
    const { walk_scores: scores, walk_log_p: logP } = this.numbers;
    if (!walk || !scores) return;
    this.step = k;
    this.steps.value = String(k);
    this.steps.style.setProperty("--done", String(k / Math.max(walk.shape[0] - 1, 1)));
    [...this.find(".strip").children].forEach((canvas, i) => canvas.classList.toggle("now", i === k));
    const beyond = scores.values[k] > this.threshold;
    const where = beyond ? "beyond the line" : "within the line";
    const words = `Step ${k + 1} of ${walk.shape[0]}: score ${scored(scores.values[k])}, ${where}`;
    paint(this.find(".large"), walk, k, words);
    this.find(".large").classList.toggle("beyond", beyond);
    this.steps.setAttribute("aria-valuetext", words);
    this.find(".here").textContent = `${words}${logP ? `; log p_g ${scored(logP.values[k])} nats` : ""}.`;
  }

  #pickStep(event: PointerEvent) {
    const box = this.find(".climb").getBoundingClientRect();
    const count = this.pictures.walk?.shape[0] ?? 0;
    const k = Math.floor(((event.clientX - box.left) / box.width) * count);
    this.setStep(Math.min(Math.max(k, 0), count - 1));
  }

  /** The walk's scores as a line under the strip, one point below each image's middle, and where it crosses. */
  #climb() {
    const scores = this.numbers.walk_scores?.values;
    if (!scores || !this.pictures.walk) return;
    drawClimb(this.find(".climb"), scores, this.threshold);
    [...this.find(".strip").children].forEach((canvas, k) =>
      canvas.classList.toggle("beyond", scores[k] > this.threshold),
    );
  }

  /** One histogram a set, under each other on one axis. */
  #rows() {
    this.sets = this.meta.sets.map(({ key, title, kind }) => {
      const sorted = Float32Array.from(this.numbers[key]?.values ?? []).sort();
      return {
        title,
        kind,
        sorted,
        clip: draw("rect", { y: -2, height: 54 }),
        limit: draw("line", { class: "limit", y1: -3, y2: 50 }),
        share: make("b"),
      };
    });
    [this.low, this.high] = scoreWindow(this.sets);
    const drag = (share: number) => this.setThreshold(this.low + share * (this.high - this.low));
    this.find(".which").textContent = this.meta.score ? ` Score: ${this.meta.score}.` : "";
    this.find(".rows").replaceChildren(...this.sets.map((set) => histogram(set, [this.low, this.high], drag)));
  }

  setThreshold(threshold: number) {
    this.threshold = threshold;
    const share = (threshold - this.low) / (this.high - this.low);
    const at = BINS * share;
    this.slider.value = String(Math.round(1000 * share));
    this.slider.style.setProperty("--done", String(Math.min(Math.max(share, 0), 1)));
    this.find(".reading").textContent = scored(threshold);
    const told = this.sets.map((set) => {
      const text = percent(shareBeyond(set.sorted, threshold));
      set.share.textContent = text;
      set.clip.setAttribute("x", String(at));
      set.clip.setAttribute("width", String(Math.max(BINS - at, 0)));
      for (const end of ["x1", "x2"]) set.limit.setAttribute(end, String(at));
      return `${set.title} ${text}`;
    });
    this.slider.setAttribute("aria-valuetext", `${scored(threshold)}; beyond it: ${told.join(", ")}`);
    this.#climb();
    if (this.step !== undefined) this.setStep(this.step);
  }
}
