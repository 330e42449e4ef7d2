// The picture on the stage as a file: PNG from the canvas itself, SVG drawn again by the same functions; and the
// animation as a GIF.

import { SvgContext } from "./svg.ts";
import { fade } from "../core/theme.ts";
import { filmGif } from "./film.ts";
import { make } from "../core/dom.ts";
import { megabytes } from "../core/format.ts";
import { pictureFoot, shownLayers } from "../canvas/legend.ts";

/** Buttons that save what `view` shows: {root, sheet, theme, pictureName, pictureWords, paintOn(context) for SVG, film() and filmName for GIF}. */
export function pictureButtons(view) {
  const png = saveButton("PNG", "Save this picture with its legend", () => savePng(view));
  const svg = view.paintOn ? [saveButton("SVG", "Save this picture as vector graphics", () => saveSvg(view))] : [];
  const gif = view.film ? new GifButton(view).parts : [];
  return make("div", { class: "saves", role: "group", "aria-label": "Save the picture" }, ...gif, png, ...svg);
}

function saveButton(name, title, press) {
  return make("button", { type: "button", class: "layer save", title, "data-save": name, click: press }, name);
}

/** Saves the animation; while it is at it, a press cancels. */
class GifButton {
  constructor(view) {
    this.view = view;
    this.title = "Save the animation as a GIF, with the layers shown now";
    this.button = saveButton("GIF", this.title, () => (this.work ? this.work.abort() : this.#save()));
    this.words = make("output", { class: "save-words", "aria-live": "polite" });
    this.parts = [this.words, this.button];
  }

  async #save() {
    const film = this.view.film();
    if (!film) return;
    const work = this.work = new AbortController();
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
      setTimeout(() => { if (!this.work) this.#say(""); }, 6000);
    }
  }

  #label(text, title) {
    Object.assign(this.button, { textContent: text, title });
  }

  #say(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}

const SHARPEST = 2; // a PNG has at least as many pixels for one of the page's

/** What a picture has below the plane; a view without words has none. */
function footOf(view, context) {
  const { sheet, theme } = view;
  const items = view.root ? shownLayers(view.root) : [], parts = (view.pictureWords ?? []).filter(Boolean);
  return pictureFoot(context, items, parts, sheet.width, theme);
}

function savePng(view) {
  const { sheet, theme, pictureName } = view, ratio = Math.max(SHARPEST, window.devicePixelRatio || 1);
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d"), foot = footOf(view, context);
  Object.assign(canvas, { width: Math.round(sheet.width * ratio), height: Math.round((sheet.height + foot.height) * ratio) });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = fade(theme.background, 1);
  context.fillRect(0, 0, sheet.width, sheet.height + foot.height);
  if (view.paintOn) view.paintOn(context);
  else context.drawImage(sheet.canvas, 0, 0, sheet.width, sheet.height);
  foot.draw(context, sheet.height);
  canvas.toBlob((blob) => save(blob, `${pictureName}.png`), "image/png");
}

function saveSvg(view) {
  const { sheet, theme, pictureName } = view, foot = footOf(view, document.createElement("canvas").getContext("2d"));
  const context = new SvgContext(sheet.width, sheet.height + foot.height);
  context.fillStyle = fade(theme.background, 1);
  context.fillRect(0, 0, sheet.width, sheet.height + foot.height);
  view.paintOn(context);
  foot.draw(context, sheet.height);
  save(new Blob([context.text()], { type: "image/svg+xml" }), `${pictureName}.svg`);
}

export function save(blob, name) {
  const address = URL.createObjectURL(blob), link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
