// Stillness: how long a file must have been left alone until it is taken.
import assert from "node:assert/strict";
import { Stillness } from "../../src/machine/stillness.ts";
import type { Difference } from "../../src/ports.ts";
import { FakeTime } from "../support/fake_time.ts";

/** In these texts, a capital letter is another program's. */
function difference(before: string, now: string): Difference {
  if (now.length < before.length) return "lost";
  const foreign = (text: string) => text.replace(/[a-z]/g, "");
  return foreign(before) === foreign(now) ? "none" : "changed";
}

function looking() {
  const time = new FakeTime();
  return { time, stillness: new Stillness({ text: "AB", difference }, time) };
}

Deno.test("a file that nobody else has changed is taken at once", () => {
  const { stillness } = looking();
  assert.equal(stillness.wait("AB"), 0);
  assert.equal(stillness.wait("ABours"), 0);
  assert.equal(stillness.disturbed, false);
});

Deno.test("a file that was changed must be still for half a second", async () => {
  const { time, stillness } = looking();
  assert.equal(stillness.wait("ABC"), 500);
  await time.sleep(400);
  assert.equal(stillness.wait("ABC"), 100);
  // What another updsts writes does not count.
  assert.equal(stillness.wait("ABCours"), 100);
  assert.equal(stillness.wait("ABCD"), 500);
  await time.sleep(500);
  assert.equal(stillness.wait("ABCD"), 0);
  assert.equal(stillness.disturbed, true);
});

Deno.test("a file that lacks something must be still for ten seconds", async () => {
  const { time, stillness } = looking();
  assert.equal(stillness.wait("A"), 10_000);
  await time.sleep(9_999);
  assert.equal(stillness.wait("A"), 1);
  assert.equal(stillness.wait(""), 10_000);
  await time.sleep(10_000);
  assert.equal(stillness.wait(""), 0);
});

Deno.test("a file that was changed and cannot be used may be half written, too", async () => {
  const { time, stillness } = looking();
  assert.equal(stillness.wait("ABC", true), 10_000);
  await time.sleep(4_000);
  assert.equal(stillness.wait("ABCD"), 500);
  // One that nobody else has changed does not get better by waiting.
  assert.equal(looking().stillness.wait("AB", true), 0);
});

Deno.test("a file that is never still is taken after ten seconds if nothing is missing, and not within a minute if something is", async () => {
  const { time, stillness } = looking();
  let text = "AB";
  while (time.now() < 10_000) {
    text += "C";
    assert(stillness.wait(text) !== 0);
    await time.sleep(400);
  }
  assert.equal(stillness.wait(`${text}D`), 0);

  const lost = looking();
  for (let count = 0; lost.time.now() < 60_000; count++) {
    const wait = lost.stillness.wait(count % 2 === 0 ? "" : "A");
    assert(wait !== undefined && wait > 0);
    await lost.time.sleep(5_000);
  }
  assert.equal(lost.stillness.wait(""), undefined);
});
