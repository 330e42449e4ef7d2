import "../page.ts";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";

import type { PlayMeta } from "../../src/core/payloads.ts";
import { readTensors } from "../../src/core/arrays.ts";
import { metaWith, oneFile } from "../../src/play/one_file.ts";
import { Setup } from "../../src/play/setup.ts";
import { startOf } from "../../src/play/state.ts";
import { TakeAway } from "../../src/play/take_away.ts";
import { META, START } from "./fixtures.ts";

const template = readFileSync(new URL("../../../standalone/page.html", import.meta.url), "utf8");
const program = 'export default "{{payload}} $& </script> λ";';
const SOURCE = { template, bundle: `data:text/javascript,${encodeURIComponent(program)}` };

const bytesIn = (text: string, before: string) => {
  const found = new RegExp(`${before}([A-Za-z0-9+/=]+)"`).exec(text);
  assert.ok(found);
  return Uint8Array.from(atob(found[1]), (sign) => sign.charCodeAt(0));
};

test("the file holds the bundle to the byte, and opens with the state as it stands", async () => {
  const state = { ...START, modes: [{ ...START.modes[0], x: 1.5 }, START.modes[1]], preset: null, lambda2: 0, seed: 9 };
  const units = { names: ["a", "b"], shift: [0, 0], scale: [1, 2] };
  const text = await (await oneFile(SOURCE, metaWith(META, state, units))).text();
  assert.equal(new TextDecoder().decode(bytesIn(text, "base64,")), program);
  const { meta } = readTensors<object, PlayMeta>(bytesIn(text, 'atob\\("'));
  assert.deepEqual(startOf(meta.start), state);
  assert.deepEqual({ ...meta, start: null }, { ...META, units, start: null });
  assert.ok(text.includes("<title>BDSG: your own mixture</title>"));
  assert.ok(!text.includes("{{"));
});

test("a title is text, not markup", async () => {
  const presets = [{ ...META.presets[0], title: 'A <b> & "c"' }];
  const text = await (await oneFile(SOURCE, { ...META, presets })).text();
  assert.ok(text.includes("<title>BDSG: A &#60;b&#62; &#38; &#34;c&#34;</title>"));
});

function page(bundle: string) {
  const root = document.createElement("section");
  root.innerHTML = '<div class="record"></div>';
  const setup = new Setup({}, () => null);
  setup.load(META);
  const redraw = mock.fn();
  const takeAway = new TakeAway({ root, units: null, redraw }, setup, { template, bundle });
  return { root, setup, redraw, takeAway, buttons: [...root.querySelectorAll("button")] };
}

test("a run is recorded where somebody listens, and elsewhere there is no button", () => {
  const { root, takeAway, buttons } = page(SOURCE.bundle);
  const tell = mock.fn();
  takeAway.show(tell);
  buttons[0].click();
  assert.equal(tell.mock.calls[0].arguments[0], "record");
  assert.equal(root.querySelector<HTMLElement>(".record")!.hidden, false);
  takeAway.show(undefined);
  assert.equal(root.querySelector<HTMLElement>(".record")!.hidden, true);
});

test("a file that cannot be made is told, with the remedy", async () => {
  const gone = mock.method(globalThis, "fetch", () => Promise.resolve(new Response("", { status: 404 })));
  const { setup, redraw, buttons } = page("http://localhost/gone.js");
  buttons[1].click();
  await new Promise((go) => setTimeout(go));
  assert.equal(setup.notice, "The file was not made (the server answers 404): reload the page and try again.");
  assert.equal(redraw.mock.callCount(), 1);
  gone.mock.restore();
});
