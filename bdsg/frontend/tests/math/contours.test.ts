import assert from "node:assert/strict";
import { test } from "node:test";

import { connectedLabels, contourLines, labelAt, lineLength, spread } from "../../src/math/contours.ts";

/** A function of the plane on nodes from -2 to 2. */
function fieldOf(f: (x: number, y: number) => number, count = 81) {
  const axis = Float64Array.from({ length: count }, (_, k) => -2 + (4 * k) / (count - 1));
  return {
    x: axis,
    y: axis,
    values: Float64Array.from({ length: count * count }, (_, k) => f(axis[k % count], axis[Math.floor(k / count)])),
  };
}

test("the contour of a cone is a closed circle", () => {
  const [line, ...others] = contourLines(
    fieldOf((x, y) => -Math.hypot(x, y)),
    -1,
  );
  assert.equal(others.length, 0);
  assert.equal(line.closed, true);
  assert.ok(Math.abs(lineLength(line.points) - 2 * Math.PI) < 0.01);
  for (let i = 0; i < line.points.length; i += 2)
    assert.ok(Math.abs(Math.hypot(line.points[i], line.points[i + 1]) - 1) < 2e-3);
});

test("a contour that leaves the grid is open and whole", () => {
  const lines = contourLines(
    fieldOf((x) => x),
    0.51,
  );
  assert.deepEqual(
    lines.map(({ closed }) => closed),
    [false],
  );
  assert.ok(Math.abs(lineLength(lines[0].points) - 4) < 1e-9);
});

test("a saddle joins by the mean of its corners, and a level met by one node bounds nothing", () => {
  const axis = Float64Array.of(0, 1);
  const saddle = (mean: number) => contourLines({ x: axis, y: axis, values: Float64Array.of(1, mean, mean, 1) }, 0);
  assert.equal(saddle(-0.5).length, 2);
  assert.equal(saddle(-2).length, 2);
  assert.notDeepEqual(saddle(-0.5)[0].points, saddle(-2)[0].points);
  const mirrored = contourLines({ x: axis, y: axis, values: Float64Array.of(-1, 1, 1, -1) }, 0);
  assert.equal(mirrored.length, 2);
  const tip = fieldOf((x, y) => -Math.abs(x) - Math.abs(y), 5);
  assert.deepEqual(contourLines(tip, 0), []);
});

test("pieces are numbered, and a point belongs to the piece of its highest corner", () => {
  const field = fieldOf((x, y) => -Math.min(Math.hypot(x - 1, y), Math.hypot(x + 1, y)));
  const { labels, count } = connectedLabels(field, -0.5);
  assert.equal(count, 2);
  const [left, right] = [labelAt(field, labels, -1, 0), labelAt(field, labels, 1, 0)];
  assert.deepEqual([left, right].sort(), [1, 2]);
  assert.equal(labelAt(field, labels, 0, 1.9), 0);
});

test("points are spread evenly along a line", () => {
  const points = Float64Array.of(0, 0, 1, 0, 1, 0, 1, 2);
  assert.deepEqual([...spread(points, 3, 3)], [0.5, 0, 1, 0.5, 1, 1.5]);
});
