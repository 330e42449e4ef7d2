// Mouse, touch and keys of the editor.

import type { Mode } from "../core/payloads.ts";
import type { Pair } from "../core/types.ts";
import type { Editor } from "./editor.ts";
import type { Handle, HandleName } from "./modes.ts";
import { handleAt, handlesOf, moveHandle } from "./modes.ts";

/** What a key does to the chosen mode; `fine` with Shift. */
type KeyEdit = (mode: Mode, pressed: { step: number; back: boolean }) => Partial<Mode>;
type Pointer = "mouse" | "pen" | "touch";

const EDITOR_KEYS: Partial<Record<string, KeyEdit>> = {
  ArrowLeft: (mode: Mode, { step }) => ({ x: mode.x - step }),
  ArrowRight: (mode: Mode, { step }) => ({ x: mode.x + step }),
  ArrowDown: (mode: Mode, { step }) => ({ y: mode.y - step }),
  ArrowUp: (mode: Mode, { step }) => ({ y: mode.y + step }),
  "+": (mode: Mode) => ({ long: mode.long * 1.1, short: mode.short * 1.1 }),
  "=": (mode: Mode) => ({ long: mode.long * 1.1, short: mode.short * 1.1 }),
  "-": (mode: Mode) => ({ long: mode.long / 1.1, short: mode.short / 1.1 }),
  _: (mode: Mode) => ({ long: mode.long / 1.1, short: mode.short / 1.1 }),
  r: (mode: Mode, { back }) => ({ angle: mode.angle + (back ? -5 : 5) }),
  w: (mode: Mode, { back }) => ({ weight: mode.weight * (back ? 1 / 1.1 : 1.1) }),
};

const GRIP = { mouse: 14, pen: 16, touch: 26 }; // pixels within which a handle is taken hold of

/** Whose Gaussians are moved: the editor, or what else shows them. */
export type Moved = Pick<
  Editor,
  | "canvas"
  | "plane"
  | "root"
  | "painting"
  | "modes"
  | "chosen"
  | "camera"
  | "limits"
  | "window"
  | "choose"
  | "replace"
  | "commit"
  | "draw"
  | "add"
  | "remove"
  | "set"
  | "undo"
> & { letGo?(): void }; // called where the plane is pressed beside all of them

type Spot = Pick<MouseEvent, "clientX" | "clientY">;

export class EditorHand {
  private readonly editor: Moved;
  private held: { handle: HandleName; shift: Pair } | null = null;
  private pending = 0;

  constructor(editor: Moved) {
    this.editor = editor;
    const { canvas, plane, root } = editor;
    const unless =
      <E extends Event>(act: (event: E) => void) =>
      (event: E) => {
        if (!editor.painting) act(event);
      }; // then the brush has the plane
    canvas.addEventListener(
      "pointerdown",
      unless((event: PointerEvent) => this.#take(event)),
    );
    canvas.addEventListener(
      "pointermove",
      unless((event: PointerEvent) => this.#move(event)),
    );
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.#release());
    canvas.addEventListener(
      "dblclick",
      unless((event: MouseEvent) => this.#addAt(event)),
    );
    // A finger on a Gaussian moves it; a finger beside them scrolls the page.
    canvas.addEventListener(
      "touchstart",
      unless((event: TouchEvent) => {
        if (this.#under(event.touches[0], "touch")) event.preventDefault();
      }),
      { passive: false },
    );
    plane.addEventListener(
      "keydown",
      unless((event: KeyboardEvent) => this.#key(event)),
    );
    root.addEventListener("keydown", (event) => this.#undoKey(event));
  }

  #place({ clientX, clientY }: Spot): Pair {
    const box = this.editor.canvas.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  #data([px, py]: Pair): Pair {
    const { camera } = this.editor;
    if (!camera) return [NaN, NaN];
    return [
      camera.low[0] + (px - camera.frame.left) / camera.scale,
      camera.low[1] + (camera.frame.top + camera.frame.height - py) / camera.scale,
    ];
  }

  /** Where a pointer's event lies on the plane. */
  dataAt(event: Spot) {
    return this.#data(this.#place(event));
  }

  #under(event: Spot, kind: string): Handle | null {
    const { modes, chosen, camera } = this.editor;
    return camera ? handleAt(modes, chosen, camera, this.#place(event), GRIP[kind as Pointer] ?? GRIP.mouse) : null;
  }

  #take(event: PointerEvent) {
    const found = this.#under(event, event.pointerType);
    const { editor } = this;
    if (!found && event.button === 0) editor.letGo?.();
    if (!found || event.button > 0) return;
    editor.choose(found.index);
    editor.plane.focus({ preventScroll: true });
    editor.canvas.setPointerCapture(event.pointerId);
    // The handle keeps its distance to the pointer: it must not leap when it is touched beside its middle.
    const at = this.#data(this.#place(event));
    const handle = handlesOf(editor.modes[found.index])[found.handle];
    this.held = { handle: found.handle, shift: [handle[0] - at[0], handle[1] - at[1]] };
  }

  #move(event: PointerEvent) {
    const { editor, held } = this;
    if (!held) {
      if (event.pointerType === "mouse")
        editor.canvas.style.cursor = this.#under(event, "mouse") ? "grab" : "crosshair";
      return;
    }
    const [x, y] = this.#data(this.#place(event));
    editor.replace(
      moveHandle(editor.modes[editor.chosen], held.handle, [x + held.shift[0], y + held.shift[1]], editor.limits),
    );
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      editor.draw();
    });
  }

  #release() {
    if (!this.held) return;
    this.held = null;
    this.editor.commit();
    this.editor.draw();
  }

  #addAt(event: MouseEvent) {
    if (!this.#under(event, "mouse")) this.editor.add(this.#data(this.#place(event)));
  }

  #key(event: KeyboardEvent) {
    const { editor } = this;
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || (!editor.modes[editor.chosen] && !"[]".includes(key))) return;
    const plains: Partial<Record<string, () => void>> = {
      "[": () => editor.choose(editor.chosen - 1),
      "]": () => editor.choose(editor.chosen + 1),
      a: () => editor.add(),
      Delete: () => editor.remove(),
      Backspace: () => editor.remove(),
    };
    const plain = plains[key];
    const change = EDITOR_KEYS[key.length === 1 ? key.toLowerCase() : key];
    if (!plain && !change) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own: R runs the page again
    if (plain) plain();
    else if (change) this.#apply(change, event.shiftKey);
  }

  #apply(change: KeyEdit, back: boolean) {
    const { editor } = this;
    const [low, high] = editor.window;
    const step = Math.max(high[0] - low[0], high[1] - low[1]) / (back ? 500 : 100);
    const wanted = change(editor.modes[editor.chosen], { step, back });
    for (const [name, value] of Object.entries(wanted)) editor.set(name as keyof Mode, value, true);
    editor.commit();
  }

  #undoKey(event: KeyboardEvent) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    this.editor.undo();
  }
}
