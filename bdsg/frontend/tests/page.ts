// A page without a browser: happy-dom's, with a canvas that remembers the colour it was filled with.
import { GlobalRegistrator } from "@happy-dom/global-registrator";

GlobalRegistrator.register({ url: "http://localhost/app/boundary?data.preset=ring" });

/** A canvas context that knows a few colours, and puts pictures nowhere. */
class Context {
  fillStyle = "";
  pictures: ImageData[] = [];

  fillRect() {}

  getImageData() {
    const [r, g, b] = { "#ffffff": [255, 255, 255], "#111111": [17, 17, 17], red: [255, 0, 0] }[this.fillStyle] ?? [
      0, 0, 0,
    ];
    return { data: Uint8ClampedArray.of(r, g, b, 255) };
  }

  putImageData(image: ImageData) {
    this.pictures.push(image);
  }
}

export const contexts = new WeakMap<HTMLCanvasElement, Context>();
HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
  const context = contexts.get(this) ?? new Context();
  contexts.set(this, context);
  return context;
} as unknown as HTMLCanvasElement["getContext"];

globalThis.ImageData = class {
  data: Uint8ClampedArray;
  width: number;
  height: number;

  constructor(width: number, height: number) {
    this.data = new Uint8ClampedArray(4 * width * height);
    this.width = width;
    this.height = height;
  }
} as unknown as typeof ImageData;
