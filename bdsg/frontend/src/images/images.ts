// The images page: B's images with what is nearest, the walk across the boundary, and scores with a threshold to drag.

import type { Tensor } from "../core/payloads.ts";
import { BINS, binned, crossingOf, quantile, scoreWindow, shareBeyond } from "../math/bins.ts";
import { figures, grouped, percent } from "../core/format.ts";
import { find, make } from "../core/dom.ts";
import { readTensors, sameBytes } from "../core/arrays.ts";
import { contextOf, readTheme } from "../core/theme.ts";

export const SVG = "http://www.w3.org/2000/svg";
const FALSE_ALARMS = 0.05; // the first threshold lets 5% of normal images through as anomalies

export function draw<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Put image k of a tensor of bytes, (n, h, w, c), on a canvas. */
export function paint(
  canvas: HTMLCanvasElement,
  { shape: [, height, width, channels], values }: Tensor<Uint8Array>,
  k: number,
  label = "",
) {
  const image = new ImageData(width, height),
    from = k * height * width * channels;
  for (let i = 0; i < height * width; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = values[from + i * channels + Math.min(c, channels - 1)];
    image.data[4 * i + 3] = 255;
  }
  Object.assign(canvas, { width, height });
  contextOf(canvas).putImageData(image, 0, 0);
  if (label) canvas.setAttribute("aria-label", label);
}

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

/** A set of scores, sorted, and what of its histogram follows the threshold. */
interface ScoreSet {
  title: string;
  kind: string;
  sorted: Float32Array;
  clip: SVGElement;
  limit: SVGElement;
  share: HTMLElement;
}

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
    const { samples, nearest } = this.pictures,
      { l1 } = this.numbers,
      count = samples?.shape[0] ?? 0;
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
    const list = this.find(".pairs"),
      button = this.find(".more"),
      count = list.children.length;
    if (turn) list.classList.toggle("all");
    const all = list.classList.contains("all");
    button.textContent = all ? "Show 12" : `Show all ${count}`;
    button.setAttribute("aria-expanded", String(all));
    button.hidden = count <= 12;
  }

  #walk() {
    const { walk } = this.pictures,
      { walk_scores: scores } = this.numbers;
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
    const { walk } = this.pictures,
      { walk_scores: scores, walk_log_p: logP } = this.numbers;
    if (!walk || !scores) return;
    this.step = k;
    this.steps.value = String(k);
    this.steps.style.setProperty("--done", String(k / Math.max(walk.shape[0] - 1, 1)));
    [...this.find(".strip").children].forEach((canvas, i) => canvas.classList.toggle("now", i === k));
    const beyond = scores.values[k] > this.threshold,
      where = beyond ? "beyond the line" : "within the line";
    const words = `Step ${k + 1} of ${walk.shape[0]}: score ${scored(scores.values[k])}, ${where}`;
    paint(this.find(".large"), walk, k, words);
    this.find(".large").classList.toggle("beyond", beyond);
    this.steps.setAttribute("aria-valuetext", words);
    this.find(".here").textContent = `${words}${logP ? `; log p_g ${scored(logP.values[k])} nats` : ""}.`;
  }

  #pickStep(event: PointerEvent) {
    const box = this.find(".climb").getBoundingClientRect(),
      count = this.pictures.walk?.shape[0] ?? 0;
    const k = Math.floor(((event.clientX - box.left) / box.width) * count);
    this.setStep(Math.min(Math.max(k, 0), count - 1));
  }

  /** The walk's scores as a line under the strip, one point below each image's middle, and where it crosses. */
  #climb() {
    const scores = this.numbers.walk_scores?.values;
    if (!scores || !this.pictures.walk) return;
    const svg = this.find(".climb"),
      count = scores.length,
      high = Math.max(...scores, this.threshold),
      low = Math.min(...scores, this.threshold);
    const x = (k: number) => (100 * (k + 0.5)) / count,
      y = (score: number) => 92 - (84 * (score - low)) / (high - low || 1);
    const crossing = crossingOf(scores, this.threshold),
      at = y(this.threshold);
    const says = crossing === null ? "never crosses the line" : `crosses after step ${Math.floor(crossing) + 1}`;
    const inner = draw("svg", { viewBox: "0 0 100 96", preserveAspectRatio: "none", width: "100%", height: "96" });
    inner.append(
      draw("polyline", { class: "line", points: Array.from(scores, (score, k) => `${x(k)},${y(score)}`).join(" ") }),
    );
    inner.append(draw("line", { class: "limit", x1: 0, x2: 100, y1: at, y2: at }));
    if (crossing !== null)
      inner.append(draw("line", { class: "crossing", x1: x(crossing), x2: x(crossing), y1: 0, y2: 96 }));
    const left = crossing === null || x(crossing) < 55;
    const label = draw("text", {
      x: crossing === null ? "0" : `${x(crossing)}%`,
      y: crossing === null ? "32" : "12",
      dx: left ? 6 : -6,
      "text-anchor": left ? "start" : "end",
    });
    label.textContent = says;
    svg.replaceChildren(inner, label);
    svg.setAttribute(
      "aria-label",
      `Scores along the walk: from ${scored(scores[0])} to ${scored(scores[count - 1])}; it ${says}.`,
    );
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
    this.find(".which").textContent = this.meta.score ? ` Score: ${this.meta.score}.` : "";
    this.find(".rows").replaceChildren(...this.sets.map((set) => this.#row(set)));
  }

  #row(set: ScoreSet) {
    const shares = binned(set.sorted, [this.low, this.high]),
      peak = Math.max(...shares),
      colour = `var(--bdsg-${set.kind})`;
    const svg = draw("svg", { viewBox: `0 0 ${BINS} 50`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const outline = Array.from(shares, (share, k) => [k, 50 - (46 * share) / peak])
      .map(([k, y]) => `L${k},${y}L${k + 1},${y}`)
      .join("");
    const clip = `clip-${set.title.replace(/\W/g, "")}`;
    const path = `M0,50${outline}L${BINS},50Z`,
      paintedBy = `fill:${colour};stroke:${colour}`;
    const clipping = draw("clipPath", { id: clip });
    clipping.append(set.clip);
    svg.append(
      clipping,
      draw("line", { class: "floor", x1: 0, x2: BINS, y1: 50, y2: 50 }),
      draw("path", { class: "below", d: path, style: paintedBy }),
      draw("path", { class: "above", d: path, style: paintedBy, "clip-path": `url(#${clip})` }),
      set.limit,
      draw("rect", { class: "hit", width: BINS, height: 50 }),
    );
    const drag = (event: PointerEvent) => {
      const box = svg.getBoundingClientRect(),
        at = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      this.setThreshold(this.low + at * (this.high - this.low));
    };
    svg.addEventListener("pointerdown", (event) => {
      svg.setPointerCapture(event.pointerId);
      drag(event);
    });
    svg.addEventListener("pointermove", (event) => event.buttons && drag(event));
    const count = make("small", {}, `of ${grouped(set.sorted.length)}`);
    return make(
      "div",
      { class: "row" },
      make("div", { class: "name" }, set.title),
      svg,
      make("div", { class: "share" }, set.share, count),
    );
  }

  setThreshold(threshold: number) {
    this.threshold = threshold;
    const share = (threshold - this.low) / (this.high - this.low),
      at = BINS * share;
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

/** A score of an image. */
function scored(value: number) {
  return figures(value, 4);
}
