// Pictures in turn as one GIF89a file: one palette, the pixels that change, LZW.  No screen.
// The format: https://www.w3.org/Graphics/GIF/spec-gif89a.txt

import type { Shade } from "../core/types.ts";
import { Nearest } from "./palette.ts";

const UNCHANGED = 255; // the last index of the colour table shows what was there before
const CODE_BITS = 8;
const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;

/** Bytes that grow. */
class ByteList {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;

  #room(more: number) {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  add(...values: number[]) {
    this.#room(values.length);
    for (const value of values) this.bytes[this.length++] = value;
  }

  /** 16-bit numbers, the low byte first. */
  words(...values: number[]) {
    for (const value of values) this.add(value & 255, value >> 8);
  }

  text(letters: string) {
    this.add(...Array.from(letters, (letter) => letter.charCodeAt(0)));
  }

  append(values: Uint8Array) {
    this.#room(values.length);
    this.bytes.set(values, this.length);
    this.length += values.length;
  }

  get all() {
    return this.bytes.subarray(0, this.length);
  }
}

/** Lempel, Ziv and Welch's codes of a row of indices, 9 to 12 bits each, the low bit first. */
class LzwCoder {
  private readonly table = new Uint16Array(MOST_CODES << CODE_BITS); // [prefix's code, next index] -> code; 0: none yet
  private out = new ByteList();
  private held = 0;
  private bits = 0;
  private size = CODE_BITS + 1;
  private next = END + 1;

  code(indices: Uint8Array) {
    this.out = new ByteList();
    this.held = this.bits = 0;
    this.size = CODE_BITS + 1;
    this.#clear();
    let prefix = indices[0];
    for (let i = 1; i < indices.length; i += 1) {
      const key = (prefix << CODE_BITS) | indices[i];
      const code = this.table[key];
      if (code) {
        prefix = code;
        continue;
      }
      this.#emit(prefix);
      this.#learn(key);
      prefix = indices[i];
    }
    this.#emit(prefix);
    this.#grow(); // the reader learns a code from this last one as well
    this.#emit(END);
    if (this.bits) this.out.add(this.held & 255);
    return this.out.all;
  }

  #clear() {
    this.table.fill(0);
    this.#emit(CLEAR);
    this.next = END + 1;
    this.size = CODE_BITS + 1;
  }

  #learn(key: number) {
    if (this.next === MOST_CODES) {
      this.#clear();
      return;
    }
    this.#grow();
    this.table[key] = this.next++;
  }

  #grow() {
    if (this.next === 1 << this.size && this.size < 12) this.size += 1;
  }

  #emit(code: number) {
    this.held |= code << this.bits;
    this.bits += this.size;
    for (; this.bits >= 8; this.bits -= 8) {
      this.out.add(this.held & 255);
      this.held >>>= 8;
    }
  }
}

interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A looping GIF of frames of equal size, given one by one as pixels of a canvas (Uint32Array, opaque). */
export class GifWriter {
  private readonly width: number;
  private readonly height: number;
  private readonly out = new ByteList();
  private readonly nearest: Nearest;
  private readonly coder = new LzwCoder();
  private shown: Uint8Array | null = null;
  private before = new Uint32Array(0);

  /** `palette`: of paletteOf, for all frames. */
  constructor(width: number, height: number, palette: Shade[]) {
    this.width = width;
    this.height = height;
    this.nearest = new Nearest(palette);
    this.out.text("GIF89a");
    this.out.words(width, height);
    this.out.add(0xf7, 0, 0); // a colour table of 256, for the whole file
    for (let k = 0; k < 256; k += 1) this.out.add(...(palette[k] ?? [0, 0, 0]));
    this.out.add(0x21, 0xff, 11);
    this.out.text("NETSCAPE2.0");
    this.out.add(3, 1, 0, 0, 0); // again and again
  }

  /** Add a picture that stays for `centiseconds`. */
  frame(pixels: Uint32Array, centiseconds: number) {
    const box = this.shown ? this.#changed(pixels) : { left: 0, top: 0, right: this.width, bottom: this.height };
    const { left, top, right, bottom } = box;
    this.out.add(0x21, 0xf9, 4, this.shown ? 0x05 : 0x04); // leave each picture in place; 1: one index is transparent
    this.out.words(centiseconds);
    this.out.add(UNCHANGED, 0, 0x2c);
    this.out.words(left, top, right - left, bottom - top);
    this.out.add(0, CODE_BITS);
    this.#blocks(this.coder.code(this.#indices(pixels, box)));
    this.before = pixels.slice();
  }

  /** The smallest box that holds every pixel that differs; one pixel if none does. */
  #changed(pixels: Uint32Array) {
    const { width, height, before } = this;
    let left = width;
    let right = 0;
    let top = height;
    let bottom = 0;
    for (let y = 0, i = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, i += 1) {
        if (pixels[i] === before[i]) continue;
        if (x < left) left = x;
        if (x >= right) right = x + 1;
        if (y < top) top = y;
        bottom = y + 1;
      }
    }
    return right ? { left, top, right, bottom } : { left: 0, top: 0, right: 1, bottom: 1 };
  }

  /** Palette indices of a box; what stays as it is shown is left out. */
  #indices(pixels: Uint32Array, { left, top, right, bottom }: Rectangle) {
    const { width, before, nearest } = this;
    const indices = new Uint8Array((right - left) * (bottom - top));
    const first = !this.shown;
    const shown = (this.shown ??= new Uint8Array(pixels.length));
    for (let y = top, k = 0; y < bottom; y += 1) {
      for (let i = y * width + left, end = y * width + right; i < end; i += 1, k += 1) {
        const same = !first && pixels[i] === before[i];
        const index = same ? shown[i] : nearest.index(pixels[i] & 0xffffff);
        indices[k] = !first && index === shown[i] ? UNCHANGED : index;
        shown[i] = index;
      }
    }
    return indices;
  }

  #blocks(codes: Uint8Array) {
    for (let from = 0; from < codes.length; from += 255) {
      const block = codes.subarray(from, from + 255);
      this.out.add(block.length);
      this.out.append(block);
    }
    this.out.add(0);
  }

  /** The file; nothing can be added after it. */
  finish() {
    this.out.add(0x3b);
    return this.out.all;
  }
}
