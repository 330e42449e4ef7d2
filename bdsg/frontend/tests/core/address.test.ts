import "../page.ts";

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { AddressNote, numberIn, queryWith } from "../../src/core/address.ts";

test("one parameter is set, and the others stay to the letter", () => {
  const search = "?data.preset=ring&data.mixture=%7B%22a%22%7D&teach";
  const set = queryWith(search, "frame", 12);
  assert.equal(set, `${search}&frame=12`);
  assert.equal(queryWith(set, "frame", 3), `${search}&frame=3`);
  assert.equal(queryWith(set, "frame", null), search);
  assert.equal(queryWith("", "at", 0.5), "?at=0.5");
  assert.equal(queryWith("?at=1", "at", null), "");
});

test("what is no number is none", () => {
  const read = ["frame=7", "frame=", "frame=x", "other=7", "frame=1e1"].map((text) => numberIn(`?${text}`, "frame"));
  assert.deepEqual(read, [7, null, null, null, 10]);
});

test("the address is written once a while, by the last value", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const note = new AddressNote("frame");
  note.write(3);
  note.write(4);
  mock.timers.tick(1000);
  assert.equal(note.read(), 4);
  assert.equal(window.location.search, "?data.preset=ring&frame=4");
  note.write(5);
  note.stop();
  mock.timers.tick(1000);
  assert.equal(note.read(), 4);
  mock.timers.reset();
});

test("a page that may not change its address goes on", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const refused = mock.method(window.history, "replaceState", () => {
    throw new DOMException("", "SecurityError");
  });
  const note = new AddressNote("frame");
  note.write(8);
  mock.timers.tick(1000);
  assert.equal(refused.mock.callCount(), 1);
  assert.notEqual(note.read(), 8);
  refused.mock.restore();
  mock.timers.reset();
});
