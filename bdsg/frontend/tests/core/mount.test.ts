import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { find } from "../../src/core/dom.ts";
import { type Mounting, type View, mounted } from "../../src/core/mount.ts";

interface Kept {
  layers?: { heat: boolean };
}

class Shown implements View {
  readonly root: HTMLElement;
  readonly kept: Kept;
  received: (Uint8Array | null)[] = [];
  stopped = 0;

  constructor(parent: ParentNode, kept: Kept) {
    this.root = find(parent, ".bdsg");
    this.root.append("filled");
    this.kept = kept;
  }

  receive(bytes: Uint8Array | null) {
    this.received.push(bytes);
  }

  stop() {
    this.stopped += 1;
  }
}

function page() {
  const views: Shown[] = [];
  const component = mounted<Kept>('<section class="bdsg"></section>', ".bdsg { color: red }", (parent, kept) => {
    views.push(new Shown(parent, kept));
    return views[views.length - 1];
  });
  const place = () => document.body.appendChild(document.createElement("div"));
  const given = (parentElement: HTMLElement, key: string, data: unknown): Mounting => {
    return { data, key, parentElement, setStateValue: () => null, setTriggerValue: () => null };
  };
  return { views, component, place, given };
}

test("a view stays where it is, and gets each update", () => {
  const { views, component, place, given } = page();
  const parent = place();
  const bytes = Uint8Array.of(1);
  component(given(parent, "a", bytes));
  component(given(parent, "a", undefined));
  assert.equal(views.length, 1);
  assert.deepEqual(views[0].received, [bytes, null]);
  assert.equal(parent.querySelectorAll("style").length, 1);
});

test("a view whose markup was taken away makes room for a new one, with fresh markup", () => {
  const { views, component, place, given } = page();
  const parent = place();
  const leave = component(given(parent, "a", null));
  views[0].root.remove();
  component(given(parent, "a", null));
  assert.deepEqual([views.length, views[0].stopped], [2, 1]);
  assert.equal(parent.querySelectorAll(".bdsg").length, 1);
  leave();
  assert.equal(views[1].stopped, 1);
  component(given(parent, "a", null));
  assert.equal(views[2].root.textContent, "filled");
});

test("what outlives a view is that of all of its component, under whichever key", () => {
  const { views, component, place, given } = page();
  component(given(place(), "a", null));
  views[0].kept.layers = { heat: false };
  component(given(place(), "b", null));
  assert.deepEqual(views[1].kept, { layers: { heat: false } });
  page().component(given(place(), "a", null));
  assert.equal(views.length, 2);
});
