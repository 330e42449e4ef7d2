import assert from "node:assert/strict";
import { test } from "node:test";

import { SegmentTree, curveOrder, lineTree, segmentDistance } from "../../src/math/nearest.ts";
import { randomNumbers } from "../../src/editor/brush.ts";

const random = randomNumbers(7);
const segments = Float64Array.from({ length: 4 * 300 }, () => 10 * random());

test("the nearest segment is that of looking at all", () => {
  const tree = new SegmentTree(segments);
  for (let k = 0; k < 200; k += 1) {
    const [x, y] = [12 * random() - 1, 12 * random() - 1];
    let least = Infinity;
    for (let i = 0; i < 300; i += 1) least = Math.min(least, segmentDistance(segments, 4 * i, x, y));
    assert.equal(tree.nearest(x, y), least);
    assert.equal(segmentDistance(segments, 4 * tree.found, x, y), least);
  }
});

test("a segment counts within a distance where it is allowed", () => {
  const tree = new SegmentTree(Float64Array.of(0, 0, 1, 0, 5, 0, 5, 0));
  assert.equal(tree.within(0.5, 1, 1, Uint8Array.of(1, 0)), true);
  assert.equal(tree.within(0.5, 1, 0.99, Uint8Array.of(1, 0)), false);
  assert.equal(tree.within(0.5, 1, 1, Uint8Array.of(0, 1)), false);
  assert.equal(new SegmentTree(new Float64Array(0)).within(0, 0, 1, Uint8Array.of()), false);
});

test("lines become their segments", () => {
  const tree = lineTree([{ points: [0, 0, 1, 0, 1, 1] }, { points: [5, 5, 6, 6] }]);
  assert.equal(tree.count, 3);
  assert.equal(tree.nearest(1, 0.5), 0);
});

test("an order of the plane names each point once, and neighbours are near", () => {
  const points = Float64Array.from({ length: 512 }, (_, k) => (k % 2 ? Math.floor(k / 2 / 16) : (k / 2) % 16));
  const order = curveOrder(points);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...order.keys()],
  );
  const step = (k: number) =>
    Math.hypot(
      points[2 * order[k]] - points[2 * order[k - 1]],
      points[2 * order[k] + 1] - points[2 * order[k - 1] + 1],
    );
  const mean = [...order.keys()].slice(1).reduce((sum, k) => sum + step(k), 0) / 255;
  assert.ok(mean < 2);
  assert.deepEqual([...curveOrder(Float64Array.of(1, 1, 1, 1))], [0, 1]);
});
