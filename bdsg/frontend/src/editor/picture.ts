// The editor's plane, and what is said of it.

import { drawData } from "../canvas/marks.ts";
import { clipped, drawAxes } from "../canvas/plane.ts";
import { find, setData } from "../core/dom.ts";
import type { Camera, Field, Pen, Theme } from "../core/types.ts";
import type { Editor } from "./editor.ts";
import { drawMixture } from "./marks.ts";
import { piecesInWords } from "./modes.ts";

/** The brush's points alone, or the mixture with the points that it was fitted to. */
export function paintEditor(context: Pen, camera: Camera, field: Field, editor: Editor, theme: Theme) {
  const { brush, modes, chosen, epsilon } = editor;
  clipped(context, camera, () => {
    if (editor.painting) {
      brush?.draw(context, camera, theme);
      return;
    }
    drawMixture(context, camera, { field, level: Math.log(epsilon), modes, chosen }, theme);
    if (brush?.fitted) drawData(context, camera, brush.painting.points, theme, 0.45);
  });
  drawAxes(context, camera, theme);
}

/** Say into how many pieces ε cuts the mixture, and note for tests what is shown. */
export function report(editor: Editor, pieces: number) {
  const { root, modes, chosen, epsilon } = editor;
  if (!editor.painting) find(root, ".counted").textContent = piecesInWords(pieces, modes.length, epsilon);
  Object.assign(root, {
    bdsgModes: modes,
    bdsgPlace: (k: number) => editor.camera && [editor.camera.x(modes[k].x), editor.camera.y(modes[k].y)],
  });
  for (const [name, value] of Object.entries({ pieces, modes: modes.length, chosen, ready: 1 }))
    setData(root, name, value);
}
