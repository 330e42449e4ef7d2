// A map that changes while a run plays: bytes on a grid for some of its snapshots.

/** The map at a playhead, linear between the two that are known around it; `map_frames` says whose snapshots these are. */
function mapAt({ maps, map_frames: frames }, playhead) {
  const [count, rows, columns] = maps.shape, size = rows * columns, at = frames.values;
  let before = 0;
  while (before + 1 < count && at[before + 1] <= playhead) before += 1;
  const after = Math.min(before + 1, count - 1);
  const t = after === before ? 0 : Math.max(0, (playhead - at[before]) / (at[after] - at[before]));
  const a = maps.values.subarray(before * size, (before + 1) * size), b = maps.values.subarray(after * size, (after + 1) * size);
  const values = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) values[i] = Math.round(a[i] + t * (b[i] - a[i]));
  return { values, shape: [rows, columns] };
}

/** Draw it below all else. */
function drawMap(context, camera, { arrays, meta }, playhead, theme) {
  const { values, shape } = mapAt(arrays, playhead);
  clipped(context, camera, () => drawImage(context, camera, heatImage(values, shape, theme), meta.low, meta.high));
}
