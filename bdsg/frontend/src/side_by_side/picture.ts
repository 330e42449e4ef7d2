// Runs side by side as one picture, under their titles, and as one film.

import type { Camera, Numbers, Pen } from "../core/types.ts";
import type { Film } from "../export/film.ts";
import type { Filmed } from "../export/picture.ts";
import type { SideBySide } from "./side_by_side.ts";
import { Timeline } from "../player/timeline.ts";
import { cameraFor } from "../canvas/plane.ts";
import { drawFilmWords } from "../export/film.ts";
import { contextOf, fade } from "../core/theme.ts";
import { grouped, setting } from "../core/format.ts";

const PANE_GAP = 16;
const PANE_HEAD = 26; // pixels between the planes, and above them for the titles

export class BesidePicture implements Filmed {
  private readonly view: SideBySide;

  constructor(view: SideBySide) {
    this.view = view;
  }

  get root() {
    return this.view.root;
  }
  get theme() {
    return this.view.theme;
  }
  get pictureName() {
    return `${this.filmName}-${Math.round(100 * this.view.timeline.share)}-percent`;
  }
  get filmName() {
    return `bdsg-${this.view.runs.map(({ meta }) => meta.run.slice(0, 8)).join("-")}`;
  }

  get pictureWords() {
    const { panes, runs } = this.view;
    return panes.map(
      ({ whose }, k) => `${whose.textContent}${runs[k].meta.epsilon ? ` (ε = ${setting(runs[k].meta.epsilon)})` : ""}`,
    );
  }

  get #sheets() {
    return this.view.panes.map(({ sheet }) => sheet);
  }

  /** The size of all in a row, and canvases of it. */
  get sheet() {
    const sheets = this.#sheets;
    const { ratio } = sheets[0];
    const height = PANE_HEAD + Math.max(...sheets.map((sheet) => sheet.height));
    const width = sheets.reduce((sum, sheet) => sum + sheet.width + PANE_GAP, -PANE_GAP);
    const layer = () => {
      const canvas = document.createElement("canvas");
      const context = contextOf(canvas);
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      return { canvas, context };
    };
    return { width, height, layer };
  }

  /** Run `draw(camera, k)` for each plane, with the origin at its corner. */
  #eachSide(context: Pen, draw: (camera: Camera, k: number) => void) {
    const { low, high } = this.view;
    let left = 0;
    this.#sheets.forEach((sheet, k) => {
      context.save();
      context.translate(left, PANE_HEAD);
      draw(cameraFor(sheet, low, high), k);
      context.restore();
      left += sheet.width + PANE_GAP;
    });
  }

  #still(context: Pen) {
    const { runs, theme, panes } = this.view;
    if (!theme) return;
    this.#eachSide(context, (camera, k) => {
      this.view.drawStill(context, camera, runs[k]);
      Object.assign(context, {
        font: `600 13px ${theme.font}`,
        textAlign: "left",
        textBaseline: "bottom",
        fillStyle: fade(theme.text, 1),
      });
      context.fillText(panes[k].whose.textContent, camera.frame.left, -3, camera.frame.width);
    });
  }

  #maps(context: Pen, sides: Timeline[]) {
    const { view } = this;
    this.#eachSide(context, (camera, k) => view.drawMap(context, camera, view.runs[k], sides[k]));
  }

  #moving(context: Pen, sides: Timeline[], points: Numbers[]) {
    const { view } = this;
    this.#eachSide(context, (camera, k) => view.drawPoints(context, camera, view.runs[k], sides[k], points[k]));
  }

  paintOn(context: Pen) {
    const {
      timeline: { sides },
      points,
    } = this.view;
    this.#maps(context, sides);
    this.#still(context);
    this.#moving(context, sides, points);
  }

  /** All animations at the same share of their way; null while nothing moves. */
  film(): Film | null {
    const {
      timeline: { sides, leader },
      runs,
      theme,
    } = this.view;
    const { width, height } = this.sheet;
    if (!theme) return null;
    const own = sides.map(({ frames, steps }) =>
      Object.assign(new Timeline(), { frames: [...frames], steps: [...steps] }),
    );
    const maps = runs.some(({ arrays }) => arrays.maps);
    const metas = runs.map(({ meta }) => meta);
    const count = leader.frames.length;
    if (count < 2) return null;
    const moving = (context: CanvasRenderingContext2D, k: number) => {
      for (const side of own) side.playhead = (k / (count - 1)) * side.last;
      if (maps) {
        this.#maps(context, own);
        this.#still(context);
      }
      this.#moving(
        context,
        own,
        own.map((side, i) => side.points(metas[i].low, metas[i].high)),
      );
      this.#eachSide(context, ({ frame }, i) => {
        drawFilmWords(
          context,
          `step ${grouped(own[i].steps[own[i].index])}`,
          frame.left + frame.width - 10,
          frame.top + 9,
          theme,
        );
      });
    };
    return {
      width,
      height,
      count,
      background: fade(theme.background, 1),
      ground: (context: Pen) => {
        if (!maps) this.#still(context);
      },
      frame: moving,
    };
  }
}
