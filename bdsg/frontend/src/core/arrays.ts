// Arrays from Python.

import type { Tensor } from "./payloads.ts";

const TENSOR_TYPES = { F64: Float64Array, F32: Float32Array, I32: Int32Array, I16: Int16Array, U8: Uint8Array };

export type AnyArray = Float64Array | Float32Array | Int32Array | Int16Array | Uint8Array;

interface Entry {
  dtype: keyof typeof TENSOR_TYPES;
  shape: number[];
  data_offsets: [number, number];
}

/** Decode what bdsg/runs/tensor_file.py packed (the safetensors format): named arrays, and the meta dictionary. */
export function readTensors<A = Record<string, Tensor<AnyArray>>, M = Record<string, unknown>>(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<string, Entry>;
  const { __metadata__: told, ...entries } = header as Record<string, Entry> & { __metadata__?: { json?: string } };
  const arrays: Record<string, Tensor<AnyArray>> = {};
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries)) {
    // slice() copies, which also aligns: a typed array may not begin at an odd offset.
    arrays[name] = { shape, values: new TENSOR_TYPES[dtype](bytes.slice(start + from, start + to).buffer) };
  }
  return { arrays: arrays as A, meta: JSON.parse(told?.json ?? "{}") as M };
}

/** Whether two payloads are equal: Streamlit sends the same one again after every rerun. */
export function sameBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined) {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
