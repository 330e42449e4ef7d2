// The objective's controls: each acts at once, and training goes on.

import { find, make } from "../core/dom.ts";
import { Choices } from "./choice.ts";
import { DIALS, LAYERS } from "./dials.ts";
import type { Setup } from "./setup.ts";
import { Slider } from "./slider.ts";
import { type ObjectiveName, type PlayState, withObjective } from "./state.ts";

const OBJECTIVES = [
  { value: "paper" as ObjectiveName, label: "Paper, eq. 4", title: "Low density, near the data, spread out" },
  { value: "ours" as ObjectiveName, label: "Ours", title: "Aimed at a level just below ε, one curve for each piece" },
];

const SAYS: Record<ObjectiveName, string> = {
  paper:
    "L = L<sub>0</sub> + λ<sub>1</sub>L<sub>1</sub> + λ<sub>2</sub>L<sub>2</sub>: the weights fight, so both matter.",
  ours: "Aimed at its level, piece by piece: the weights hardly matter. Try the paper’s.",
};

export class ObjectivePanel {
  readonly #sliders = new Map<keyof PlayState, Slider>();
  readonly #objective: Choices<ObjectiveName>;
  readonly #layers: Choices<readonly number[]>;
  readonly #says = make("p", { class: "note objective-says" });
  #shown: ObjectiveName | undefined;

  constructor(root: HTMLElement, setup: Setup) {
    this.#objective = new Choices("objective", "Objective", OBJECTIVES, (name) => {
      setup.change((state) =>
        state.objective === name ? state : withObjective(state, name, setup.meta.objectives[name]),
      );
    });
    const layers = LAYERS.choices.map((hidden) => ({
      value: hidden as readonly number[],
      label: hidden.join("·"),
      title: `Hidden layers of B(z): ${hidden.join(", ")} units`,
    }));
    this.#layers = new Choices("layers", "Hidden layers of B(z), units", layers, (hidden) => {
      setup.change((state) => ({ ...state, hidden }));
    });
    for (const dial of DIALS) {
      const slider = new Slider(dial, (value) => {
        setup.change((state) => ({ ...state, [dial.name]: value }));
      });
      this.#sliders.set(dial.name, slider);
    }
    const sliders = [...this.#sliders.values()].map(({ element }) => element);
    const layersRow = make(
      "div",
      { class: "play-row" },
      make("span", { class: "dial-name" }, "hidden units"),
      this.#layers.element,
    );
    find(root, ".objective").append(this.#objective.element, this.#says, ...sliders, layersRow);
  }

  show(state: PlayState) {
    for (const [name, slider] of this.#sliders) slider.show(state[name] as number);
    this.#objective.show((name) => name === state.objective);
    this.#layers.show((hidden) => hidden.join() === state.hidden.join());
    if (this.#shown === state.objective) return;
    this.#shown = state.objective;
    this.#says.innerHTML = SAYS[state.objective];
  }
}
