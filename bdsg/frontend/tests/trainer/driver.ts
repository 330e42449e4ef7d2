// Trains as Python asks: a file of jobs in; of each the scored points to a file, and its pace, out.

import { readFileSync, writeFileSync } from "node:fs";
import { type Settings, Trainer } from "../../src/trainer/trainer.ts";

interface Job {
  settings: Settings;
  points: number; // of B(z) at the end
  out: string; // where they go, single precision, x and y in turn
}

const jobs = JSON.parse(readFileSync(process.argv[2], "utf8")) as Job[];
const done = jobs.map(({ settings, points, out }) => {
  const begun = performance.now();
  const trainer = new Trainer(settings);
  const made = performance.now();
  const steps = trainer.advance(settings.steps);
  const seconds = (performance.now() - made) / 1000;
  const { points: found, terms } = trainer.snapshot(points);
  writeFileSync(out, found);
  return { making: (made - begun) / 1000, rate: steps / seconds, terms: Array.from(terms) };
});
console.log(JSON.stringify(done));
