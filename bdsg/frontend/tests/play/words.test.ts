import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { COUNTED, inBand } from "../../src/play/counted.ts";
import { crowds } from "../../src/play/crowd.ts";
import { arrowsOf, ARROWS } from "../../src/play/scene.ts";
import { type Seen, sentence } from "../../src/play/words.ts";
import { START } from "./fixtures.ts";

const scores = { bp1: 0.95, recall: 0.481, bf1: 0.639, components: 2, covered: 1, held: [], bare: [] };
const seen = (told: Partial<Seen> = {}): Seen => ({ scores, spots: [], shown: 256, outside: 0, ...told });

test("the sentence has its number, and never BP1 without boundary recall", () => {
  const words = sentence(START, seen());
  assert.equal(words, "B(z) covers 1 of 2 pieces; boundary recall 48.1 %, BF1 63.9 %: the orange stretches are bare.");
  const all = { ...scores, bp1: 0.97, recall: 1, bf1: 0.985, covered: 2 };
  assert.equal(sentence(START, seen({ scores: all })), "B(z) covers 2 of 2 pieces; boundary recall 100 %, BF1 98.5 %.");
  const missing = sentence(START, seen({ scores: { ...all, bp1: 0.7 } }));
  const soon = sentence({ ...START, objective: "ours" }, seen({ scores: { ...all, bp1: 0.7 } }));
  assert.match(soon, /30\.0 % of B\(z\) is not in the band yet\.$/);
  assert.match(missing, /boundary recall 100 %.*30\.0 % of B\(z\) misses the band, as one curve must cross the gaps/);
});

test("a collapse says how many points, and why", () => {
  const told = seen({ spots: [{ x: 0, y: 0, count: 250 }] });
  assert.match(sentence({ ...START, lambda2: 0 }, told), /^250 of 256 points share one spot: λ2 is 0/);
  assert.match(sentence(START, told), /^250 of 256 points share one spot\. B\(z\) covers/);
});

test("points that flew off, few samples, and no contour are said", () => {
  assert.match(sentence({ ...START, lambda1: 0 }, seen({ outside: 256 })), /^256 of 256 points are out.*λ1 is 0/);
  assert.match(sentence({ ...START, samples: 16 }, seen()), /the only 16 points/);
  const none = { ...scores, recall: null, bf1: null };
  assert.equal(sentence(START, seen({ scores: none })), "No place is as dense as ε = 0.01: lower ε.");
});

test("points in one spot are counted once; those along a curve are no heap", () => {
  const heap = Array.from({ length: 60 }, (_, k) => [5 + 0.01 * Math.sin(k), 1 + 0.01 * Math.cos(k)]);
  const curve = Array.from({ length: 40 }, (_, k) => [k, 0]);
  const points = Float32Array.from([...heap, ...curve].flat());
  const found = crowds(points, 0.2);
  assert.deepEqual(
    found.map(({ count }) => count),
    [60],
  );
  assert.ok(Math.abs(found[0].x - 5) < 0.02 && Math.abs(found[0].y - 1) < 0.02);
  assert.deepEqual(crowds(Float32Array.from(curve.flat()), 0.2), []);
});

test("an arrow grows by as much for each factor of ten, in the pull's direction", () => {
  const [x, y, , longer, none] = arrowsOf(Float32Array.of(0.03, 0.04, 0, 50, 0, 0));
  assert.ok(Math.abs(y / x - 4 / 3) < 1e-5);
  const decade = 32767 / ARROWS.decades;
  assert.ok(Math.abs((longer - Math.hypot(x, y)) / decade - 3) < 0.01);
  assert.equal(none, 0);
});

test("BP1 is never explained without boundary recall, and counts what lies between δ and ε", () => {
  assert.match(COUNTED.bp1, /boundary recall/);
  const one = { modes: [{ weight: 1, x: 0, y: 0, long: 1, short: 1, angle: 0 }], epsilon: 0.01 };
  // ε is at 2.35 from the middle, δ at 3.18
  assert.deepEqual([...inBand([0, 0, 2.2, 0, 0, 2.5, -3, 0, 3.3, 0], one)], [0, 0, 1, 1, 0]);
});
