// Play's plane, drawn: the ground is kept while only B(z) moves.

import type { Units } from "../core/payloads.ts";
import type { Camera, Layers, Numbers, Pair, Theme } from "../core/types.ts";
import { type Sheet, cameraFor, clipped, drawAxes } from "../canvas/plane.ts";
import type { ForceLayers } from "../player/forces.ts";
import type { Snapshot } from "../trainer/trainer.ts";
import type { ScoreName } from "./counted.ts";
import { type Spot, crowds } from "./crowd.ts";
import type { Gaussians } from "./gaussians.ts";
import { drawGroundOf, groundOf } from "./ground.ts";
import { ARROWS, arrowsOf, drawMoving } from "./scene.ts";
import type { PlayState } from "./state.ts";
import { Trail } from "./trail.ts";

const GROUND = ["modes", "epsilon", "samples", "seed"] as const; // settings that it shows
const HEAP = 0.012; // radius of a spot, as a share of the picture's longer side

/** What is drawn. */
export interface Drawn {
  sheet: Sheet;
  theme?: Theme;
  state: PlayState;
  layers: Layers;
  forces: ForceLayers;
  gaussians: Gaussians;
  units: Units | null;
  calm: boolean;
}

export class Picture {
  camera?: Camera;
  spots: Spot[] = [];
  outside = 0; // points beyond the edge
  bare: Numbers[] = []; // stretches of the contour without B(z) nearby
  held: Numbers[] = []; // and those with it
  counted: ScoreName | null = null; // the score that is pointed at
  readonly trail = new Trail();
  readonly #drawn: Drawn;
  #ground: { canvas: HTMLCanvasElement; camera: Camera; of: PlayState; window: [Pair, Pair] } | null = null;
  #points = new Float32Array(0);
  #arrows: Float32Array | null = null;

  constructor(drawn: Drawn) {
    this.#drawn = drawn;
  }

  get points() {
    return this.#points;
  }

  /** The ground is another: theme, size, layers or settings changed. */
  forget() {
    this.#ground = null;
  }

  take({ points, forces }: Snapshot) {
    this.#points = points;
    this.#arrows = forces.length ? arrowsOf(forces) : null;
    this.trail.push(points);
    const { camera } = this;
    if (!camera) return;
    const { low, high } = camera;
    this.spots = crowds(points, HEAP * Math.max(high[0] - low[0], high[1] - low[1]));
    this.outside = 0;
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i], points[i + 1]];
      if (!(x > low[0] && x < high[0] && y > low[1] && y < high[1])) this.outside += 1;
    }
  }

  draw() {
    const { sheet, theme, layers, forces, gaussians, units, calm, state } = this.#drawn;
    if (!theme || !sheet.width) return;
    if (this.#ground && this.#changed(this.#ground)) this.forget();
    const { canvas, camera } = (this.#ground ??= this.#drawGround(theme));
    const context = sheet.begin();
    sheet.put(canvas);
    const { bare, held, spots, trail, counted } = this;
    const moving = { points: this.#points, bare, held, spots, trail, counted, calm, state };
    clipped(context, camera, () => {
      drawMoving(context, camera, moving, layers, theme);
      gaussians.drawOn(context, camera, theme);
      forces.draw(context, camera, this.#points, this.#arrows, ARROWS, theme);
    });
    drawAxes(context, camera, theme, units);
  }

  /** Whether what the ground shows is another now. */
  #changed({ of, window }: { of: PlayState; window: [Pair, Pair] }) {
    const { state, gaussians } = this.#drawn;
    return window !== gaussians.window || GROUND.some((name) => state[name] !== of[name]);
  }

  #drawGround(theme: Theme) {
    const { sheet, gaussians, state, layers } = this.#drawn;
    const { window } = gaussians;
    const camera = (this.camera = cameraFor(sheet, ...window));
    const { canvas, context } = sheet.layer();
    clipped(context, camera, () => {
      drawGroundOf(context, camera, groundOf(state, camera), layers, theme);
    });
    return { canvas, camera, of: state, window };
  }
}
