import assert from "node:assert/strict";
import { test } from "node:test";

import { BINS, binned, crossingOf, quantile, scoreWindow, shareBeyond } from "../../src/math/bins.ts";

const sorted = Float32Array.of(-1, 0, 0.5, 2, 9);

test("shares beyond a threshold count what lies above it", () => {
  assert.deepEqual(
    [-2, -1, 0.5, 9].map((at) => shareBeyond(sorted, at)),
    [1, 0.8, 0.4, 0],
  );
});

test("quantiles are linear between scores", () => {
  assert.deepEqual(
    [0, 0.25, 0.375, 1].map((share) => quantile(sorted, share)),
    [-1, 0, 0.25, 9],
  );
});

test("the window leaves out what lies far above each set", () => {
  const many = Float32Array.from({ length: 201 }, (_, k) => (k < 199 ? k : 1e6));
  assert.deepEqual(scoreWindow([{ sorted: many }, { sorted }]), [-1, 198]);
  assert.deepEqual(scoreWindow([{ sorted: Float32Array.of(3) }]), [2.5, 3.5]);
});

test("bins hold every score, those beyond the window at its ends", () => {
  const shares = binned(sorted, [0, 1]);
  assert.equal(shares.length, BINS);
  assert.deepEqual([shares[0], shares[BINS / 2], shares[BINS - 1]], [0.4, 0.2, 0.4]);
});

test("a walk crosses where its score first rises above the threshold", () => {
  assert.equal(crossingOf([0, 1, 3, 1], 2), 1.5);
  assert.equal(crossingOf([5, 1], 2), 0);
  assert.equal(crossingOf([0, 1], 2), null);
});
