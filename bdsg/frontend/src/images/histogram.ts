// A set of scores as a histogram, with the threshold to drag.

import { grouped } from "../core/format.ts";
import { make } from "../core/dom.ts";
import type { Pair } from "../core/types.ts";
import { BINS, binned } from "../math/bins.ts";
import { type ScoreSet, draw } from "./drawing.ts";

/** A row of the page; `onDrag` is told of the share of the window that is pointed at. */
export function histogram(set: ScoreSet, window: Pair, onDrag: (share: number) => void) {
  const svg = draw("svg", { viewBox: `0 0 ${BINS} 50`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const clip = `clip-${set.title.replace(/\W/g, "")}`;
  const clipping = draw("clipPath", { id: clip });
  clipping.append(set.clip);
  const style = `fill:var(--bdsg-${set.kind});stroke:var(--bdsg-${set.kind})`;
  const bars = { d: outline(binned(set.sorted, window)), style };
  svg.append(
    clipping,
    draw("line", { class: "floor", x1: 0, x2: BINS, y1: 50, y2: 50 }),
    draw("path", { class: "below", ...bars }),
    draw("path", { class: "above", ...bars, "clip-path": `url(#${clip})` }),
    set.limit,
    draw("rect", { class: "hit", width: BINS, height: 50 }),
  );
  const drag = (event: PointerEvent) => {
    const box = svg.getBoundingClientRect();
    onDrag(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1));
  };
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    drag(event);
  });
  svg.addEventListener("pointermove", (event) => event.buttons && drag(event));
  const count = make("small", {}, `of ${grouped(set.sorted.length)}`);
  const share = make("div", { class: "share" }, set.share, count);
  return make("div", { class: "row" }, make("div", { class: "name" }, set.title), svg, share);
}

/** The outline of the bars, as a path. */
function outline(shares: Float64Array) {
  const peak = Math.max(...shares);
  const bars = Array.from(shares, (share, k) => {
    const y = 50 - (46 * share) / peak;
    return `L${k},${y}L${k + 1},${y}`;
  });
  return `M0,50${bars.join("")}L${BINS},50Z`;
}
