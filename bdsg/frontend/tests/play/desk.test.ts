import "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { mixtureField, mixtureLogDensity } from "../../src/math/mixture.ts";
import { evaluateAt, preparePoints } from "../../src/math/scores.ts";
import { Desk } from "../../src/play/desk.ts";
import { Scorer } from "../../src/play/scorer.ts";
import { mixtureNumbers, settingsOf } from "../../src/play/state.ts";
import { START } from "./fixtures.ts";

const shown = { points: 64, forces: 0 };
const ROUND = mixtureNumbers([{ weight: 1, x: 0, y: 0, long: 1, short: 1, angle: 0 }]);
const EPSILON = 0.01;

/** Points on the circle where a round Gaussian's density is √(δε), from one angle to another. */
function onMiddle(count: number, from: number, to: number) {
  const radius = Math.sqrt(-2 * Math.log(2 * Math.PI * EPSILON * Math.sqrt(0.1)));
  return Float32Array.from({ length: 2 * count }, (_, i) => {
    const angle = from + ((to - from) * Math.floor(i / 2)) / count;
    return radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
  });
}

test("the whole circle scores 100 %, half of it half its recall, a spot hardly any", () => {
  const scorer = new Scorer(ROUND, EPSILON, 0.1 * EPSILON);
  const whole = scorer.scores(onMiddle(300, 0, 2 * Math.PI));
  assert.deepEqual([whole.bp1, whole.recall, whole.bf1, whole.covered, whole.components], [1, 1, 1, 1, 1]);
  assert.deepEqual(whole.bare, []);
  const half = scorer.scores(onMiddle(300, 0, Math.PI));
  assert.equal(half.bp1, 1);
  assert.ok(half.recall! > 0.5 && half.recall! < 0.85, String(half.recall));
  assert.equal(half.covered, 0);
  assert.ok(half.bare.length > 0);
  assert.ok(scorer.scores(onMiddle(300, 0, 0.01)).recall! < 0.4);
});

test("scores are those of Evaluate", () => {
  const points = onMiddle(200, 0, 4).map((value, i) => value + 0.6 * Math.sin(7 * i));
  const mixture = { logScales: [-Math.log(2 * Math.PI)], means: [0, 0], whiteners: [1, 0, 0, 1] };
  const field = mixtureField(mixture, [-5, -5], [5, 5], 180);
  const grid = {
    x: field.x,
    y: field.y,
    logTruth: Float32Array.from(field.values),
    logModel: Float32Array.from(field.values),
  };
  const nothing = { index: [], points: [], logModel: [] } as never;
  const rest = { grid, wide: field, model: field, ranks: new Float64Array(0), trained: null, rays: nothing };
  const theirs = evaluateAt({ ...rest, ...preparePoints(points, mixtureLogDensity(mixture, points)) }, EPSILON, 0.1);
  const live = new Scorer(ROUND, EPSILON, 0.1 * EPSILON).scores(points);
  assert.ok(Math.abs(live.bp1 - theirs.bp1!) < 1e-6);
  assert.ok(live.bp1 > 0.3 && live.bp1 < 1);
  assert.ok(Math.abs(live.recall! - theirs.boundary_recall!) < 0.005);
});

test("where no place is as dense as ε there is no recall", () => {
  assert.equal(new Scorer(ROUND, 1, 0.1).scores(onMiddle(50, 0, 6)).recall, null);
});

test("an order sets, trains, shows and scores", () => {
  const desk = new Desk();
  const first = desk.report({ id: 1, configure: settingsOf(START), ...shown, steps: 30, score: true });
  assert.equal(first.error, undefined);
  assert.deepEqual([first.id, first.taken, first.snapshot!.step], [1, true, 30]);
  assert.equal(first.scores!.components, 2);
  const next = desk.report({ id: 2, change: { lambda2: 0 }, ...shown, steps: 5 });
  assert.deepEqual([next.snapshot!.step, next.scores], [35, undefined]);
  const again = desk.report({ id: 3, restart: 4, ...shown });
  assert.equal(again.snapshot!.step, 0);
});

test("other data are scored as such", () => {
  const desk = new Desk();
  desk.report({ id: 1, configure: settingsOf(START), ...shown, score: true });
  const density = mixtureNumbers([START.modes[0]]);
  assert.equal(desk.report({ id: 2, change: { density }, ...shown, score: true }).scores!.components, 1);
  const fewer = desk.report({ id: 3, change: { epsilon: 1, delta: 0.1 }, ...shown, score: true });
  assert.equal(fewer.scores!.components, 0);
});

test("what cannot be set is refused in a sentence, and training goes on as it was", () => {
  const desk = new Desk();
  assert.equal(desk.report({ id: 1, change: { lambda1: 1 }, ...shown }).taken, false);
  desk.report({ id: 2, configure: settingsOf({ ...START, objective: "ours", hidden: [8], batch: 16 }), ...shown });
  const refused = desk.report({ id: 3, change: { epsilon: 1e9, delta: 1e8 }, ...shown, steps: 3 });
  assert.equal(refused.taken, false);
  assert.match(refused.error!, /\.$/);
  assert.equal(refused.snapshot!.step, 0);
  assert.equal(desk.report({ id: 4, ...shown, steps: 3, score: true }).snapshot!.step, 3);
});

test("a loss that is no number stops the steps, not the settings", () => {
  const desk = new Desk();
  const settings = { ...settingsOf(START), lambda1: 1e300 };
  const told = desk.report({ id: 1, configure: settings, ...shown, steps: 50 });
  assert.equal(told.taken, true);
  assert.match(told.error!, /no longer a finite number/);
});

test("as Play opens both weights matter: without either the scores end far lower", () => {
  const ended = (changed: object) => {
    const configure = settingsOf({ ...START, ...changed });
    return new Desk().report({ id: 1, configure, ...shown, steps: START.steps, score: true }).scores!;
  };
  const both = ended({});
  assert.ok(both.bf1! > 0.85, String(both.bf1));
  assert.equal(both.covered, 2);
  const [withoutDistance, withoutDispersion] = [ended({ lambda1: 0 }), ended({ lambda2: 0 })];
  assert.ok(withoutDistance.bf1! < 0.05, String(withoutDistance.bf1));
  assert.ok(withoutDispersion.bf1! < both.bf1! - 0.25, String(withoutDispersion.bf1));
  assert.ok(withoutDispersion.covered < 2);
});

test("steps end when their time is up", () => {
  const configure = { ...settingsOf(START), steps: 1e9 };
  const timed = new Desk().report({ id: 1, configure, ...shown, steps: 1e9, milliseconds: 5 });
  assert.ok(timed.snapshot!.step > 0 && timed.snapshot!.step < 1e6);
});
