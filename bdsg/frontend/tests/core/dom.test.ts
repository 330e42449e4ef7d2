import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { bringIntoView, find, iconButton, layerButton, make, nameLayer, setData } from "../../src/core/dom.ts";

test("an element takes attributes, listeners, markup and children", () => {
  let pressed = 0;
  const button = make(
    "button",
    { title: "Go", disabled: undefined, click: () => (pressed += 1), html: "<b>go</b>" },
    " on",
  );
  button.click();
  assert.equal(pressed, 1);
  assert.equal(button.outerHTML, '<button title="Go"><b>go</b> on</button>');
});

test("what the markup lacks is told of by its name", () => {
  assert.equal(find(make("div", {}, make("i")), "i").tagName, "I");
  assert.throws(() => find(make("div"), ".plane"), /lacks \.plane/);
});

test("a button of icons says what it does", () => {
  const button = iconButton("play", "Play (Space)", () => null, { "data-full": "" });
  assert.equal(button.getAttribute("aria-label"), "Play (Space)");
  assert.equal(button.dataset.full, "");
  assert.ok(find(button, "svg path").getAttribute("d"));
});

test("a layer's button shows and hides, and can be called something else", () => {
  const layers = { data: true };
  let drawn = 0;
  const button = layerButton("data", layers, () => (drawn += 1));
  button.click();
  assert.deepEqual([layers.data, button.getAttribute("aria-pressed"), drawn], [false, "false", 1]);
  nameLayer([button], "data", "samples of the fit");
  nameLayer([button], "warp", "another");
  assert.equal(button.textContent, "samples of the fit");
});

test("data are set where they change", () => {
  const element = make("div");
  setData(element, "frame", 3);
  setData(element, "frame", 3);
  assert.equal(element.dataset.frame, "3");
});

test("on a narrow screen what changed is scrolled to where it is out of sight", () => {
  const element = make("div");
  let scrolled: ScrollIntoViewOptions | undefined;
  element.scrollIntoView = (options) => (scrolled = options as ScrollIntoViewOptions);
  const narrow = (on: boolean) => (window.matchMedia = () => ({ matches: on }) as MediaQueryList);
  element.getBoundingClientRect = () => ({ top: -50, bottom: 10 }) as DOMRect;
  narrow(false);
  bringIntoView(element);
  assert.equal(scrolled, undefined);
  narrow(true);
  bringIntoView(element);
  assert.deepEqual(scrolled, { block: "center", behavior: "auto" });
});
