// The animation as a GIF: frames drawn again at the file's size, one at a time, so that the page stays alive.

import type { Pen, Theme } from "../core/types.ts";
import { GifWriter } from "./gif.ts";
import { countColours, paletteOf } from "./palette.ts";
import { contextOf, fade } from "../core/theme.ts";

const FILM_SIDE = 720; // pixels of the longer side at most
const FILM_FRAMES = 120; // at most: of more snapshots every k-th is taken
const FILM_SAMPLES = 6; // frames that the palette is made from
const FILM_SECONDS = 6;
const FILM_REST = 200; // all frames take about so long; hundredths of a second that the last one stays
const FILM_DELAY = [5, 8]; // hundredths of a second a frame: 20 to 12.5 frames a second

/** Numbers of the snapshots that are shown: evenly spaced, with the first and the last. */
export function filmFrames(count: number) {
  const step = Math.max(1, Math.ceil((count - 1) / (FILM_FRAMES - 1)));
  const chosen: number[] = [];
  for (let k = 0; k < count - 1; k += step) chosen.push(k);
  return [...chosen, count - 1];
}

export function filmDelay(frames: number) {
  const [least, most] = FILM_DELAY;
  return Math.min(most, Math.max(least, Math.round((100 * FILM_SECONDS) / frames)));
}

/** An animation as it is drawn for a file, in CSS pixels: what stays, and `count` frames above it. */
export interface Film {
  width: number;
  height: number;
  count: number;
  background: string;
  ground(context: CanvasRenderingContext2D): void;
  frame(context: CanvasRenderingContext2D, k: number): void;
}

interface Drawn {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
}

/** A film's frames as pixels. `film`: {width, height, count, background, ground(context), frame(context, k)}. */
class FilmCamera {
  private readonly film: Film;
  private readonly scale: number;
  readonly width: number;
  readonly height: number;
  private readonly ground: Drawn;
  private readonly canvas: Drawn;

  constructor(film: Film) {
    const scale = Math.min(FILM_SIDE / Math.max(film.width, film.height), Math.max(1, window.devicePixelRatio || 1));
    this.film = film;
    this.scale = scale;
    this.width = Math.round(film.width * scale);
    this.height = Math.round(film.height * scale);
    this.ground = this.#canvas();
    this.canvas = this.#canvas();
    const { context } = this.ground;
    context.fillStyle = film.background;
    context.fillRect(0, 0, film.width, film.height);
    film.ground(context);
  }

  #canvas(): Drawn {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: this.width, height: this.height });
    const context = contextOf(canvas, { willReadFrequently: true });
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    return { canvas, context };
  }

  pixels(k: number) {
    const {
      film,
      width,
      height,
      canvas: { context },
    } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.ground.canvas, 0, 0);
    context.restore();
    film.frame(context, k);
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  }
}

/** The page's turn: its clicks and frames come in between. */
function breath() {
  return new Promise<void>((go) => {
    setTimeout(go);
  });
}

/** The film as a GIF's bytes, or null if `signal` was aborted; `tell(share)` says how far it is. */
export async function filmGif(film: Film, tell: (share: number) => void, signal: AbortSignal) {
  const camera = new FilmCamera(film);
  const frames = filmFrames(film.count);
  const counts = new Map<number, number>();
  const samples = Math.min(FILM_SAMPLES, frames.length);
  for (let k = 0; k < samples; k += 1) {
    countColours(camera.pixels(frames[Math.round((k * (frames.length - 1)) / Math.max(1, samples - 1))]), counts);
    await breath();
  }
  const writer = new GifWriter(camera.width, camera.height, paletteOf(counts));
  const delay = filmDelay(frames.length);
  for (const [place, k] of frames.entries()) {
    tell(place / frames.length);
    await breath();
    if (signal.aborted) return null;
    writer.frame(camera.pixels(k), place < frames.length - 1 ? delay : FILM_REST);
  }
  return writer.finish();
}

/** The step's number in the upper right corner of the frame. */
export function drawFilmWords(context: Pen, words: string, right: number, top: number, theme: Theme) {
  context.save();
  Object.assign(context, {
    font: `600 13px ${theme.font}`,
    textAlign: "right",
    textBaseline: "top",
    lineJoin: "round",
  });
  Object.assign(context, { strokeStyle: fade(theme.background, 0.9), lineWidth: 4, fillStyle: fade(theme.text, 0.85) });
  context.strokeText(words, right, top);
  context.fillText(words, right, top);
  context.restore();
}
