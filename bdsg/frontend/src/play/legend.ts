// The picture's layers as chips, and the switches of the pulls.

import { find, layerButton } from "../core/dom.ts";
import type { Layers } from "../core/types.ts";
import type { ForceLayers } from "../player/forces.ts";

const SHOWN = ["data", "boundary", "truth", "band", "gaps", "heat"];

export function fillLegend(root: HTMLElement, layers: Layers, forces: ForceLayers, redraw: () => void) {
  find(root, ".legend").append(...SHOWN.map((name) => layerButton(name, layers, redraw)), forces.element);
}
