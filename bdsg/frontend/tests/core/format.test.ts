import assert from "node:assert/strict";
import { test } from "node:test";

import * as format from "../../src/core/format.ts";
import { golden } from "../golden.ts";

type Write = (value: number | null) => string;

test("numbers are written as Python writes them", () => {
  const writers = format as unknown as Record<string, Write>;
  for (const [name, value, text] of golden<[string, number | null, string][]>("formats")) {
    assert.equal(writers[name](value), text, `${name}(${value})`);
  }
});

test("what ε leaves out is told by number for one's own points alone", () => {
  assert.equal(format.leftOut(12, 2048, true), "leaves out 12 of your 2,048 points (0.6 %)");
  assert.equal(format.leftOut(1, 100, false), "leaves out 1.0 % of the data");
});

test("places on an axis have the figures of its step", () => {
  assert.equal(format.onScale(-2.5, 0.5), "−2.5");
  assert.equal(format.onScale(1e-12, 0.5), "0.0");
  assert.equal(format.onScale(1990, 10), "1990");
});

test("sizes and what is sent have few figures", () => {
  assert.equal(format.megabytes(1_234_567), "1.23 MB");
  assert.equal(format.rounded(0.123456, 3), 0.123);
});
