// The trainer against PyTorch in double precision: tests/frontend/trainer_golden.py writes its numbers.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { golden as read } from "../golden.ts";
import { type Branches, growBranches } from "../../src/trainer/branches.ts";
import { levelField } from "../../src/trainer/curves.ts";
import { type DensityNumbers, Found, densityOf } from "../../src/trainer/density.ts";
import { type Latents, type Objective, type Weights, latents, only } from "../../src/trainer/objective.ts";
import { OurObjective } from "../../src/trainer/ours.ts";
import { PaperObjective } from "../../src/trainer/paper.ts";
import { Random } from "../../src/trainer/random.ts";

interface Case {
  hidden: number[];
  weights: Weights;
  density: DensityNumbers;
  z: number[][];
  positions?: number[][];
  data?: number[];
  branches?: Branches;
  position?: number;
  parameters: number[];
  terms: number[];
  forces: number[];
  gradients: Record<"l0" | "l1" | "l2" | "loss", number[]>;
  after: number[];
}

interface Traced {
  density: DensityNumbers;
  log_levels: number[];
  alive: number[][];
  lengths: number[];
  harmonics: number;
  points: number[][];
}

interface Golden {
  cases: Record<string, Case>;
  spline: { density: DensityNumbers; points: number[]; values: number[]; slopes: number[] };
  traced: Record<string, Traced>;
}

const golden = read<Golden>("trainer");
const LOSS = 1e-6;
const GRADIENT = 1e-5;
const DRAWN = 2e-4; // pulls on single points are arrows; of two points that all but meet little is exact

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) => norm(Array.from(a, (value, k) => value - b[k])) / norm(b);

function objectiveOf({ hidden, density: numbers, z, data, branches, position, parameters }: Case): Objective {
  const density = densityOf(numbers);
  const batch = z[0].length / 2;
  const random = new Random(0);
  const objective = branches
    ? new OurObjective({ hidden, batch, density, branches: floats(branches), position: position ?? 0 }, random)
    : new PaperObjective({ hidden, batch, density, data: data! }, random);
  objective.network.parameters = parameters;
  return objective;
}

function floats(branches: Branches): Branches {
  const entries = Object.entries(branches) as [string, number | number[]][];
  return Object.fromEntries(
    entries.map(([name, part]) => [name, typeof part === "number" ? part : Float64Array.from(part)]),
  ) as unknown as Branches;
}

function draw({ z, positions }: Case, step: number): Latents {
  const found = latents(z[step].length / 2);
  for (let n = 0; n < found.x.length; n += 1) [found.x[n], found.y[n]] = [z[step][2 * n], z[step][2 * n + 1]];
  if (positions) found.positions.set(positions[step]);
  return found;
}

for (const [name, example] of Object.entries(golden.cases)) {
  void describe(name, () => {
    const terms = new Float64Array(4);

    void it("has the loss of Python", () => {
      objectiveOf(example).evaluate(draw(example, 0), example.weights, terms);
      terms.forEach((term, k) => {
        assert.ok(Math.abs(term / example.terms[k] - 1) < LOSS, `term ${String(k)}: ${String(term)}`);
      });
    });

    void it("has the gradient of every term, and of their sum", () => {
      const objective = objectiveOf(example);
      const { l0, l1, l2, loss } = example.gradients;
      const alone = only({ l0: 1, lambda1: 1, lambda2: 1 });
      [l0, l1, l2, loss].forEach((expected, k) => {
        objective.evaluate(draw(example, 0), alone.at(k) ?? example.weights, terms);
        const error = apart(objective.network.gradient, expected);
        assert.ok(norm(expected) > 0 && error < GRADIENT, `${String(k)}: ${String(error)}`);
      });
    });

    void it("has the pull of every term on every point", () => {
      const forces = objectiveOf(example).forces(Float64Array.from(example.z[0]), example.weights);
      const third = forces.length / 3;
      assert.equal(forces.length, example.forces.length);
      for (let k = 0; k < 3; k += 1) {
        const part = (values: ArrayLike<number>) => Array.from(values).slice(k * third, (k + 1) * third);
        const error = apart(part(forces), part(example.forces));
        assert.ok(error < DRAWN, `${String(k)}: ${String(error)}`);
      }
    });

    void it("descends as Adam does", () => {
      const objective = objectiveOf(example);
      example.z.forEach((_, step) => {
        objective.evaluate(draw(example, step), example.weights, terms);
        objective.network.descend(0.01);
      });
      const moved = Array.from(objective.network.parameters, (value, k) => value - example.parameters[k]);
      const expected = example.after.map((value, k) => value - example.parameters[k]);
      const error = apart(moved, expected);
      assert.ok(norm(expected) > 0.1 && error < 1e-3, String(error)); // a gradient near 0 has its sign by rounding
    });
  });
}

void describe("the spline", () => {
  void it("has the value and the gradient of Python's table everywhere in its window", () => {
    const { density, points, values, slopes } = golden.spline;
    const count = values.length;
    const found = new Found(count);
    const [x, y] = [0, 1].map((axis) => points.filter((_, k) => k % 2 === axis));
    densityOf(density).evaluate(x, y, count, found);
    assert.ok(apart(found.log, values) < 1e-9);
    const own = values.flatMap((_, n) => [found.slopeX[n], found.slopeY[n]]);
    assert.ok(apart(own, slopes) < 1e-8, String(apart(own, slopes)));
  });
});

/** Points of curve b at a level in data space. */
function placesOf({ count, places, table, centres, axes }: Branches, level: number, b: number): number[][] {
  const k = level * count + b;
  return Array.from({ length: places }, (_, p) => {
    const [u, v] = table.subarray(2 * (k * places + p), 2 * (k * places + p) + 2);
    return [0, 1].map((i) => centres[2 * k + i] + axes[4 * k + 2 * i] * u + axes[4 * k + 2 * i + 1] * v);
  });
}

for (const [name, traced] of Object.entries(golden.traced)) {
  void it(`traces the level sets of ${name} as Python does`, () => {
    const density = densityOf(traced.density);
    const levels = traced.log_levels;
    const count = traced.alive[0].length;
    const branches = growBranches(density, levelField(density, levels[0]), levels);
    assert.equal(branches.count, count);
    assert.equal(branches.harmonics, traced.harmonics);
    const centre = (points: number[][]) =>
      [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
    levels.forEach((_, level) => {
      const own = Array.from({ length: count }, (_, b) => placesOf(branches, level, b));
      const taken = new Set<number>();
      for (let b = 0; b < count; b += 1) {
        const flat = traced.points[level * count + b];
        const points = flat.flatMap((x, k) => (k % 2 ? [] : [[x, flat[k + 1]]]));
        const distance = (p: number[], q: number[]) => Math.sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2);
        const middle = centre(points);
        const off = own.map((places) => distance(centre(places), middle));
        const match = off.indexOf(Math.min(...off));
        taken.add(match);
        // Python's places are found among ours in their order and at their spacing: the same from the first match on.
        const near = points.map((p) => own[match].map((q) => distance(p, q)));
        const at = near.map((row) => row.indexOf(Math.min(...row)));
        const size = Math.max(...near.flat());
        assert.ok(Math.max(...near.map((row) => Math.min(...row))) < 0.01 * size);
        const steps = at.map((k, n) => (at[(n + 1) % at.length] - k + branches.places) % branches.places);
        steps.forEach((step) => {
          assert.ok(Math.abs(step - 16) <= 2, `${String(step)} places on`);
        });
      }
      assert.equal(taken.size, count);
    });
  });
}
