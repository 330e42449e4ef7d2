// What pytest wrote of Python's side: see tests/frontend/golden.py.
import { readFileSync } from "node:fs";

export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as T;
}
