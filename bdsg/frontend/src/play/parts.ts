// Small parts of Play's page.

import { setData } from "../core/dom.ts";
import type { Play } from "./play.ts";

/** What tests read. */
export function report({ root, training, gaussians, picture, state }: Play) {
  const { snapshot, scores, running } = training;
  const told = { step: snapshot?.step ?? 0, running: Number(running), chosen: gaussians.chosen };
  for (const [name, value] of Object.entries(told)) setData(root, name, value);
  if (scores) setData(root, "bf1", scores.bf1 ?? -1);
  if (scores && snapshot) setData(root, "ready", 1);
  Object.assign(root, { bdsgPlay: { points: picture.points, state, camera: picture.camera } });
}
