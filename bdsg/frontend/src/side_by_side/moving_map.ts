// A method while it trains: a map that changes, bytes on a grid for some of its snapshots; and points that may stray.

import type { PlaneMeta, PlayerArrays, BaselineArrays } from "../core/payloads.ts";
import type { Camera, Numbers, Pair, Pen, Theme } from "../core/types.ts";

/** A run beside others: one of B(z), or a method that has a map. */
export interface Run {
  arrays: Partial<PlayerArrays & BaselineArrays> & Pick<PlayerArrays, "data" | "frames" | "steps" | "terms">;
  meta: PlaneMeta & { appears?: number };
}

type MovingMap = Pick<BaselineArrays, "maps" | "map_frames">;

import { clipped, drawImage } from "../canvas/plane.ts";
import { heatImage } from "../core/theme.ts";

/** The map at a playhead, linear between the two that are known around it; `map_frames` says whose snapshots these are. */
export function mapAt({ maps, map_frames: frames }: MovingMap, playhead: number) {
  const [count, rows, columns] = maps.shape;
  const size = rows * columns;
  const at = frames.values;
  let before = 0;
  while (before + 1 < count && at[before + 1] <= playhead) before += 1;
  const after = Math.min(before + 1, count - 1);
  const t = after === before ? 0 : Math.max(0, (playhead - at[before]) / (at[after] - at[before]));
  const a = maps.values.subarray(before * size, (before + 1) * size);
  const b = maps.values.subarray(after * size, (after + 1) * size);
  const values = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) values[i] = Math.round(a[i] + t * (b[i] - a[i]));
  return { values, shape: [rows, columns] };
}

/** Draw it below all else. */
export function drawMap(context: Pen, camera: Camera, { arrays, meta }: Run, playhead: number, theme: Theme) {
  const { maps, map_frames } = arrays;
  if (!maps || !map_frames) return;
  const { values, shape } = mapAt({ maps, map_frames }, playhead);
  clipped(context, camera, () => drawImage(context, camera, heatImage(values, shape, theme), meta.low, meta.high));
}

/** Which points lie inside the window: those beyond were put on its edge (canvas_encoding.py), where they are not. */
export function inside(points: Numbers, { low, high }: { low: Pair; high: Pair }) {
  const slack = [0, 1].map((axis) => 1e-5 * (high[axis] - low[axis]));
  return (k: number) =>
    [0, 1].every((axis) => {
      const value = points[2 * k + axis];
      return value > low[axis] + slack[axis] && value < high[axis] - slack[axis];
    });
}
