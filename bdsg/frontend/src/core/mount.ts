// How Streamlit puts a component on the page: one view for each place, kept across its calls.

/** What Streamlit hands to a component at each update. */
export interface Mounting {
  data: unknown;
  key: string; // another each time that it is put up
  parentElement: ParentNode & Node;
  setStateValue: Tell;
  setTriggerValue: Tell;
}

/** Sends a value to the server, under the name of one of the component's states. */
export type Tell = (name: string, value: unknown) => void;

export interface View {
  root: HTMLElement;
  receive(bytes: Uint8Array | null, mounting: Mounting): void;
  stop(): void;
}

/**
 * A component of `markup` and `style`, whose views `create` makes.
 *
 * `kept` outlives a canvas that Streamlit puts up anew, and other pages too: each time the component has another key.
 * What needs it is therefore on a page but once.
 */
export function mounted<Kept extends object>(
  markup: string,
  style: string,
  create: (parent: ParentNode, kept: Partial<Kept>) => View,
) {
  const views = new WeakMap<Node, View>();
  const kept: Partial<Kept> = {};

  return function component(mounting: Mounting) {
    const { data, parentElement: parent } = mounting;
    let view = views.get(parent);
    if (!view?.root.isConnected) {
      view?.stop(); // its markup was taken away
      fill(parent, markup, style);
      view = create(parent, kept);
      views.set(parent, view);
    }
    view.receive(data instanceof Uint8Array ? data : null, mounting);
    return () => {
      views.get(parent)?.stop();
      views.delete(parent);
    };
  };
}

/** Put the markup on the page, in place of what an earlier view has filled. */
export function fill(parent: ParentNode & Node, markup: string, style: string) {
  // In a shadow root `:scope` matches nothing, so that `:scope > .bdsg` would find none of them.
  for (const old of Array.from(parent.children)) if (old.matches(".bdsg, style.bdsg-style")) old.remove();
  const sheet = document.createElement("style");
  sheet.className = "bdsg-style";
  sheet.textContent = style;
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  parent.append(sheet, holder.content);
}
