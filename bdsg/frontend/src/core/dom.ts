// Small helpers for the page: elements, icons, the legend.

import type { Layers } from "./types.ts";
/** The first element of a kind, which the markup has. */
export function find<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`The markup lacks ${selector}.`);
  return found;
}

type Attribute = string | number | boolean | null | undefined | ((event: never) => unknown);

/** An element with attributes (a function is a listener, `html` is trusted markup of ours) and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (name === "html") element.innerHTML = String(value);
    else if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

const ICONS: Record<string, string> = {
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  back: "M17 5.5v13L8.5 12zM6 5.5h2.2v13H6z",
  forth: "M7 5.5v13l8.5-6.5zM15.8 5.5H18v13h-2.2z",
  start: "M12.5 6v12L5 12zM20 6v12l-7.5-6zM3.2 6h1.9v12H3.2z",
  end: "M11.5 6v12l7.5-6zM4 6v12l7.5-6zM18.9 6h1.9v12h-1.9z",
  loop: "M7 7h9.2l-1.9-1.9L15.7 3.7 20 8l-4.3 4.3-1.4-1.4L16.2 9H8c-1.1 0-2 .9-2 2v1.5H4V11c0-2.2 1.3-4 3-4zm10 10H7.8l1.9 1.9-1.4 1.4L4 16l4.3-4.3 1.4 1.4L7.8 15H16c1.1 0 2-.9 2-2v-1.5h2V13c0 2.2-1.3 4-3 4z",
};

export function icon(name: string) {
  return `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
}

export function iconButton(name: string, label: string, onPress: () => void, extra: Record<string, Attribute> = {}) {
  return make("button", {
    type: "button",
    class: `icon ${name}`,
    title: label,
    "aria-label": label,
    html: icon(name),
    click: onPress,
    ...extra,
  });
}

/** How a layer looks, small, for the legend; the shapes are those of canvas/shapes.ts. */
const SWATCHES: Record<string, string> = {
  data: '<circle cx="6" cy="6" r="2.6" fill="var(--bdsg-data)"/>',
  own: '<rect x="3" y="3" width="6" height="6" fill="none" stroke="currentColor" stroke-width="1.3"/>',
  model: '<path d="M2.5 2.5l7 7m0-7l-7 7" stroke="var(--bdsg-model)" stroke-width="1.7"/>',
  boundary: '<path d="M6 1.6L10.4 6 6 10.4 1.6 6z" fill="none" stroke="var(--bdsg-boundary)" stroke-width="1.7"/>',
  heat: '<rect x="1" y="1" width="10" height="10" rx="2" fill="var(--bdsg-heat)"/>',
  truth: '<path d="M0 6h12" stroke="currentColor" stroke-width="2"/>',
  contour: '<path d="M0 6h12" stroke="currentColor" stroke-width="2" stroke-dasharray="4.4 3"/>',
  warp: '<path d="M1 2c4 2 6-1 10 1M1 9c4 2 6-1 10 1M3 1c1 4-1 6 0 10M9 1c1 4-1 6 0 10" fill="none" stroke="var(--bdsg-model)" stroke-width="1"/>',
  rays: '<path d="M6 1.6L10.2 9.2H1.8z" fill="none" stroke="var(--bdsg-model)" stroke-width="1.5"/>',
  gaps: '<path d="M0 6h12" stroke="var(--bdsg-miss)" stroke-width="3.4" stroke-dasharray="4.4 2.6"/>',
  band: '<rect x="1" y="1" width="10" height="10" rx="2" fill="var(--bdsg-boundary)" opacity=".25"/>',
};

export const NAMES: Record<string, string> = {
  data: "data",
  own: "your points",
  model: "samples of <i>G</i>",
  boundary: "<i>B</i>(<i>z</i>)",
  heat: "density <i>p<sub>x</sub></i>",
  truth: "<i>p<sub>x</sub></i> = ε",
  contour: "<i>p<sub>g</sub></i> = ε",
  warp: "warp <i>G</i>",
  band: "band δ to ε",
  rays: "rays <i>G</i>(<i>r u</i>)",
  gaps: "bare",
};

export const HINTS: Record<string, string> = {
  data: "Training samples x: red dots",
  model: "Samples of the model G(z): green crosses",
  own: "Points of your own, as many as the picture holds: open squares; on Evaluate, filled orange where ε leaves them out",
  boundary: "Points of the boundary generator B(z): blue diamonds",
  heat: "Log density: darker purple is denser",
  truth: "Exact contour of the data's density at ε: solid line",
  contour: "The model's contour at ε: dashed line",
  warp: "A square grid of latent space as G bends it: thin green lines",
  rays: "Where rays of latent space cross p_g = ε: read off the invertible model without any B: green triangles",
  gaps: "Stretches of p_x = ε that have no B(z) nearby: thick orange dashes",
  band: "Where p_x lies between δ and ε: the boundary's band",
};

function swatch(inner: string) {
  return `<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">${inner}</svg>`;
}

/** A button that shows or hides one layer; `layers[name]` is its state. */
export function layerButton(name: string, layers: Layers, onChange: () => void) {
  const button = make("button", {
    type: "button",
    class: "layer",
    "data-layer": name,
    "aria-pressed": String(layers[name]),
    title: `${HINTS[name]}. Press to show or hide.`,
    html: `${swatch(SWATCHES[name])}<span>${NAMES[name]}</span>`,
    click: () => {
      layers[name] = !layers[name];
      button.setAttribute("aria-pressed", String(layers[name]));
      onChange();
    },
  });
  return button;
}

export const FITTED = "samples of the fit"; // what the data are where a mixture stands in for points of the visitor's own

/** On a narrow screen: scroll to what has changed, where it is out of sight. */
export function bringIntoView(element: Element) {
  const { top, bottom } = element.getBoundingClientRect();
  const narrow = matchMedia("(max-width: 640px)").matches;
  if (!narrow || (top >= 0 && bottom <= window.innerHeight)) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

/** Call a layer's button something else. */
export function nameLayer(buttons: HTMLElement[], name: string, words: string) {
  const shown = buttons.find((button) => button.dataset.layer === name)?.lastChild;
  if (shown) shown.textContent = words;
}

/** Set a data attribute only when it changes: the frame loop calls this sixty times a second. */
export function setData(element: HTMLElement, name: string, value: string | number | boolean) {
  const text = String(value);
  if (element.dataset[name] !== text) element.dataset[name] = text;
}
