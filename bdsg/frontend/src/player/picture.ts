// The player's plane: what stays while B(z) moves, and B(z); as a picture for a file, and as a film.

import { drawBoundary, drawGround } from "../canvas/marks.ts";
import { cameraFor, clipped } from "../canvas/plane.ts";
import { grouped } from "../core/format.ts";
import type { PlayerArrays, PlayerMeta } from "../core/payloads.ts";
import { fade } from "../core/theme.ts";
import type { Camera, Layers, Numbers, Pair, Pen, Theme } from "../core/types.ts";
import { type Film, drawFilmWords } from "../export/film.ts";
import type { Filmed } from "../export/picture.ts";
import type { Player } from "./player.ts";
import { Timeline } from "./timeline.ts";

/** A run as it is shown. */
export interface Shown {
  arrays: PlayerArrays;
  meta: PlayerMeta;
  layers: Layers;
  theme: Theme;
  modelHeat: boolean;
}

export class PlayerPicture implements Filmed {
  private readonly player: Player;
  private arrows: Float32Array | null = null;

  constructor(player: Player) {
    this.player = player;
  }

  get root() {
    return this.player.root;
  }

  get sheet() {
    return this.player.sheet;
  }

  get theme() {
    return this.player.theme;
  }

  get #window(): [Pair, Pair] {
    const { low, high } = this.player.shown.meta;
    return [low, high];
  }

  /** Number of the step that is shown; undefined where B(z) has none yet. */
  get #step(): number | undefined {
    const { steps, index } = this.player.timeline;
    return steps[index];
  }

  get pictureName() {
    const { still } = this.player.shown.meta;
    return still ? "bdsg-density" : `${this.filmName}-step-${this.#step ?? 0}`;
  }

  get pictureWords() {
    const { about, still } = this.player.shown.meta;
    const step = this.#step;
    return [...about.split(" · "), still || step === undefined ? "" : `step ${grouped(step)}`];
  }

  get filmName() {
    return `bdsg-${this.player.shown.meta.run.slice(0, 8)}`;
  }

  paintOn(context: Pen) {
    const camera = cameraFor(this.sheet, ...this.#window);
    this.drawStill(context, camera);
    this.drawGenerated(context, camera, this.player.points);
  }

  /** Everything that stays while B(z) moves. */
  drawStill(context: Pen, camera: Camera) {
    const { arrays, meta, layers, theme, modelHeat } = this.player.shown;
    const heat = modelHeat && arrays.model_heat ? arrays.model_heat : arrays.heat;
    drawGround(context, camera, { arrays, meta, layers, theme, heat });
  }

  drawGenerated(context: Pen, camera: Camera, points: Numbers) {
    const { latent, forces, timeline, shown } = this.player;
    const { layers, theme, meta } = shown;
    if (!layers.boundary) return;
    clipped(context, camera, () => {
      if (!latent.coloured || !latent.latent) drawBoundary(context, camera, points, theme);
      latent.drawOnStage(context, camera, points, theme);
      if (forces.any) this.arrows = timeline.arrows(this.arrows);
      forces.draw(context, camera, points, this.arrows, meta.arrows, theme);
    });
  }

  /** The animation as it is now; null while there is nothing that moves. */
  film(): Film | null {
    const { player, theme } = this;
    const { width, height } = this.sheet;
    const timeline = Object.assign(new Timeline(), {
      frames: [...player.timeline.frames],
      steps: [...player.timeline.steps],
    });
    if (!theme || timeline.frames.length < 2) return null;
    const window = this.#window;
    const camera = cameraFor({ width, height }, ...window);
    const { left, width: across, top } = camera.frame;
    return {
      width,
      height,
      count: timeline.frames.length,
      background: fade(theme.background, 1),
      ground: (context) => this.drawStill(context, camera),
      frame: (context, k) => {
        timeline.playhead = k;
        this.drawGenerated(context, camera, timeline.points(...window));
        drawFilmWords(context, `step ${grouped(timeline.steps[k])}`, left + across - 10, top + 9, theme);
      },
    };
  }
}

/** Where point k is, in pixels. */
export function pixelOf(camera: Camera, points: Numbers, k: number): Pair {
  return [camera.x(points[2 * k]), camera.y(points[2 * k + 1])];
}
