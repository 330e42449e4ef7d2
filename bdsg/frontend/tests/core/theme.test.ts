import { contexts } from "../page.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { blend, contextOf, fade, heatBytes, heatImage, readTheme } from "../../src/core/theme.ts";
import { HEAT_SPAN } from "../../src/core/constants.ts";

function themeOn(background: string) {
  const host = document.createElement("div");
  host.style.setProperty("--st-background-color", background);
  document.body.append(host);
  return { host, theme: readTheme(host) };
}

test("shades follow the page's background, and go to CSS", () => {
  const light = themeOn("#ffffff");
  const dark = themeOn("#111111");
  assert.deepEqual([light.theme.dark, dark.theme.dark], [false, true]);
  assert.deepEqual(light.theme.background, [255, 255, 255]);
  assert.notDeepEqual(light.theme.data, dark.theme.data);
  assert.equal(dark.host.style.getPropertyValue("--bdsg-data"), fade(dark.theme.data, 1));
  assert.equal(dark.host.style.colorScheme, "dark");
});

test("colours are mixed and written as CSS", () => {
  assert.deepEqual(blend([0, 0, 0], [10, 20, 31], 0.5), [5, 10, 16]);
  assert.equal(fade([1, 2, 3], 0.5), "rgba(1, 2, 3, 0.5)");
});

test("heat is 255 at the peak, and nothing a span below it", () => {
  assert.deepEqual([...heatBytes([-1, -1 - HEAT_SPAN / 2, -1 - HEAT_SPAN, -99])], [255, 127, 0, 0]);
});

test("a heat map has its first row at the bottom, the rare in the background's colour", () => {
  const { theme } = themeOn("#ffffff");
  const canvas = heatImage(Uint8Array.of(0, 255, 0, 0), [2, 2], theme);
  const { data } = contexts.get(canvas)!.pictures[0];
  assert.deepEqual([canvas.width, canvas.height], [2, 2]);
  assert.deepEqual([...data.subarray(0, 4)], [255, 255, 255, 255]);
  assert.deepEqual([...data.subarray(12, 16)], [...theme.heat, 255]);
});

test("a browser that draws nothing is told of", () => {
  const canvas = { getContext: () => null } as unknown as HTMLCanvasElement;
  assert.throws(() => contextOf(canvas), /draws on no canvas/);
});
