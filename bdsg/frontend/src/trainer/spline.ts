// log p_g of a flow, from the table that the server made of it: bdsg/density/spline_table.py.

import { BicubicSpline } from "../math/spline.ts";
import type { Density, Found, Numbers, TableNumbers } from "./density.ts";

/** Inside its window the spline; outside, log p_g of the edge less ½(r/s)², s a tenth of the window's diagonal. */
export class Spline implements Density {
  readonly #spline: BicubicSpline; // its rows are the table's, along x
  readonly #fall: number;

  constructor({ low, high, shape, values }: TableNumbers) {
    this.#spline = new BicubicSpline({ values, shape }, [low[1], low[0]], [high[1], high[0]]);
    const [width, height] = [high[0] - low[0], high[1] - low[1]];
    this.#fall = 100 / (width * width + height * height);
  }

  evaluate(x: Numbers, y: Numbers, count: number, found: Found): void {
    const spline = this.#spline;
    const [lowY, lowX] = spline.low;
    const [highY, highX] = spline.high;
    for (let n = 0; n < count; n += 1) {
      const px = Math.min(Math.max(x[n], lowX), highX);
      const py = Math.min(Math.max(y[n], lowY), highY);
      spline.look(py, px);
      const outX = x[n] - px;
      const outY = y[n] - py;
      found.log[n] = spline.value - 0.5 * this.#fall * (outX * outX + outY * outY);
      found.slopeX[n] = outX === 0 ? spline.slopeY : -this.#fall * outX;
      found.slopeY[n] = outY === 0 ? spline.slopeX : -this.#fall * outY;
    }
  }

  box(): [number, number, number, number] {
    const { low, high } = this.#spline;
    return [low[1], low[0], high[1], high[0]];
  }
}
