// Keys of Play, wherever on the page the focus is; they are not the page's own.

export interface Keyed {
  root: HTMLElement;
  toggle(): void;
  step(): void;
  restart(): void;
  undo(): void;
  redo(): void;
  letGo(): void;
  readonly gaussians: { readonly chosen: number }; // -1 where none is
}

/** Keys that a focused element has a use of its own for. */
const OWN: Record<string, string> = {
  button: " ",
  a: " ",
  select: " arrowright",
  input: "arrowright",
};

/** Listen to the page; returns what ends it. */
export function listen(view: Keyed): () => void {
  const onKey = (event: KeyboardEvent) => {
    const act = event.defaultPrevented ? undefined : actionOf(view, event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own: R runs the page again
    act();
  };
  document.addEventListener("keydown", onKey, true);
  return () => {
    document.removeEventListener("keydown", onKey, true);
  };
}

function actionOf(view: Keyed, event: KeyboardEvent): (() => void) | undefined {
  const key = event.key.toLowerCase();
  const target = event.composedPath()[0];
  if (!view.root.isConnected || !(target instanceof Element) || writes(target)) return undefined;
  if (event.ctrlKey || event.metaKey) {
    if (key === "y" || (key === "z" && event.shiftKey)) return () => view.redo();
    return key === "z" ? () => view.undo() : undefined;
  }
  if (event.altKey || OWN[target.tagName.toLowerCase()]?.includes(key)) return undefined;
  const onPlane = target.classList.contains("plane");
  if (key === "escape") return onPlane ? () => view.letGo() : undefined;
  const plane = onPlane && view.gaussians.chosen >= 0; // then the chosen Gaussian has the keys
  if (key === " ") return () => view.toggle();
  if (key === "arrowright" && !plane) return () => view.step();
  return key === "r" && !plane ? () => view.restart() : undefined;
}

/** Whether an element takes text. */
function writes(element: Element) {
  const input = element instanceof HTMLInputElement && element.type !== "range";
  return input || element instanceof HTMLTextAreaElement || (element as HTMLElement).isContentEditable;
}
