// The picture on the stage as a file: PNG from the canvas itself, SVG drawn again by the same functions; and the
// animation as a GIF.

import type { Sheet } from "../canvas/plane.ts";
import type { Pen, Theme } from "../core/types.ts";
import { SvgContext } from "./svg.ts";
import { contextOf, fade } from "../core/theme.ts";
import { type Film, filmGif } from "./film.ts";
import { make } from "../core/dom.ts";
import { megabytes } from "../core/format.ts";
import { pictureFoot, shownLayers } from "../canvas/legend.ts";

/** A view whose picture can be saved. */
export interface Pictured {
  root?: HTMLElement;
  sheet: Pick<Sheet, "width" | "height" | "layer">;
  theme?: Theme;
  pictureName: string;
  pictureWords?: string[];
  paintOn(context: Pen): void;
}

/** A view whose animation can be saved too. */
export interface Filmed extends Pictured {
  film(): Film | null;
  filmName: string;
}

/** Buttons that save what `view` shows: {root, sheet, theme, pictureName, pictureWords, paintOn(context) for SVG, film() and filmName for GIF}. */
export function pictureButtons(view: Pictured | Filmed) {
  const png = saveButton("PNG", "Save this picture with its legend", () => savePng(view));
  const svg = saveButton("SVG", "Save this picture as vector graphics", () => saveSvg(view));
  const gif = "film" in view ? new GifButton(view).parts : [];
  return make("div", { class: "saves", role: "group", "aria-label": "Save the picture" }, ...gif, png, svg);
}

function saveButton(name: string, title: string, press: () => unknown) {
  return make("button", { type: "button", class: "layer save", title, "data-save": name, click: press }, name);
}

/** Saves the animation; while it is at it, a press cancels. */
class GifButton {
  private readonly view: Filmed;
  private readonly title = "Save the animation as a GIF, with the layers shown now";
  private readonly button: HTMLButtonElement;
  private readonly words: HTMLElement;
  readonly parts: HTMLElement[];
  private work: AbortController | null = null;

  constructor(view: Filmed) {
    this.view = view;
    this.button = saveButton("GIF", this.title, () => (this.work ? this.work.abort() : this.#save()));
    this.words = make("output", { class: "save-words", "aria-live": "polite" });
    this.parts = [this.words, this.button];
  }

  async #save() {
    const film = this.view.film();
    if (!film) return;
    const work = (this.work = new AbortController());
    this.#label("Cancel", "Stop making the GIF");
    try {
      const bytes = await filmGif(film, (share) => this.#say(`GIF ${10 * Math.floor(10 * share)} %`), work.signal);
      if (bytes) save(new Blob([bytes], { type: "image/gif" }), `${this.view.filmName}.gif`);
      this.#say(bytes ? `GIF saved, ${megabytes(bytes.length)}` : "GIF cancelled");
    } catch (error) {
      console.warn(error);
      this.#say("The GIF could not be made here: the browser ran out of room. Take a PNG instead.");
    } finally {
      this.work = null;
      this.#label("GIF", this.title);
      setTimeout(() => {
        if (!this.work) this.#say("");
      }, 6000);
    }
  }

  #label(text: string, title: string) {
    Object.assign(this.button, { textContent: text, title });
  }

  #say(words: string) {
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}

const SHARPEST = 2; // a PNG has at least as many pixels for one of the page's

/** The theme that a view is drawn in: there is one as soon as there is a picture. */
function themeOf({ theme }: Pictured): Theme {
  if (!theme) throw new Error("Nothing is drawn yet.");
  return theme;
}

/** What a picture has below the plane; a view without words has none. */
function footOf(view: Pictured, context: Pen) {
  const { sheet } = view;
  const theme = themeOf(view);
  const items = view.root ? shownLayers(view.root) : [];
  const parts = (view.pictureWords ?? []).filter(Boolean);
  return pictureFoot(context, items, parts, sheet.width, theme);
}

function savePng(view: Pictured) {
  const { sheet, pictureName } = view;
  const theme = themeOf(view);
  const ratio = Math.max(SHARPEST, window.devicePixelRatio || 1);
  const canvas = document.createElement("canvas");
  const context = contextOf(canvas);
  const foot = footOf(view, context);
  Object.assign(canvas, {
    width: Math.round(sheet.width * ratio),
    height: Math.round((sheet.height + foot.height) * ratio),
  });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = fade(theme.background, 1);
  context.fillRect(0, 0, sheet.width, sheet.height + foot.height);
  view.paintOn(context);
  foot.draw(context, sheet.height);
  canvas.toBlob((blob) => blob && save(blob, `${pictureName}.png`), "image/png");
}

function saveSvg(view: Pictured) {
  const { sheet, pictureName } = view;
  const theme = themeOf(view);
  const foot = footOf(view, contextOf(document.createElement("canvas")));
  const context = new SvgContext(sheet.width, sheet.height + foot.height);
  context.fillStyle = fade(theme.background, 1);
  context.fillRect(0, 0, sheet.width, sheet.height + foot.height);
  view.paintOn(context);
  foot.draw(context, sheet.height);
  save(new Blob([context.text()], { type: "image/svg+xml" }), `${pictureName}.svg`);
}

export function save(blob: Blob, name: string) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
