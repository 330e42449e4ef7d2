import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Order, Report } from "../../src/play/desk.ts";
import { Training } from "../../src/play/training.ts";
import { START } from "./fixtures.ts";

/** A training whose worker answers when it is told to, and whose clock goes as it is set. */
function bench() {
  const sent: Order[] = [];
  const heard: [Report, boolean][] = [];
  const clock = { now: 0 };
  let answer: (report: Report) => void = () => null;
  const open = (onReport: (report: Report) => void) => {
    answer = onReport;
    return { send: (order: Order) => sent.push(order), stop: () => null };
  };
  const training = new Training(
    open,
    (report, anew) => heard.push([report, anew]),
    () => clock.now,
  );
  let step = 0;
  /** A frame, `milliseconds` after the last, and the worker's answer to what was sent in it. */
  const frame = (milliseconds: number, told: Partial<Report> = {}, settled = false) => {
    clock.now += milliseconds;
    const before = sent.length;
    const more = training.advance(milliseconds / 1000);
    if (sent.length > before) {
      const order = sent[sent.length - 1];
      step = (order.restart === undefined ? step : 0) + (order.steps ?? 0);
      const terms = Float64Array.of(1, 2, 3, 4);
      const shown = { step, settled, terms, points: new Float32Array(2), forces: new Float32Array(0) };
      answer({ id: order.id, taken: true, snapshot: shown, ...told });
    }
    return more;
  };
  training.want(START);
  return { training, sent, heard, frame, clock };
}

test("the first order configures, the next ones only step", () => {
  const { sent, frame } = bench();
  for (let k = 0; k < 3; k += 1) frame(20);
  assert.equal(sent[0].configure?.lambda1, START.lambda1);
  assert.deepEqual(
    sent.slice(1).map(({ configure, change, restart }) => [configure, change, restart]),
    [
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ],
  );
});

test("scores are asked for every 100 ms, not with every picture", () => {
  const { sent, frame } = bench();
  for (let k = 0; k < 100; k += 1) frame(10);
  assert.ok(sent.length > 90);
  const scored = sent.filter(({ score }) => score).length;
  assert.ok(scored >= 9 && scored <= 11, String(scored));
});

test("while a control moves the picture follows first: scores wait a little", () => {
  const { training, sent, frame } = bench();
  for (let k = 0; k < 60; k += 1) {
    training.want({ ...START, epsilon: 0.01 + k / 1e4 });
    frame(10);
  }
  assert.equal(sent.length, 60);
  assert.equal(sent.filter(({ score }) => score).length, 2);
});

test("300 steps a second are taken, and one in slow motion", () => {
  const { training, sent, frame } = bench();
  const taken = () => sent.reduce((sum, { steps }) => sum + (steps ?? 0), 0);
  for (let k = 0; k < 60; k += 1) frame(1000 / 60);
  assert.ok(Math.abs(taken() - 300) <= 2, String(taken()));
  training.pace = 1;
  const before = taken();
  for (let k = 0; k < 180; k += 1) frame(1000 / 60);
  assert.ok(taken() - before >= 2 && taken() - before <= 4, String(taken() - before));
  training.pace = Infinity;
  frame(16);
  assert.equal(sent[sent.length - 1].steps, 10_000);
  assert.equal(sent[sent.length - 1].milliseconds, 14);
});

test("at full pace it goes on after a pause, of which the first frame takes no time", () => {
  const { training, sent, frame } = bench();
  training.pace = Infinity;
  training.toggle();
  frame(0);
  training.toggle();
  frame(0);
  frame(16);
  assert.equal(sent[sent.length - 1].steps, 10_000);
});

test("one order is under way at a time; what was set meanwhile goes as one", () => {
  const { training, sent } = bench();
  training.advance(0.02);
  training.want({ ...START, lambda1: 1 });
  training.advance(0.02);
  training.want({ ...START, lambda1: 2, lambda2: 0 });
  training.advance(0.02);
  assert.equal(sent.length, 1);
});

test("changes are told in what differs", () => {
  const { training, sent, frame } = bench();
  frame(20);
  training.want({ ...START, lambda1: 2, lambda2: 0 });
  frame(20);
  assert.deepEqual(sent[1].change, { lambda1: 2, lambda2: 0 });
});

test("paused, a change is told and scored, and nothing trains", () => {
  const { training, sent, frame } = bench();
  frame(20);
  training.toggle();
  frame(200);
  const before = sent.length;
  training.want({ ...START, epsilon: 0.02 });
  while (frame(50));
  const [order] = sent.slice(before);
  assert.deepEqual([order.change, order.steps], [{ epsilon: 0.02, delta: 0.002 }, 0]);
  assert.ok(sent.slice(before).some(({ score }) => score));
  assert.equal(training.running, false);
});

test("one step, then rest", () => {
  const { training, sent, frame } = bench();
  frame(20);
  training.step();
  while (frame(50));
  assert.deepEqual(
    sent.slice(1).flatMap(({ steps }) => steps || []),
    [1],
  );
});

test("settled it rests until it is told to go on, or something changes", () => {
  const { training, sent, frame } = bench();
  frame(20, {}, true);
  while (frame(50, {}, true));
  assert.equal(training.settled, true);
  const before = sent.length;
  training.toggle();
  frame(20);
  assert.deepEqual(sent[before].change, {});
  assert.equal(training.running, true);
});

test("a refused setting is said and asked for once", () => {
  const { training, sent, frame } = bench();
  frame(20);
  training.want({ ...START, epsilon: 0.09 });
  frame(20, { taken: false, error: "No place is as dense." });
  assert.equal(training.problem, "No place is as dense. Until then B(z) goes on as it was.");
  for (let k = 0; k < 3; k += 1) frame(20);
  assert.deepEqual(
    sent.slice(2).map(({ change }) => change),
    [undefined, undefined, undefined],
  );
  assert.match(training.problem, /as dense/);
  training.want({ ...START, lambda2: 0 });
  frame(20);
  assert.deepEqual(sent[5].change, { lambda2: 0 });
  assert.equal(training.problem, "");
});

test("a restart begins with the state's seed, and is told as such", () => {
  const { training, sent, heard, frame } = bench();
  frame(20);
  frame(20);
  training.want({ ...START, seed: 2 });
  training.restart();
  frame(20);
  assert.equal(sent[2].restart, 2);
  assert.deepEqual(
    heard.map(([, anew]) => anew),
    [false, false, true],
  );
});
