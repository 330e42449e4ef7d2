// Scores and loss terms as they are now, each with its course.

import { COVERED } from "../core/constants.ts";
import { find, make } from "../core/dom.ts";
import { short } from "../export/svg.ts";
import { measured, percent, setting } from "../core/format.ts";
import type { ScoreName } from "./counted.ts";
import type { LiveScores } from "./scorer.ts";
import type { ObjectiveName } from "./state.ts";

const LENGTH = 160; // values of a course
const SIZE = { width: 100, height: 26 };

interface Meter<N extends string = string> {
  name: N;
  label: string; // as HTML
  title: string;
}

const SCORES: Meter<ScoreName>[] = [
  { name: "bp1", label: "BP1", title: "Boundary precision: the share of B(z) in the band. Alone it says little." },
  { name: "recall", label: "Boundary recall", title: "The share of the contour with B(z) nearby" },
  { name: "bf1", label: "BF1", title: "Harmonic mean of BP1 and boundary recall: high only if both are" },
  {
    name: "covered",
    label: "Pieces covered",
    title: `Pieces of the contour of which ${100 * COVERED} % have B(z) nearby`,
  },
];
const TERMS: Meter[] = [
  { name: "L0", label: "L<sub>0</sub> density", title: "" },
  { name: "L1", label: "L<sub>1</sub> distance", title: "" },
  { name: "L2", label: "L<sub>2</sub> dispersion", title: "" },
];
const CROWDING = "Mean ratio of distances in z to distances in B(z)";
const MEANT: Record<ObjectiveName, [string, string, string]> = {
  paper: ["Mean density at B(z), per unit area", "Mean distance to the nearest sample, in data units", CROWDING],
  ours: [
    "Mean squared miss of the level, in nats²",
    "Mean distance to each point’s own place, in units of its ellipse",
    `${CROWDING}, within each piece`,
  ],
};

/** A number, its name and its course as a line. */
class Course {
  readonly element: HTMLElement;
  readonly #value = make("output");
  readonly #line: SVGPolylineElement;
  readonly #values: number[] = [];

  /** One that may be pointed at is a button. */
  constructor({ name, label, title }: Meter, pointed?: (on: boolean, pressed: boolean) => void) {
    const { width, height } = SIZE;
    const picture = `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><polyline points=""/></svg>`;
    const course = make("span", { class: "course", html: picture });
    this.#line = find<SVGPolylineElement>(course, "polyline");
    const head = make("span", { class: "meter-name", html: label });
    const attributes = { class: "meter", title, "data-meter": name };
    const parts = [head, this.#value, course];
    this.element = pointed
      ? make(
          "button",
          {
            ...{ ...attributes, type: "button", "aria-pressed": "false" },
            click: () => pointed(true, true),
            pointerenter: (event: PointerEvent) => event.pointerType === "mouse" && pointed(true, false),
            pointerleave: (event: PointerEvent) => event.pointerType === "mouse" && pointed(false, false),
          },
          ...parts,
        )
      : make("div", attributes, ...parts);
  }

  write(words: string) {
    if (this.#value.textContent !== words) this.#value.textContent = words;
  }

  /** `place`: where the value lies between 0, the bottom, and 1; null where there is none. */
  note(place: number | null) {
    if (place === null) return;
    this.#values.push(place);
    if (this.#values.length > LENGTH) this.#values.shift();
    this.#draw();
  }

  #draw() {
    const { width, height } = SIZE;
    const count = Math.max(40, this.#values.length);
    const at = (value: number, k: number) =>
      `${short((k * width) / (count - 1))},${short(height - 2 - value * (height - 4))}`;
    this.#line.setAttribute("points", this.#values.map(at).join(" "));
  }

  clear() {
    this.#values.length = 0;
    this.#draw();
  }
}

const DECADES: [number, number] = [-4, 2]; // of a loss term's course
const TERM_RANGE = DECADES.map((power) => setting(10 ** power)).join(" to ");

export class Meters {
  readonly #scores: Course[];
  readonly #terms = TERMS.map((meter) => new Course(meter));
  #pressed: ScoreName | null = null;
  #objective: ObjectiveName | undefined;

  /** `onPoint`: called with the score that is pointed at; one that was pressed stays until it is pressed again. */
  constructor(root: HTMLElement, onPoint: (name: ScoreName | null) => void) {
    this.#scores = SCORES.map((meter) => {
      return new Course(meter, (on, pressed) => {
        if (pressed) this.#press(this.#pressed === meter.name ? null : meter.name);
        onPoint(on && !pressed ? meter.name : this.#pressed);
      });
    });
    find(root, ".meters").append(...this.#scores.map(({ element }) => element));
    find(root, ".terms").append(...this.#terms.map(({ element }) => element));
  }

  #press(name: ScoreName | null) {
    this.#pressed = name;
    this.#scores.forEach(({ element }) => {
      element.setAttribute("aria-pressed", String(element.dataset.meter === name));
    });
  }

  showScores({ bp1, recall, bf1, covered, components }: LiveScores) {
    const words = [percent(bp1), percent(recall), percent(bf1), `${covered} of ${components}`];
    this.#scores.forEach((score, k) => {
      score.write(words[k]);
    });
  }

  noteScores({ bp1, recall, bf1, covered, components }: LiveScores) {
    const places = [bp1, recall, bf1, components ? covered / components : null];
    this.#scores.forEach((score, k) => {
      score.note(places[k]);
    });
  }

  /** What each term is under an objective. */
  mean(objective: ObjectiveName) {
    if (objective === this.#objective) return;
    this.#objective = objective;
    this.#terms.forEach(({ element }, k) => {
      element.title = `${MEANT[objective][k]}; lower is better. The line is logarithmic, ${TERM_RANGE}.`;
    });
  }

  /** L, L0, L1, L2 of the last batch; not numbers before the first step. */
  showTerms(terms: ArrayLike<number>) {
    this.#terms.forEach((term, k) => {
      if (Number.isFinite(terms[k + 1])) term.write(measured(terms[k + 1]));
    });
  }

  noteTerms(terms: ArrayLike<number>) {
    const [low, high] = DECADES;
    this.#terms.forEach((term, k) => {
      if (!Number.isFinite(terms[k + 1])) return;
      const place = (Math.log10(Math.max(terms[k + 1], 1e-12)) - low) / (high - low);
      term.note(Math.min(1, Math.max(0, place)));
    });
  }

  clear() {
    for (const course of [...this.#scores, ...this.#terms]) course.clear();
  }
}
