import assert from "node:assert/strict";
import { test } from "node:test";

import type { EvaluationArrays, Trained } from "../../src/core/payloads.ts";
import { LevelBoundary } from "../../src/math/every_level.ts";
import { mixtureLogDensity, mixtureOf } from "../../src/math/mixture.ts";
import { rayCrossings } from "../../src/math/rays.ts";
import { type Scores, classification, evaluateAt, prepareEvaluation } from "../../src/math/scores.ts";
import { golden } from "../golden.ts";

const TYPES = { float32: Float32Array, float64: Float64Array, int32: Int32Array };

interface Case {
  arrays: Record<string, { type: keyof typeof TYPES; shape: number[]; values: number[] }>;
  trained: Trained;
  ratio: number;
  scores: Record<string, Record<string, number>>;
  classes: Record<"normal" | "anomalous", Record<string, number>>;
  points: { epsilon: number; boundary: number[] }[];
  densities: number[];
}

const example = golden<Case>("evaluation");
const arrays = Object.fromEntries(
  Object.entries(example.arrays).map(([name, { type, shape, values }]) => [
    name,
    { shape, values: TYPES[type].from(values) },
  ]),
) as unknown as EvaluationArrays;

/** Equal to so many figures of the larger one. */
function near(found: number | null, expected: number | null, tolerance: number, name: string) {
  if (found === null || expected === null) assert.equal(found, expected, name);
  else
    assert.ok(
      Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
      `${name}: ${found} for ${expected}`,
    );
}

test("scores are Python's, at the run's own ε and at others", () => {
  const prepared = prepareEvaluation(arrays, example.trained);
  for (const [epsilon, expected] of Object.entries(example.scores)) {
    const found = evaluateAt(prepared, Number(epsilon), example.ratio);
    for (const [name, value] of Object.entries(expected))
      near(found[name as keyof Scores] as number | null, value, 1e-6, name);
  }
  const own = evaluateAt(prepared, example.trained.epsilon, example.ratio);
  for (const positive of ["normal", "anomalous"] as const) {
    const found = classification(own, positive) as unknown as Record<string, number>;
    for (const [name, value] of Object.entries(example.classes[positive])) near(found[name], value, 1e-12, name);
  }
});

test("above the peak there is no boundary, and a score that does not exist is null", () => {
  const found = evaluateAt(prepareEvaluation(arrays), 1e3, example.ratio);
  assert.deepEqual(
    [found.boundary_recall, found.bf1, found.auroc, found.distance_mean, found.contour_distance_mean],
    Array(5).fill(null),
  );
  assert.equal(found.components, 0);
  assert.equal(classification(found, "normal").precision, null);
});

test("without points, BP1 does not exist", () => {
  const none = { shape: [0, 2], values: new Float32Array(0) };
  const found = evaluateAt(
    prepareEvaluation({ ...arrays, boundary: none, boundary_log_p_x: none }),
    example.trained.epsilon,
    example.ratio,
  );
  assert.deepEqual([found.bp1, found.bf1, found.distance_mean], [null, null, null]);
});

test("B(z, ε) is Python's at every level, and is scored by the mixture", () => {
  const levels = new LevelBoundary(arrays);
  for (const { epsilon, boundary } of example.points) {
    const found = levels.points(epsilon);
    boundary.forEach((value, k) => near(found[k], value, 2e-4, `coordinate ${k}`));
  }
  const [low, high] = levels.range;
  assert.deepEqual(
    [low / 2, low, high, 2 * high].map((epsilon) => levels.covers(epsilon)),
    [false, true, true, false],
  );
  const { values } = arrays.boundary;
  levels.logDensity(values).forEach((value, k) => near(value, example.densities[k], 1e-5, `density ${k}`));
  assert.deepEqual(mixtureLogDensity(mixtureOf(arrays), values), levels.logDensity(values));
});

test("a payload that lacks a part is told of", () => {
  const bare = {
    ...arrays,
    level_edges: undefined,
    mixture_means: undefined,
    boundary_latent: undefined,
  } as EvaluationArrays;
  assert.throws(() => new LevelBoundary(bare), /lacks level_edges/);
  assert.throws(() => mixtureOf(bare), /no mixture/);
  assert.throws(() => new LevelBoundary({ ...arrays, boundary_latent: undefined }), /no latent points/);
});

test("rays cross a level between their own points alone", () => {
  const rays = { index: [0, 0, 0, 1, 1], points: [0, 0, 1, 0, 2, 0, 5, 5, 6, 6], logModel: [0, -1, -3, -5, -4] };
  assert.deepEqual([...rayCrossings(rays, -2)], [1.5, 0]);
  assert.deepEqual([...rayCrossings(rays, -9)], []);
});
