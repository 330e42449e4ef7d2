import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { linkText, stateOf } from "../../src/play/link_text.ts";
import { changesBetween, choicesOf, mixtureNumbers, settingsOf, withObjective } from "../../src/play/state.ts";
import { WHAT_IFS } from "../../src/play/what_if.ts";
import { META, START } from "./fixtures.ts";

test("the trainer gets the mixture in numbers, and δ with ε", () => {
  const { density, delta, batch, data } = settingsOf(START);
  assert.deepEqual(density, {
    weights: [0.5, 0.5],
    means: [
      [-4, 0],
      [4, 0],
    ],
    covariances: [
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    ],
  });
  assert.deepEqual([delta, batch, data], [0.001, 256, null]);
});

test("a turned Gaussian has its covariance", () => {
  const { covariances } = mixtureNumbers([{ weight: 1, x: 0, y: 0, long: 2, short: 1, angle: 30 }]);
  const [[xx, xy], [, yy]] = covariances[0];
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} ${b}`);
  close(xx, 4 * 0.75 + 0.25);
  close(xy, 3 * Math.sqrt(0.75) * 0.5);
  close(yy, 4 * 0.25 + 0.75);
});

test("only what changed is told; a seed is not changed but begun with", () => {
  assert.deepEqual(changesBetween(START, { ...START, lambda2: 0, seed: 9 }), { lambda2: 0 });
  assert.deepEqual(Object.keys(changesBetween(START, { ...START, epsilon: 0.02 })), ["epsilon", "delta"]);
  const modes = START.modes.map((mode) => ({ ...mode, y: 1 }));
  assert.deepEqual(Object.keys(changesBetween(START, { ...START, preset: null, modes })), ["density"]);
  assert.deepEqual(changesBetween(START, { ...START, hidden: [8, 8, 8] }), {});
});

test("another objective comes with its own settings", () => {
  const { objective, hidden, lambda1, batch, epsilon } = withObjective(START, "ours", META.objectives.ours);
  assert.deepEqual([objective, hidden, lambda1, batch, epsilon], ["ours", [32, 32], 50, 64, START.epsilon]);
});

test("what is recorded is a config of the same settings", () => {
  const { data, epsilon, seed, boundary, density } = choicesOf(START);
  assert.deepEqual(data, { preset: "bimodal_separate", samples: 1024 });
  assert.deepEqual([epsilon, seed, density], [0.01, 1, { kind: "closed_form" }]);
  assert.deepEqual(Object.keys(boundary).sort(), [
    ...["batch_size", "hidden", "lambda1", "lambda2", "learning_rate", "objective", "steps"],
  ]);
  const units = { names: ["a", "b"], shift: [0, 0], scale: [1, 1] };
  const own = choicesOf({ ...START, preset: null }, units).data;
  assert.deepEqual(own, { mixture: mixtureNumbers(START.modes), units, samples: 1024 });
});

test("a link brings the same state back", () => {
  const modes = [{ weight: 1, x: 0.5, y: -2, long: 2, short: 0.5, angle: 30 }];
  const state = { ...START, preset: null, modes, lambda2: 0, samples: 16, hidden: [32, 32], seed: 5 };
  for (const one of [START, state]) assert.deepEqual(stateOf(linkText(one), START, META), one);
});

test("a link that is not understood is refused with the place", () => {
  const wrong: [string, RegExp][] = [
    ["[", /The link’s settings cannot be read\. The page opened with its own settings: set it here\./],
    ['{"p":"nowhere"}', /distribution cannot/],
    ['{"e":0}', /threshold must be a number from .* to/],
    ['{"a":-1}', /stay near data must be a number from 0 to 100\./],
    ['{"m":20.5}', /data must be a whole number from 16 to 20,000\./],
    ['{"h":[8,"8"]}', /hidden units cannot/],
    ['{"g":[[1,0,0,0,1,0]]}', /Gaussians cannot/],
    ['{"g":[[1,0,0,1,1]]}', /Gaussians cannot/],
    ['{"s":-1}', /seed cannot/],
  ];
  for (const [text, place] of wrong) assert.throws(() => stateOf(text, START, META), place, text);
});

test("every What if changes something, and eq. 4 is what it is about", () => {
  for (const { name, change } of WHAT_IFS) {
    const state = change({ ...START, objective: "ours" }, META);
    assert.equal(state.objective, "paper", name);
    assert.notDeepEqual(state, START, name);
  }
});
