// The trainer as a page uses it: seeds, changes on the way, the messages of its worker.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Mixture } from "../../src/trainer/density.ts";
import { NearestSample } from "../../src/trainer/nearest.ts";
import { Random } from "../../src/trainer/random.ts";
import { type Settings, Trainer } from "../../src/trainer/trainer.ts";

const ROUND = [
  [0.09, 0],
  [0, 0.09],
];
const pair = (x: number) => ({ weights: [0.5, 0.5], means: [[-x, 0], [x, 0]], covariances: [ROUND, ROUND] }); // prettier-ignore
const PAPER: Settings = {
  seed: 1,
  density: pair(0.4),
  data: null,
  samples: 200,
  objective: "paper",
  hidden: [8, 8],
  batch: 64,
  steps: 200,
  learningRate: 0.01,
  lambda1: 0.3,
  lambda2: 0.025,
  levels: 1,
  epsilon: 0.05,
  delta: 0.005,
};
const OURS: Settings = { ...PAPER, objective: "ours", lambda1: 50, lambda2: 0.1 };

/** The farthest that a point lies from its fellow. */
function farthest(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return Math.max(...a.map((value, k) => Math.abs(value - b[k])));
}

function trained(settings: Settings, steps = 100): Trainer {
  const trainer = new Trainer(settings);
  trainer.advance(steps);
  return trainer;
}

void describe("a seed", () => {
  for (const settings of [PAPER, OURS, { ...OURS, levels: 4 }]) {
    const name = `${settings.objective}, ${String(settings.levels)} levels`;
    void it(`gives the same picture again, and another one another (${name})`, () => {
      const [first, again, other] = [1, 1, 2].map((seed) => trained({ ...settings, seed }).snapshot(50, 20));
      assert.deepEqual(again, first);
      assert.ok(farthest(other.points, first.points) > 0.01);
      assert.ok(first.points.every(Number.isFinite) && first.forces.length === 120);
    });
  }

  void it("restarts what it began", () => {
    const trainer = trained(PAPER);
    trainer.restart(2);
    trainer.advance(100);
    assert.deepEqual(trainer.snapshot(50), trained({ ...PAPER, seed: 2 }).snapshot(50));
  });

  void it("draws normal numbers, and samples of which fewer are the first of more", () => {
    const random = new Random(3);
    const drawn = Float64Array.from({ length: 20000 }, () => random.normal()); // prettier-ignore
    const moment = (power: number) => drawn.reduce((sum, value) => sum + value ** power, 0) / drawn.length;
    [0, 1, 0, 3].forEach((expected, k) => {
      assert.ok(Math.abs(moment(k + 1) - expected) < 0.15, `moment ${String(k + 1)}`);
    });
    const sample = (count: number) => new Mixture(pair(0.4)).sample(count, new Random(4));
    assert.deepEqual(sample(500).subarray(0, 200), sample(100));
    const left = sample(2000).filter((x, k) => k % 2 === 0 && x < 0).length / 2000;
    assert.ok(Math.abs(left - 0.5) < 0.05);
  });
});

void describe("a change on the way", () => {
  void it("keeps B(z) where it is when the layers change", () => {
    const trainer = trained(PAPER, 200);
    const before = trainer.snapshot(200).points; // prettier-ignore
    for (const hidden of [[16, 16], [8, 8, 8], [32]]) {
      trainer.change({ hidden });
      assert.ok(farthest(trainer.snapshot(200).points, before) < 0.1);
      assert.deepEqual(trainer.settings.hidden, hidden);
    }
  });

  void it("keeps the weights when data, samples or batch change, and rises the learning rate again", () => {
    for (const settings of [PAPER, OURS]) {
      const trainer = trained(settings, 200);
      assert.equal(trainer.advance(10), 0);
      const before = trainer.snapshot(100);
      const moves = settings.objective === "ours"; // ours starts from the new ellipses
      trainer.change({ density: pair(0.42), samples: 300, batch: 32 });
      const after = trainer.snapshot(100);
      assert.ok(farthest(after.points, before.points) < (moves ? 0.05 : 1e-6));
      assert.equal(trainer.settled, false);
      assert.ok(trainer.advance(1000) > 100);
      assert.ok(farthest(trainer.snapshot(100).points, before.points) > 0.01);
    }
  });

  void it("acts at once: without dispersion the points gather", () => {
    const trainer = trained(PAPER, 200);
    const spread = trainer.snapshot(100).terms[3]; // prettier-ignore
    trainer.change({ lambda2: 0, lambda1: 1 });
    trainer.advance(200);
    assert.ok(trainer.snapshot(100).terms[3] > spread);
  });

  void it("that allows no training leaves all as it was, and says why", () => {
    const trainer = trained(OURS);
    const before = trainer.snapshot(50);
    assert.throws(() => {
      trainer.change({ epsilon: 9, delta: 0.9 });
    }, /No closed curve of the level 9 was found; the density's highest value is .*: choose another ε\./);
    assert.deepEqual(trainer.snapshot(50), before);
    assert.equal(trainer.settings.epsilon, OURS.epsilon);
    trainer.advance(50);
    assert.ok(farthest(trainer.snapshot(50).points, before.points) > 0);
  });

  void it("moves from one objective to the other", () => {
    const trainer = trained(PAPER);
    trainer.change({ objective: "ours", lambda1: 50, lambda2: 0.1 });
    trainer.advance(200);
    const { points } = trainer.snapshot(200);
    const at = new Mixture(pair(0.4)).box(Math.log(0.005)); // prettier-ignore
    assert.ok(points.every((value, k) => value > at[k % 2] - 0.1 && value < at[(k % 2) + 2] + 0.1));
  });
});

void it("finds the nearest sample as looking at all does, inside the grid and out of it", () => {
  const random = new Random(5);
  const samples = Float64Array.from({ length: 400 }, () => random.normal() ** 3); // prettier-ignore
  const nearest = new NearestSample(samples);
  for (let query = 0; query < 2000; query += 1) {
    const x = 6 * random.normal();
    const y = 6 * random.normal(); // prettier-ignore
    const squares = Array.from({ length: 200 }, (_, m) => (x - samples[2 * m]) ** 2 + (y - samples[2 * m + 1]) ** 2);
    assert.equal(squares[nearest.find(x, y)], Math.min(...squares));
  }
});

void void it("says in a sentence what it cannot do", () => {
  const wild = new Trainer({ ...PAPER, learningRate: 1e30, lambda2: 1e30 });
  assert.throws(
    () => wild.advance(200),
    /At step \d+ the loss is no longer a finite number: lower the learning rate, now 1 × 10³⁰, or/,
  );
  const table = { low: [-1, -1], high: [1, 1], shape: [4, 4], values: Array(16).fill(0) } as never;
  const unknown = /A table of a density has no samples of its own: give the data/;
  assert.throws(() => new Trainer({ ...PAPER, density: table }), unknown);
});
