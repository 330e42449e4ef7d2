import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { Choices } from "../../src/play/choice.ts";
import { DIALS, PLACES, placeOf, valueAt } from "../../src/play/dials.ts";
import { listen } from "../../src/play/keys.ts";
import { Meters } from "../../src/play/meters.ts";
import { ObjectivePanel } from "../../src/play/objective_panel.ts";
import { Past } from "../../src/play/past.ts";
import { Setup } from "../../src/play/setup.ts";
import { Slider } from "../../src/play/slider.ts";
import type { PlayState } from "../../src/play/state.ts";
import { WhatIfPanel } from "../../src/play/what_if_panel.ts";
import { META, START } from "./fixtures.ts";

function page() {
  const root = document.createElement("section");
  root.innerHTML = '<div class="objective"></div><div class="what-if-head"></div><div class="what-ifs"></div>';
  document.body.replaceChildren(root);
  const setup = new Setup({}, () => null);
  setup.load(META);
  return { root, setup };
}

const input = (root: HTMLElement, name: string) => root.querySelector<HTMLInputElement>(`[data-dial=${name}]`)!;
const slide = (element: HTMLInputElement, place: number) => {
  element.value = String(place);
  element.dispatchEvent(new Event("input"));
};
const finger = (element: HTMLElement, type: string, x: number) => {
  element.dispatchEvent(Object.assign(new Event(type), { pointerType: "touch", clientX: x }));
};

test("a slider's places run over its range, from 0 where there is one", () => {
  for (const dial of DIALS) {
    assert.equal(valueAt(dial, PLACES), dial.high, dial.name);
    assert.equal(valueAt(dial, 0), dial.zero ? 0 : dial.low, dial.name);
    for (const place of [1, 100, PLACES - 1]) {
      const there = valueAt(dial, placeOf(dial, valueAt(dial, place)));
      assert.ok(Math.abs(Math.log(there / valueAt(dial, place))) < 0.05, dial.name);
    }
  }
});

test("each slider sets its own number, and shows it with its unit", () => {
  const { root, setup } = page();
  const panel = new ObjectivePanel(root, setup);
  panel.show(setup.state);
  slide(input(root, "lambda2"), 0);
  slide(input(root, "samples"), 0);
  assert.deepEqual(setup.state, { ...START, lambda2: 0, samples: 16 });
  panel.show(setup.state);
  assert.equal(input(root, "lambda2").getAttribute("aria-valuetext"), "0, off");
  assert.equal(input(root, "samples").getAttribute("aria-valuetext"), "16 points");
  for (const element of root.querySelectorAll("input")) assert.ok(element.getAttribute("aria-label"));
});

test("a value between two places is not moved by being shown", () => {
  const { root, setup } = page();
  const panel = new ObjectivePanel(root, setup);
  setup.change((state) => ({ ...state, lambda1: 0.1234 }));
  panel.show(setup.state);
  assert.equal(setup.state.lambda1, 0.1234);
});

test("a swipe that begins on a slider scrolls; a finger that goes sideways moves it", () => {
  const heard: number[] = [];
  const slider = new Slider(DIALS[1], (value) => heard.push(value));
  slider.show(0.1);
  const before = slider.input.value;
  finger(slider.input, "pointerdown", 10);
  slide(slider.input, 300);
  finger(slider.input, "pointercancel", 10);
  assert.deepEqual([heard, slider.input.value], [[], before]);
  finger(slider.input, "pointerdown", 10);
  slide(slider.input, 300);
  finger(slider.input, "pointermove", 30);
  assert.deepEqual(heard, [valueAt(DIALS[1], 300)]);
});

test("one of a few is marked", () => {
  const choice = (value: number) => ({ value, label: String(value), title: "" });
  const choices = new Choices("pace", "Pace", [choice(1), choice(2)], () => null);
  choices.show((value) => value === 2);
  const pressed = [...choices.element.children].map((button) => button.getAttribute("aria-pressed"));
  assert.deepEqual(pressed, ["false", "true"]);
});

test("a What if and the way back", () => {
  const { root, setup } = page();
  const panel = new WhatIfPanel(root, setup);
  const press = (selector: string) => {
    root.querySelector<HTMLButtonElement>(selector)!.click();
    panel.show(setup.state);
  };
  press("[data-what-if=eight]");
  assert.equal(setup.state.preset, "ring");
  press("[data-what-if=no-l2]");
  assert.deepEqual(setup.state, { ...START, lambda2: 0 }); // from where one was before, not one on top of the other
  press(".back-again");
  assert.deepEqual(setup.state, START);
  setup.undo();
  assert.equal(setup.state.lambda2, 0);
});

test("moves of a slider are undone as one, and done again", () => {
  const past = new Past();
  const at = (lambda1: number): PlayState => ({ ...START, lambda1 });
  assert.equal(past.note(at(1), 0), true);
  assert.equal(past.note(at(2), 100), false);
  assert.equal(past.note(at(3), 2000), true);
  assert.equal(past.undo(at(4)).lambda1, 3);
  assert.equal(past.undo(at(3)).lambda1, 1);
  assert.equal(past.undoable, false);
  assert.equal(past.redo(at(1)).lambda1, 3);
  past.note(at(3), 9000);
  assert.equal(past.redoable, false);
});

test("keys play, step and begin anew, but not where an element has its own use for them", () => {
  const { root } = page();
  const done: string[] = [];
  const note = (name: string) => () => done.push(name);
  const view = { root, toggle: note("toggle"), step: note("step"), restart: note("restart"), undo: note("undo"), redo: note("redo"), letGo: () => true }; // prettier-ignore
  const end = listen(view as never);
  const press = (target: EventTarget, key: string, more = {}) =>
    target.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...more }),
    );
  for (const key of [" ", "ArrowRight", "r"]) press(document.body, key);
  press(document.body, "z", { ctrlKey: true });
  press(document.body, "Z", { ctrlKey: true, shiftKey: true });
  assert.deepEqual(done, ["toggle", "step", "restart", "undo", "redo"]);
  const button = root.appendChild(document.createElement("button"));
  const range = root.appendChild(Object.assign(document.createElement("input"), { type: "range" }));
  const text = root.appendChild(document.createElement("input"));
  press(button, " ");
  press(range, "ArrowRight");
  press(text, "r");
  assert.equal(done.length, 5);
  end();
  press(document.body, " ");
  assert.equal(done.length, 5);
});

test("a score is pointed at while the mouse is on it, or until it is pressed again", () => {
  const root = document.createElement("section");
  root.innerHTML = '<div class="meters"></div><div class="terms"></div>';
  const heard: (string | null)[] = [];
  new Meters(root, (name) => heard.push(name));
  const [bp1, recall] = ["bp1", "recall"].map((name) => root.querySelector<HTMLElement>(`[data-meter=${name}]`)!);
  const mouse = (element: HTMLElement, type: string) =>
    element.dispatchEvent(Object.assign(new Event(type), { pointerType: "mouse" }));
  mouse(bp1, "pointerenter");
  mouse(bp1, "pointerleave");
  recall.click();
  assert.equal(recall.getAttribute("aria-pressed"), "true");
  mouse(bp1, "pointerenter");
  mouse(bp1, "pointerleave");
  recall.click();
  assert.deepEqual(heard, ["bp1", null, "recall", "bp1", "recall", null]);
});
