// The player's legend: a button for each layer that there is.

import { FITTED, layerButton, make, nameLayer } from "../core/dom.ts";
import { grouped } from "../core/format.ts";
import type { PlayerArrays, PlayerMeta } from "../core/payloads.ts";
import type { Layers } from "../core/types.ts";

/** What there is to show or hide, in a word. */
export function layersIn(arrays: PlayerArrays, { contours }: PlayerMeta) {
  const lines = contours.filter((contour) => contour.lines.length);
  return [...Object.keys(arrays), ...lines.map(({ name }) => name)].join();
}

/** Buttons of all layers that a run has. */
export function layerButtons(arrays: PlayerArrays, meta: PlayerMeta, layers: Layers, redraw: () => void) {
  const named = (name: string) => meta.contours.some((contour) => contour.name === name && contour.lines.length);
  const present: Record<string, boolean> = {
    own: Boolean(arrays.own),
    data: true,
    model: Boolean(arrays.model_samples?.values.length),
    boundary: !meta.still,
    truth: named("truth"),
    contour: named("model"),
    warp: Boolean(arrays.warp),
    heat: true,
  };
  const names = Object.keys(present).filter((name) => present[name]);
  const buttons: HTMLElement[] = names.map((name) => layerButton(name, layers, redraw));
  if (meta.stands_in) nameLayer(buttons, "data", FITTED);
  if (arrays.model_heat) nameLayer(buttons, "heat", "density"); // the switch beside it says whose
  return buttons;
}

/** Which density the heat map shows: the data's or the model's. */
export function heatSwitch(model: boolean, choose: (model: boolean) => void) {
  const option = (of: boolean, sign: string, title: string) => {
    const attributes = { type: "button", title, "aria-pressed": String(of === model) };
    return make("button", { ...attributes, html: `<i>p<sub>${sign}</sub></i>`, click: () => press(of) });
  };
  const press = (of: boolean) => {
    options.forEach((button, k) => button.setAttribute("aria-pressed", String(of === Boolean(k))));
    choose(of);
  };
  const options = [
    option(false, "x", "Show the density of the data"),
    option(true, "g", "Show the density of the model"),
  ];
  return make("span", { class: "switch", role: "group", "aria-label": "Density shown" }, ...options);
}

/** The picture in words, of `count` points of B(z). */
export function pictureInWords(arrays: PlayerArrays, { still, says }: PlayerMeta, count: number) {
  const generated = count ? `${grouped(count)} points of B(z) over ` : "No B(z) yet; ";
  const data = `${grouped(arrays.data.values.length / 2)} points of data`;
  return `${still ? "" : generated}${data}${says ? `: ${says}` : ""}`;
}

/** Which layers are shown at first. */
export function layersShown(): Layers {
  const on = ["heat", "model", "data", "own", "truth", "contour", "boundary"];
  return { warp: false, ...Object.fromEntries(on.map((name) => [name, true])) };
}
