// The score cards: for each score its name, what it counts, how it may mislead, and a sentence of counted numbers.

import { type Positive, classification, type Scores } from "../math/scores.ts";
import { make } from "../core/dom.ts";
import { PX, PG, type CardName, type Shown, type Words, CARDS, noContour } from "./card_texts.ts";

interface Group {
  title: string;
  note: string;
  joint?: boolean;
  cards: CardName[];
}

const GROUPS: Group[] = [
  {
    title: "Grid cells",
    note: `${PG} ≥ ε says normal; ${PX} ≥ ε is the truth`,
    cards: ["precision", "recall", "f1", "accuracy", "auroc", "bp2"],
  },
  { title: "Points of B(z)", note: "read these three together", joint: true, cards: ["bp1", "boundary_recall", "bf1"] },
  { title: "Shape", note: "", cards: ["components", "distance"] },
];

/** Card `id` has a value to show. */
export function exists(scores: Shown, id: CardName) {
  if (id === "components") return scores.components > 0;
  return scores[id === "distance" ? "distance_mean" : id] !== null;
}

function entries(buttons: Partial<Record<CardName, HTMLElement>>) {
  return Object.entries(buttons) as [CardName, HTMLElement][];
}

/** All cards as buttons; `onPoint(id or null)` while one is pointed at or focused, `onPin(id)` when pressed. */
export class Cards {
  private readonly buttons: Partial<Record<CardName, HTMLElement>> = {};

  constructor(holder: HTMLElement, onPoint: (id: CardName | null) => void, onPin: (id: CardName) => void) {
    for (const { title, note, joint, cards } of GROUPS) {
      const body = make(
        "div",
        { class: joint ? "cards joint" : "cards" },
        ...cards.map((id) => this.#card(id, onPoint, onPin)),
      );
      const heading = make("p", { class: "group", html: `<strong>${title}</strong> ${note}` });
      holder.append(make("div", { role: "group", "aria-label": title }, heading, body));
    }
  }

  #card(id: CardName, onPoint: (id: CardName | null) => void, onPin: (id: CardName) => void) {
    const button = make("button", {
      type: "button",
      class: "card",
      "data-score": id,
      "aria-pressed": "false",
      title: "Point to see what it counts; press to keep it",
      html: `<span class="name">${CARDS[id].name}</span><span class="value">–</span><span class="text"></span>`,
      pointerenter: () => onPoint(id),
      pointerleave: () => onPoint(null),
      focus: () => onPoint(id),
      blur: () => onPoint(null),
      click: () => onPin(id),
    });
    this.buttons[id] = button;
    return button;
  }

  show(scores: Shown, words: Words) {
    for (const [id, button] of entries(this.buttons)) {
      const card = CARDS[id];
      const [, value, text] = button.children;
      value.textContent = exists(scores, id) ? card.value(scores) : "–";
      text.innerHTML = exists(scores, id) ? card.text(words) : card.missing(scores, words);
    }
  }

  mark(pinned: CardName | null) {
    for (const [id, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(id === pinned));
  }
}

/** The scores for a positive class. */
export function shownFor(scores: Scores, positive: Positive): Shown {
  const { tp, fp, fn, tn } = scores;
  return { ...scores, normal: tp + fn, anomalous: fp + tn, ...classification(scores, positive) };
}

/** What a score counts, or why it has no value; without a score, what there is to do. */
export function sentence(id: CardName | null, shown: Shown, words: Words) {
  if (id === null) {
    const idle = "Point at a score, or press it, to see on the plane exactly what it counts.";
    return shown.detail.coverage.arcs.length ? idle : noContour(shown);
  }
  const card = CARDS[id];
  if (!exists(shown, id)) return card.missing(shown, words);
  return `<strong>${card.name} ${card.value(shown)}</strong> ${card.counted(shown, words)}`;
}
