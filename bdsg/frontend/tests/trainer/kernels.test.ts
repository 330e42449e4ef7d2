// The compiled kernels are those of their source.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { it } from "node:test";
import { KERNELS } from "../../src/trainer/kernels.ts";

void it("the module in src/trainer/kernels.ts is what assembly/trainer.ts compiles to", () => {
  const path = `${mkdtempSync(`${tmpdir()}/kernels-`)}/kernels.ts`;
  execFileSync(process.execPath, [new URL("../../assembly/build.mjs", import.meta.url).pathname, path]);
  assert.ok(readFileSync(path, "utf8").includes(KERNELS), "stale: npm run kernels");
});
