// Arrays from Python.  bdsg/app/components/browser_components.py joins the files of this folder into one module per component,
// so their top-level names are shared and none of them imports another.



const TENSOR_TYPES = { F64: Float64Array, F32: Float32Array, I32: Int32Array, I16: Int16Array, U8: Uint8Array };

/** Decode what bdsg/runs/tensor_file.py packed (the safetensors format): named arrays, and the meta dictionary. */
export function readTensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const arrays = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = entry.data_offsets;
    // slice() copies, which also aligns: a typed array may not begin at an odd offset.
    const block = bytes.slice(start + from, start + to).buffer;
    arrays[name] = { shape: entry.shape, values: new TENSOR_TYPES[entry.dtype](block) };
  }
  return { arrays, meta: JSON.parse(header.__metadata__?.json ?? "{}") };
}

/** Whether two payloads are equal: Streamlit sends the same one again after every rerun. */
export function sameBytes(a, b) {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
