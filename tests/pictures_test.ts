// The pictures of the README show what the program shows today.
import assert from "node:assert/strict";
import { join } from "node:path";
import { BROWSER, WITHOUT_BROWSER } from "./support/browser.ts";
import { takePagePictures } from "./support/page_pictures.ts";
import { PICTURES, takePictures, toSvg } from "./support/pictures.ts";
import { testUnless } from "./support/skipping.ts";
import { screens } from "./support/terminal.ts";

Deno.test("toSvg() keeps places and colours, and escapes what XML would read", () => {
  const svg = toSvg("a<b\n\x1b[31m日本\x1b[39m c", "t & u");
  assert.match(svg, /<title>t &amp; u<\/title>/);
  assert.match(svg, /<text x="16\.0" [^>]*fill="#e6edf3"[^>]*>a&lt;b<\/text>/);
  assert.match(svg, /fill="#ff7b72" textLength="33\.6">日本<\/text>/);
  assert.match(svg, /<text x="49\.6" [^>]*> c<\/text>/);
});

testUnless(
  screens,
  "the pictures are those that `deno task pictures` makes",
  async () => {
    for (const [name, svg] of await takePictures()) {
      const kept = await Deno.readTextFile(join(PICTURES, `${name}.svg`));
      assert.equal(svg, kept, `run deno task pictures: ${name}.svg is old`);
    }
  },
);

Deno.test({
  // What a letter looks like depends on the machine: that they are there is all that can be said.
  name: "the pictures of the page are those that `deno task pictures` makes" +
    WITHOUT_BROWSER,
  ignore: BROWSER === undefined,
  fn: async () => {
    const sizeOf = (png: Uint8Array) => {
      const view = new DataView(png.buffer, png.byteOffset);
      assert.equal(view.getUint32(0), 0x89504e47, "no PNG");
      return [view.getUint32(16), view.getUint32(20)];
    };
    for (const [name, png] of await takePagePictures()) {
      const kept = await Deno.readFile(join(PICTURES, `${name}.png`));
      assert.deepEqual(sizeOf(kept), sizeOf(png), `${name}.png is old`);
    }
  },
});
