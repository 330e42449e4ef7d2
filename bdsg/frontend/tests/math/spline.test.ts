import assert from "node:assert/strict";
import { test } from "node:test";

import { BicubicSpline } from "../../src/math/spline.ts";
import { golden } from "../golden.ts";

test("the spline is SciPy's", () => {
  const { values, shape, low, high, points, found } = golden<{
    values: number[];
    shape: number[];
    low: [number, number];
    high: [number, number];
    points: [number, number][];
    found: number[];
  }>("spline");
  const spline = new BicubicSpline({ values, shape }, low, high);
  points.forEach(([x, y], k) => assert.ok(Math.abs(spline.at(x, y)! - found[k]) < 1e-10));
});

test("a cubic is itself up to the edges, and nothing beyond", () => {
  const f = (x: number, y: number) => 3 - x ** 3 + 2 * y * y + x * y ** 3;
  const values = Float64Array.from({ length: 35 }, (_, k) => f(-1 + (k % 7) / 2, -2 + Math.floor(k / 7)));
  const spline = new BicubicSpline({ values, shape: [5, 7] }, [-1, -2], [2, 2]);
  for (const [x, y] of [
    [-1, -2],
    [2, 2],
    [-0.9, 1.95],
    [0.3, 0.2],
  ])
    assert.ok(Math.abs(spline.at(x, y)! - f(x, y)) < 1e-12);
  assert.deepEqual([spline.at(2.01, 0), spline.at(0, -2.01)], [null, null]);
});
