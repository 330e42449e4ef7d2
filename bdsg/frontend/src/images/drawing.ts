// Pictures of bytes, and what is drawn as SVG.

import type { Tensor } from "../core/payloads.ts";
import { figures } from "../core/format.ts";
import { contextOf } from "../core/theme.ts";

export const SVG = "http://www.w3.org/2000/svg";

// the first threshold lets 5% of normal images through as anomalies

export function draw<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Put image k of a tensor of bytes, (n, h, w, c), on a canvas. */
export function paint(
  canvas: HTMLCanvasElement,
  { shape: [, height, width, channels], values }: Tensor<Uint8Array>,
  k: number,
  label = "",
) {
  const image = new ImageData(width, height);
  const from = k * height * width * channels;
  for (let i = 0; i < height * width; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = values[from + i * channels + Math.min(c, channels - 1)];
    image.data[4 * i + 3] = 255;
  }
  Object.assign(canvas, { width, height });
  contextOf(canvas).putImageData(image, 0, 0);
  if (label) canvas.setAttribute("aria-label", label);
}

/** A set of scores, sorted, and what of its histogram follows the threshold. */
export interface ScoreSet {
  title: string;
  kind: string;
  sorted: Float32Array;
  clip: SVGElement;
  limit: SVGElement;
  share: HTMLElement;
}

/** A score of an image. */
export function scored(value: number) {
  return figures(value, 4);
}
