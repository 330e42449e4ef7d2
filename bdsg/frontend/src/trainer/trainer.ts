// B(z) in training: settings in, steps on demand, snapshots out; any setting may change on the way.

import { WARM_UP } from "../core/constants.ts";
import { grouped, setting } from "../core/format.ts";
import { type Branches, branchesFor } from "./branches.ts";
import { type Density, type DensityNumbers, Mixture, type Numbers, densityOf } from "./density.ts";
import { type Latents, type Objective, type Weights, latents } from "./objective.ts";
import { OurObjective } from "./ours.ts";
import { PaperObjective } from "./paper.ts";
import { Random } from "./random.ts";

/**
 * What a training depends on; the names are those of a config's.  Play trains at one level of a mixture; tables, data of
 * one's own and many levels are for a page that has a flow.
 */
export interface Settings {
  seed: number;
  density: DensityNumbers;
  data: Numbers | null; // training samples, x and y in turn; null draws `samples` of the mixture
  samples: number;
  objective: "paper" | "ours";
  hidden: readonly number[];
  batch: number;
  steps: number; // of one cycle of the learning rate, after which B(z) has settled; a change begins another
  learningRate: number; // the highest of the cycle
  lambda1: number;
  lambda2: number;
  levels: number; // of ours: 1 keeps ε
  epsilon: number;
  delta: number;
}

/** B(z) at one moment. */
export interface Snapshot {
  step: number;
  settled: boolean;
  terms: Float64Array; // L, L0, L1, L2 of the last batch
  points: Float32Array<ArrayBuffer>; // B(z) of z that stay the same, x and y in turn
  forces: Float32Array<ArrayBuffer>; // pulls of L0, λ1·L1, λ2·L2 on the first m of them, (3, m, 2)
}

const REBUILT: (keyof Settings)[] = [
  "density",
  "data",
  "samples",
  "objective",
  "hidden",
  "batch",
  "levels",
  "epsilon",
  "delta",
];
const TRACED: (keyof Settings)[] = ["density", "epsilon", "delta", "levels"];
export const STREAMS = { data: 0, weights: 1, draws: 2, shown: 3 };

/** Learning rate as a share of its highest: a linear rise, then half a cosine down to 0. */
function oneCycle(progress: number): number {
  if (progress < WARM_UP) return 0.04 + (0.96 * progress) / WARM_UP;
  return 0.5 * (1 + Math.cos((Math.PI * (progress - WARM_UP)) / (1 - WARM_UP)));
}

export class Trainer {
  #settings: Settings;
  #density: Density;
  #branches: Branches | null = null;
  #objective: Objective;
  #random: Random;
  #z: Latents;
  #weights: Weights;
  #step = 0;
  #cycle = 0; // steps into the present cycle
  readonly #terms = new Float64Array(4).fill(NaN);

  /** @throws Error where the settings allow no training; its message says why and what to do */
  constructor(settings: Settings) {
    this.#settings = settings;
    this.#density = densityOf(settings.density);
    this.#objective = this.#build(settings);
    this.#random = new Random(settings.seed, STREAMS.draws);
    this.#z = latents(settings.batch);
    this.#weights = { l0: 1, lambda1: settings.lambda1, lambda2: settings.lambda2 };
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Whether the present cycle is over: `advance` takes no more steps. */
  get settled(): boolean {
    return this.#cycle >= this.#settings.steps;
  }

  #build(settings: Settings): Objective {
    const { hidden, batch, epsilon, delta, levels } = settings;
    const random = new Random(settings.seed, STREAMS.weights);
    if (settings.objective === "paper") {
      return new PaperObjective({ hidden, batch, density: this.#density, data: this.#dataOf(settings) }, random);
    }
    const branches = (this.#branches ??= branchesFor(this.#density, epsilon, delta, levels));
    const { lowest, step } = branches;
    const middle = 0.5 * Math.log(epsilon * delta);
    const position = step ? (middle - lowest) / step : 0;
    return new OurObjective({ hidden, batch, density: this.#density, branches, position }, random);
  }

  #dataOf({ data, samples, seed }: Settings): Numbers {
    if (data) return data.length > 2 * samples ? Array.prototype.slice.call(data, 0, 2 * samples) : data;
    if (this.#density instanceof Mixture) return this.#density.sample(samples, new Random(seed, STREAMS.data));
    throw new Error("A table of a density has no samples of its own: give the data, or choose the objective ours.");
  }

  /**
   * Go on with other settings.  What B(z) has learned stays as far as it fits; the learning rate rises once more.
   * @throws Error where they allow no training; then all stays as it was
   */
  change(changed: Partial<Settings>): void {
    const before = { settings: this.#settings, density: this.#density, branches: this.#branches };
    const settings = { ...before.settings, ...changed };
    const has = (key: keyof Settings) => key in changed;
    try {
      if (has("density")) this.#density = densityOf(settings.density);
      if (TRACED.some(has)) this.#branches = null;
      if (REBUILT.some(has)) {
        const objective = this.#build(settings);
        objective.adopt(this.#objective);
        this.#objective = objective;
      }
    } catch (error) {
      [this.#density, this.#branches] = [before.density, before.branches];
      throw error;
    }
    this.#settings = settings;
    this.#weights = { l0: 1, lambda1: settings.lambda1, lambda2: settings.lambda2 };
    if (has("batch")) this.#z = latents(settings.batch);
    this.#cycle = Math.min(this.#cycle, Math.floor(WARM_UP * settings.steps));
  }

  /** Begin anew from the first weights of a seed, with the settings as they are now. */
  restart(seed: number): void {
    this.#settings = { ...this.#settings, seed };
    this.#objective = this.#build(this.#settings);
    this.#random = new Random(seed, STREAMS.draws);
    [this.#step, this.#cycle] = [0, 0];
    this.#terms.fill(NaN);
  }

  /**
   * Take up to `count` steps; how many were taken before B(z) had settled.
   * @throws Error where the loss is no longer a finite number; the weights stay as they were before that step
   */
  advance(count: number): number {
    const { steps, learningRate } = this.#settings;
    const end = Math.min(this.#cycle + count, steps);
    const begun = this.#cycle;
    while (this.#cycle < end) {
      this.#objective.draw(this.#random, this.#z);
      this.#objective.evaluate(this.#z, this.#weights, this.#terms);
      if (!Number.isFinite(this.#terms[0])) throw new Error(this.#diverged());
      this.#objective.network.descend(learningRate * oneCycle(this.#cycle / steps));
      this.#cycle += 1;
      this.#step += 1;
    }
    return this.#cycle - begun;
  }

  #diverged(): string {
    const { learningRate, lambda1, lambda2 } = this.#settings;
    const weights = `λ1, now ${setting(lambda1)}, or λ2, now ${setting(lambda2)}`;
    const remedy = `lower the learning rate, now ${setting(learningRate)}, or ${weights}`;
    return `At step ${grouped(this.#step)} the loss is no longer a finite number: ${remedy}.`;
  }

  /** @param points of B(z) to show, the first `forces` of them with the pulls on them */
  snapshot(points: number, forces = 0): Snapshot {
    const random = new Random(this.#settings.seed, STREAMS.shown);
    const z = Float64Array.from({ length: 2 * points }, () => random.normal());
    const pulled = 2 * Math.min(forces, points);
    return {
      step: this.#step,
      settled: this.settled,
      terms: this.#terms.slice(),
      points: this.#objective.points(z),
      forces: pulled ? this.#objective.forces(z.subarray(0, pulled), this.#weights) : new Float32Array(0),
    };
  }
}
