import assert from "node:assert/strict";
import { test } from "node:test";

import { readTensors, sameBytes } from "../../src/core/arrays.ts";

/** A block as bdsg/runs/tensor_file.py packs it. */
function packed(entries: Record<string, { dtype: string; shape: number[]; bytes: Uint8Array }>, meta?: unknown) {
  let at = 0;
  const header: Record<string, unknown> = meta === undefined ? {} : { __metadata__: { json: JSON.stringify(meta) } };
  for (const [name, { dtype, shape, bytes }] of Object.entries(entries)) {
    header[name] = { dtype, shape, data_offsets: [at, (at += bytes.length)] };
  }
  const head = new TextEncoder().encode(JSON.stringify(header));
  const block = new Uint8Array(8 + head.length + at);
  new DataView(block.buffer).setBigUint64(0, BigInt(head.length), true);
  block.set(head, 8);
  at = 8 + head.length;
  for (const { bytes } of Object.values(entries)) {
    block.set(bytes, at);
    at += bytes.length;
  }
  return block;
}

test("arrays of every type are read at any offset, and what goes along", () => {
  const block = packed(
    {
      odd: { dtype: "U8", shape: [1], bytes: Uint8Array.of(255) },
      short: { dtype: "I16", shape: [1, 2], bytes: new Uint8Array(Int16Array.of(-3, 32767).buffer) },
      long: { dtype: "I32", shape: [1], bytes: new Uint8Array(Int32Array.of(-70000).buffer) },
      single: { dtype: "F32", shape: [1], bytes: new Uint8Array(Float32Array.of(0.5).buffer) },
      double: { dtype: "F64", shape: [1], bytes: new Uint8Array(Float64Array.of(-1e300).buffer) },
    },
    { word: "ε" },
  );
  const shifted = new Uint8Array(block.length + 3);
  shifted.set(block, 3);
  const { arrays, meta } = readTensors(shifted.subarray(3));
  assert.deepEqual(meta, { word: "ε" });
  assert.deepEqual(arrays.short.shape, [1, 2]);
  assert.deepEqual(
    Object.values(arrays).map(({ values }) => [...values]),
    [[255], [-3, 32767], [-70000], [0.5], [-1e300]],
  );
  assert.deepEqual(readTensors(packed({})), { arrays: {}, meta: {} });
});

test("payloads are the same by their bytes", () => {
  const bytes = Uint8Array.of(1, 2);
  assert.equal(sameBytes(bytes, bytes), true);
  assert.equal(sameBytes(bytes, Uint8Array.of(1, 2)), true);
  assert.equal(sameBytes(bytes, Uint8Array.of(1, 3)), false);
  assert.equal(sameBytes(bytes, Uint8Array.of(1)), false);
  assert.equal(sameBytes(bytes, null), false);
  assert.equal(sameBytes(null, null), true);
});
