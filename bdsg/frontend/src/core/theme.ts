// Colours and fonts.  Streamlit hands its theme down as CSS variables (--st-...); the layers' shades are ours,
// chosen so that red, green and blue stay apart under the common colour blindnesses, on light and on dark.

import { HEAT_SPAN } from "./constants.ts";
import type { Numbers, Shade, ShadeName, Theme } from "./types.ts";
const SHADES: Record<"light" | "dark", Record<ShadeName, Shade>> = {
  light: {
    data: [203, 50, 58],
    model: [0, 138, 96],
    boundary: [0, 92, 175],
    hit: [0, 128, 138],
    miss: [222, 108, 0],
    lost: [150, 60, 150],
    heat: [178, 170, 205],
  },
  dark: {
    data: [255, 122, 112],
    model: [66, 206, 152],
    boundary: [94, 178, 255],
    hit: [60, 196, 200],
    miss: [255, 166, 66],
    lost: [218, 140, 226],
    heat: [84, 77, 122],
  },
};

/** The theme as it is now: {dark, font, background, text, primary and the shades as [r, g, b]}; shades go to CSS too. */
export function readTheme(host: HTMLElement): Theme {
  const style = getComputedStyle(host);
  const read = (name: string, fallback: string) => colourOf(style.getPropertyValue(name).trim() || fallback);
  const background = read("--st-background-color", "#ffffff");
  const dark = luminance(background) < 0.4;
  const shades = SHADES[dark ? "dark" : "light"];
  for (const [name, shade] of Object.entries(shades)) host.style.setProperty(`--bdsg-${name}`, fade(shade, 1));
  host.style.colorScheme = dark ? "dark" : "light";
  return {
    ...shades,
    dark,
    background,
    font: style.fontFamily || "sans-serif",
    text: read("--st-text-color", dark ? "#fafafa" : "#31333f"),
    primary: read("--st-primary-color", "#ff4b4b"),
  };
}

/** The drawing context of a canvas. */
export function contextOf(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("This browser draws on no canvas.");
  return context;
}

/** Any CSS colour as [r, g, b]: the canvas knows them all. */
function colourOf(css: string): Shade {
  const context = contextOf(document.createElement("canvas"), { willReadFrequently: true });
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

function luminance([r, g, b]: Shade) {
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

export function fade([r, g, b]: Shade, alpha: number) {
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

export function blend(from: Shade, to: Shade, t: number): Shade {
  const [r, g, b] = from.map((value, i) => Math.round(value + t * (to[i] - value)));
  return [r, g, b];
}

/** 256 colours from the background (rare) to the theme's heat shade (dense), as bytes r, g, b, a. */
function heatRamp(theme: Theme) {
  const ramp = new Uint8ClampedArray(1024);
  for (let i = 0; i < 256; i += 1) {
    // The exponent keeps the far tails near the background: the eye should rest on the bulk.
    ramp.set([...blend(theme.background, theme.heat, (i / 255) ** 1.6), 255], 4 * i);
  }
  return ramp;
}

/** Log densities as bytes: 255 at their peak, 0 at HEAT_SPAN below it or further down. */
export function heatBytes(values: Numbers) {
  let peak = -Infinity;
  for (let k = 0; k < values.length; k += 1) peak = Math.max(peak, values[k]);
  return Uint8Array.from(values, (value) => 255 * Math.max(0, 1 + (value - peak) / HEAT_SPAN));
}

/** A picture of a (rows, columns) grid of bytes, row 0 at the bottom. */
export function heatImage(values: Uint8Array, [rows, columns]: number[], theme: Theme) {
  const ramp = heatRamp(theme);
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(ramp.buffer);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      pixels[(rows - 1 - row) * columns + column] = colours[values[row * columns + column]];
    }
  }
  return imageCanvas(image);
}

export function imageCanvas(image: ImageData) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas;
}
