// The score cards: for each score its name, what it counts, how it may mislead, and a sentence of counted numbers.

const PX = "<i>p<sub>x</sub></i>", PG = "<i>p<sub>g</sub></i>";

const GROUPS = [
  { title: "Grid cells", note: `${PG} ≥ ε says normal; ${PX} ≥ ε is the truth`, cards: ["precision", "recall", "f1", "accuracy", "auroc", "bp2"] },
  { title: "Points of B(z)", note: "read these three together", joint: true, cards: ["bp1", "boundary_recall", "bf1"] },
  { title: "Shape", note: "", cards: ["components", "distance"] },
];

const MOST_NAMED = 4; // pieces whose bare lengths a sentence tells

// `value` is what the card shows, `text` its line, `counted` the sentence below the plane, `missing` why there is no value.
const CARDS = {
  precision: {
    name: "Precision", value: (s) => formatShare(s.precision),
    text: (w) => `Of the cells called ${w.one}, the share that are. Calling almost nothing ${w.one} raises it.`,
    counted: (s, w) => `${key("tp")}${grouped(s.tp)} of ${grouped(s.tp + s.fp)} cells that the model calls ${w.one} are ${w.one}; ${key("fp")}${grouped(s.fp)} are not.`,
    missing: (s, w) => `The model calls no cell ${w.one} at this ε, so there is nothing to count.`,
  },
  recall: {
    name: "Recall", value: (s) => formatShare(s.recall),
    text: (w) => `Of the truly ${w.one} cells, the share found. Calling everything ${w.one} makes it 100 %.`,
    counted: (s, w) => `${key("tp")}${grouped(s.tp)} of ${grouped(s.tp + s.fn)} truly ${w.one} cells are found; ${key("fn")}${grouped(s.fn)} are missed.`,
    missing: (s, w) => `No cell is truly ${w.one} at this ε, so there is nothing to find.`,
  },
  f1: {
    name: "F1", value: (s) => formatShare(s.f1),
    text: (w) => `Harmonic mean of precision and recall. Ignores the cells rightly called ${w.other}.`,
    counted: (s, w) => `2 × ${key("tp")}${grouped(s.tp)} found, divided by 2 × ${grouped(s.tp)} + ${key("fp")}${grouped(s.fp)} wrongly called ${w.one} + ${key("fn")}${grouped(s.fn)} missed.`,
    missing: (s, w) => `No cell is ${w.one}, in truth or by the model, so there is nothing to count.`,
  },
  accuracy: {
    name: "Accuracy", value: (s) => formatShare(s.accuracy),
    text: () => "Share of all cells judged right. Flattering where most of the window is easily anomalous.",
    counted: (s, w) => `${grouped(s.tp + s.tn)} of ${grouped(s.tp + s.fp + s.fn + s.tn)} cells are judged right: ${key("tp")}${grouped(s.tp)} ${w.one}, ${key("tn")}${grouped(s.tn)} ${w.other}; wrong: ${key("fp")}${grouped(s.fp)} and ${key("fn")}${grouped(s.fn)}.`,
    missing: () => "The grid has no cells.",
  },
  auroc: {
    name: "AUROC", value: (s) => rounded(s.auroc, 4),
    text: () => `Chance that ${PG} ranks a normal cell above an anomalous one. Blind to where the threshold lies.`,
    counted: (s) => `Every pair of a truly normal and a truly anomalous cell is compared by ${PG}: ${grouped(s.normal)} × ${grouped(s.anomalous)} pairs, no threshold on ${PG}.`,
    missing: () => "All cells are of one class at this ε, so no two can be ranked.",
  },
  bp1: {
    name: "BP1", value: (s) => formatShare(s.bp1),
    text: () => "Share of the points inside the band. A pile on one spot of it also makes 100 %.",
    counted: (s) => `${key("in")}${grouped(s.in_band)} of ${grouped(s.points)} points of B(z) lie where δ ≤ ${PX} ≤ ε; ${key("out")}${grouped(s.points - s.in_band)} do not.`,
    missing: () => "There are no points of B(z).",
  },
  boundary_recall: {
    name: "Boundary recall", value: (s) => formatShare(s.boundary_recall),
    text: () => "Share of the contour with an in-band point nearby. Says nothing of stray points.",
    counted: (s) => `${key("arc")}${rounded(s.detail.coverage.covered, 2)} of ${rounded(s.detail.coverage.total, 2)} units along the contour ${PX} = ε have an in-band point within twice the band's width; ${key("gap")}${rounded(s.detail.coverage.total - s.detail.coverage.covered, 2)} have none.`,
    missing: (s) => noContour(s),
  },
  bf1: {
    name: "BF1", value: (s) => formatShare(s.bf1),
    text: () => "Harmonic mean of the two: high only if points are in the band and all along it. Blind to how far off a stray is.",
    counted: (s) => `Harmonic mean of BP1 = ${formatShare(s.bp1)} (${key("in")}${grouped(s.in_band)} of ${grouped(s.points)} points) and boundary recall = ${formatShare(s.boundary_recall)} (${key("arc")}${rounded(s.detail.coverage.covered, 2)} of ${rounded(s.detail.coverage.total, 2)} units).`,
    missing: (s) => noContour(s),
  },
  bp2: {
    name: "BP2", value: (s) => formatShare(s.bp2),
    text: () => "Of the cells in the model's band, the share in the true band. Says nothing of B(z).",
    counted: (s) => `${key("tp")}${grouped(s.band_hits)} of ${grouped(s.band_size)} cells with δ ≤ ${PG} ≤ ε also have δ ≤ ${PX} ≤ ε; ${key("fp")}${grouped(s.band_size - s.band_hits)} do not.`,
    missing: () => `No cell has ${PG} between δ and ε: the model's band is empty at this ε.`,
  },
  components: {
    name: "Components covered", value: (s) => `${s.components_covered} of ${s.components}`,
    text: () => "Separate pieces of the support with a boundary recall of at least 90 %. One gap fails a piece.",
    counted: (s) => `${s.components_covered} of ${s.components} connected pieces of ${PX} ≥ ε have at least 90 % of their own contour covered: ${key("arc")}covered, ${key("gap")}not. ${barePieces(s.detail.coverage.components)}${joinedPieces(s)}`,
    missing: (s) => noContour(s),
  },
  distance: {
    name: "Mean distance", value: (s) => rounded(s.distance_mean, 3),
    text: () => "From B(z) to the middle of the band. A small mean hides bare stretches: see the way back.",
    counted: (s) => `From B(z) to ${PX} = √(δε): mean ${rounded(s.distance_mean, 3)}, 95 % within ${rounded(s.distance_p95, 3)}; ${key("out")}the rest is joined to the curve. From the curve to B(z): mean ${rounded(s.curve_distance_mean, 3)}, 95 % within ${rounded(s.curve_distance_p95, 3)}.${modelsShare(s)}`,
    missing: () => "No point of the plane is as dense as √(δε), so there is no curve to measure to.",
  },
};

function noContour({ epsilon }) {
  return `No point of the plane is as dense as ε = ${significant(epsilon)}, so there is no boundary: lower ε.`;
}

/** How far the model's own contour is off: that error is not B's. */
function modelsShare({ contour_distance_mean: mean, contour_distance_p95: most }) {
  return mean === null ? "" : ` From ${PG} = ε to ${PX} = ε, the model's own error: mean ${rounded(mean, 3)}, 95 % within ${rounded(most, 3)}.`;
}

/** Where B(z)'s own level joins what ε still tells apart. */
function joinedPieces({ components, band_pieces: joined }) {
  return joined < components
    ? ` B(z) aims at √(δε), where only ${joined} of these ${components} pieces ${joined === 1 ? "is" : "are"} apart: it goes round several together.` : "";
}

/** The bare length of each piece, the barest first, by the numbers that stand on the plane. */
function barePieces(pieces) {
  const bare = pieces.map(({ length, covered }, k) => ({ k, length, bare: length - covered })).filter((piece) => piece.bare > 0);
  if (!bare.length) return "No stretch is bare.";
  const worst = bare.sort((a, b) => b.bare - a.bare).slice(0, MOST_NAMED);
  const named = worst.map((piece) => `${rounded(piece.bare, 2)} of ${rounded(piece.length, 2)} units of piece ${piece.k + 1}`);
  const rest = bare.length - worst.length;
  return `Bare: ${named.join(", ")}${rest ? ` and parts of ${rest} more` : ""}.`;
}

/** A small sign in a sentence, drawn as on the plane. */
function key(kind) {
  return `<span class="key ${kind}" aria-hidden="true"></span>`;
}

/** A share as per cent; never rounded up to 100 % nor down to 0 %. */
function formatShare(value) {
  if (value === null || value === undefined) return "–";
  const text = (100 * value).toFixed(1);
  if (text === "100.0" && value < 1) return "> 99.9 %";
  if (text === "0.0" && value > 0) return "< 0.1 %";
  return `${text} %`;
}

/** Fixed decimals, but two significant figures for what would come out as 0; never rounded up to 1. */
function rounded(value, digits) {
  if (value !== 0 && Math.abs(value) < 10 ** -digits) return value.toPrecision(2);
  const text = value.toFixed(digits);
  return value < 1 && Number(text) === 1 ? `> ${(1 - 10 ** -digits).toFixed(digits)}` : text;
}

/** Three significant figures. */
function significant(value) {
  return value < 1e-4 || value >= 1e5 ? value.toExponential(2) : value.toPrecision(3);
}

/** Card `id` has a value to show. */
function exists(scores, id) {
  if (id === "components") return scores.components > 0;
  return scores[id === "distance" ? "distance_mean" : id] !== null;
}

/** All cards as buttons; `onPoint(id or null)` while one is pointed at or focused, `onPin(id)` when pressed. */
class Cards {
  constructor(holder, onPoint, onPin) {
    this.buttons = {};
    for (const { title, note, joint, cards } of GROUPS) {
      const body = make("div", { class: joint ? "cards joint" : "cards" }, ...cards.map((id) => this.#card(id, onPoint, onPin)));
      const heading = make("p", { class: "group", html: `<strong>${title}</strong> ${note}` });
      holder.append(make("div", { role: "group", "aria-label": title }, heading, body));
    }
  }

  #card(id, onPoint, onPin) {
    const button = make("button", {
      type: "button", class: "card", "data-score": id, "aria-pressed": "false", title: "Point to see what it counts; press to keep it",
      html: `<span class="name">${CARDS[id].name}</span><span class="value">–</span><span class="text"></span>`,
      pointerenter: () => onPoint(id), pointerleave: () => onPoint(null), focus: () => onPoint(id), blur: () => onPoint(null),
      click: () => onPin(id),
    });
    this.buttons[id] = button;
    return button;
  }

  show(scores, words) {
    for (const [id, button] of Object.entries(this.buttons)) {
      const card = CARDS[id], [, value, text] = button.children;
      value.textContent = exists(scores, id) ? card.value(scores) : "–";
      text.innerHTML = exists(scores, id) ? card.text(words) : card.missing(scores, words);
    }
  }

  mark(pinned) {
    for (const [id, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(id === pinned));
  }
}
