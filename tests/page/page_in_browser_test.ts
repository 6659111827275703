// The page in a real browser: by keyboard, in two languages, at any width, with nothing asked of anywhere else.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { UpdstsError } from "../../src/errors.ts";
import { BROWSER, Browser, WITHOUT_BROWSER } from "../support/browser.ts";
import { assertClosed, PageScenario } from "../support/page_driver.ts";

const REFUSED = new UpdstsError("MFA_REFUSED", "Cannot get a session: no");
const ignore = BROWSER === undefined;

const LANGUAGES = [
  {
    language: "en",
    asked: /Type the MFA code\n[^]*Claude Code asks [^]*default[^]*mfa\/alice/,
    label: "Six-digit code",
    malformed: /Error:\s+This is not a six-digit code/,
    refused: /AWS refused this code[^]*2 more[^]*Wait for the next code/,
    ready: /Your session is ready[^]*January 2, 2026[^]*default_sts/,
    declined: /You declined/,
  },
  {
    language: "ja",
    asked: /MFA コードを入力[^]*Claude Code [^]*default[^]*mfa\/alice/,
    label: "6 桁のコード",
    malformed: /エラー:\s+6 桁のコードではありません/,
    refused:
      /AWS がこのコードを拒否しました[^]*あと 2 回[^]*次のコードをお待ちください/,
    ready: /セッションの準備ができました[^]*2026年1月2日[^]*default_sts/,
    declined: /断りました/,
  },
] as const;

for (const words of LANGUAGES) {
  Deno.test({
    name:
      `${words.language}: a person types a wrong code, reads why, types the right one, sees until when` +
      WITHOUT_BROWSER,
    ignore,
    fn: async () => {
      await using scenario = new PageScenario();
      scenario.answers.push(REFUSED);
      const { url, pending } = await scenario.ask();
      await using browser = await Browser.start(words);
      await browser.open(url.href);
      assert.match(await browser.text(), words.asked);
      assert.equal(
        await browser.evaluate("document.documentElement.lang"),
        words.language,
      );
      // The cursor is in the field; a screen reader says what it is.
      const field = await browser.focused();
      assert.equal(field["role"], "textbox");
      assert.equal(field["name"], words.label);
      assert.equal(field["invalid"], "false");

      await browser.type("12 34");
      await browser.press("Enter", { loads: true });
      assert.match(await browser.text(), words.malformed);

      await browser.type("111 111");
      await browser.press("Enter", { loads: true });
      assert.match(await browser.text(), words.refused);
      const again = await browser.focused();
      assert.equal(again["invalid"], "true");
      assert.match(String(again["description"]), /AWS/);
      // A reload sends nothing: the address is that of the page, not of the form.
      await browser.replaced(() => browser.evaluate("location.reload()"));
      assert.match(await browser.text(), words.refused);
      assert.deepEqual(scenario.codes, ["111111"]);

      await browser.type("222-222");
      await browser.press("Enter", { loads: true });
      assert.match(await browser.text(), words.ready);
      assert.deepEqual(scenario.codes, ["111111", "222222"]);
      await pending.outcome;
      await assertClosed(url);
      assert.deepEqual(browser.complaints, []);
      assert.deepEqual(new Set(browser.requests), new Set([url.href]));
    },
  });

  Deno.test({
    name: `${words.language}: a person declines by keyboard` + WITHOUT_BROWSER,
    ignore,
    fn: async () => {
      await using scenario = new PageScenario();
      const { url, pending } = await scenario.ask();
      await using browser = await Browser.start(words);
      await browser.open(url.href);
      await browser.press("Tab");
      await browser.press("Tab");
      await browser.press("Enter", { loads: true });
      assert.match(await browser.text(), words.declined);
      await pending.outcome;
      assert.deepEqual(scenario.codes, []);
      await assertClosed(url);
    },
  });
}

Deno.test({
  name: "the form goes when its time is over" + WITHOUT_BROWSER,
  ignore,
  fn: async () => {
    await using scenario = new PageScenario();
    const { url } = await scenario.ask();
    scenario.wait(599_000);
    await using browser = await Browser.start();
    await browser.open(url.href);
    await browser.type("123");
    await browser.replaced(() => scenario.wait(1_000));
    assert.match(await browser.text(), /This page has expired/);
    assert.deepEqual(scenario.codes, []);
    await assertClosed(url);
  },
});

Deno.test({
  name:
    "a code that is being checked when the time is over has its outcome shown" +
    WITHOUT_BROWSER,
  ignore,
  fn: async () => {
    await using scenario = new PageScenario();
    const answered = Promise.withResolvers<void>();
    scenario.before.push(answered.promise);
    const { url } = await scenario.ask();
    scenario.wait(599_000);
    await using browser = await Browser.start();
    await browser.open(url.href);
    await browser.type("123456");
    await browser.replaced(async () => {
      await browser.press("Enter");
      while (scenario.codes.length === 0) await sleep(10);
      scenario.wait(1_000);
      // Longer than the form is shown.
      await sleep(1_500);
      answered.resolve();
    });
    assert.match(await browser.text(), /Your session is ready/);
    assert.deepEqual(scenario.codes, ["123456"]);
  },
});

Deno.test({
  name: "it fits a narrow window, and twice the size" + WITHOUT_BROWSER,
  ignore,
  fn: async () => {
    for (const [width, scale] of [[320, 1], [640, 2]] as const) {
      for (const language of ["en", "ja"]) {
        await using scenario = new PageScenario();
        scenario.answers.push(REFUSED);
        const { url } = await scenario.ask("key", {
          file: `/home/alice/${"very-long-name-".repeat(8)}/credentials`,
          client: "A client with a name of many words",
        });
        await using browser = await Browser.start({ width, scale, language });
        await browser.open(url.href);
        await browser.type("111111");
        await browser.press("Enter", { loads: true });
        const widest = await browser.evaluate(
          "Math.max(...[...document.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right))",
        );
        assert(Number(widest) <= width, `${widest} of ${width}`);
      }
    }
  },
});

for (const dark of [false, true]) {
  Deno.test({
    name: `all text stands out from its ground, ${dark ? "dark" : "light"}` +
      WITHOUT_BROWSER,
    ignore,
    fn: async () => {
      await using scenario = new PageScenario();
      scenario.answers.push(REFUSED);
      const { url } = await scenario.ask("key", {
        file: "/tmp/other",
        client: "Claude Code",
      });
      await using browser = await Browser.start({ dark });
      await browser.open(url.href);
      await browser.type("111111");
      await browser.press("Enter", { loads: true });
      const weakest = await browser.evaluate(WEAKEST_CONTRAST);
      // What WCAG 2.2 asks for at level AA.
      assert(Number(weakest) >= 4.5, String(weakest));
    },
  });
}

/** The smallest contrast of any text with the ground behind it, as WCAG reckons it. */
const WEAKEST_CONTRAST = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (color) => {
    const [r, g, b] = parse(color).slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    const [, , , alpha = 1] = parse(color);
    return alpha === 0 ? ground(element.parentElement) : color;
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return Math.min(...texts.map((element) => {
    const [a, b] = [getComputedStyle(element).color, ground(element)].map(light);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
})()`;
