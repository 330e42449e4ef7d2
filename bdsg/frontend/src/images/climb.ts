// The walk's scores as a line under its strip, and where it crosses the threshold.

import { crossingOf } from "../math/bins.ts";
import type { Numbers } from "../core/types.ts";
import { draw, scored } from "./drawing.ts";

/** Draw the line anew, one point below each image's middle. */
export function drawClimb(svg: Element, scores: Float32Array, threshold: number) {
  const count = scores.length;
  const high = Math.max(...scores, threshold);
  const low = Math.min(...scores, threshold);
  const x = (k: number) => (100 * (k + 0.5)) / count;
  const y = (score: number) => 92 - (84 * (score - low)) / (high - low || 1);
  const crossing = crossingOf(scores, threshold);
  const says = crossing === null ? "never crosses the line" : `crosses after step ${Math.floor(crossing) + 1}`;
  const inner = draw("svg", { viewBox: "0 0 100 96", preserveAspectRatio: "none", width: "100%", height: "96" });
  const at = crossing === null ? null : x(crossing);
  inner.append(
    draw("polyline", { class: "line", points: outline(scores, x, y) }),
    draw("line", { class: "limit", x1: 0, x2: 100, y1: y(threshold), y2: y(threshold) }),
  );
  if (at !== null) inner.append(draw("line", { class: "crossing", x1: at, x2: at, y1: 0, y2: 96 }));
  svg.replaceChildren(inner, label(says, at));
  const ends = `from ${scored(scores[0])} to ${scored(scores[count - 1])}`;
  svg.setAttribute("aria-label", `Scores along the walk: ${ends}; it ${says}.`);
}

function outline(scores: Numbers, x: (k: number) => number, y: (score: number) => number) {
  return Array.from(scores, (score, k) => `${x(k)},${y(score)}`).join(" ");
}

/** What the line says of itself, beside where it crosses. */
function label(says: string, at: number | null) {
  const left = at === null || at < 55;
  const place = at === null ? { x: "0", y: "32" } : { x: `${at}%`, y: "12" };
  const text = draw("text", { ...place, dx: left ? 6 : -6, "text-anchor": left ? "start" : "end" });
  text.textContent = says;
  return text;
}
