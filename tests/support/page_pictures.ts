// Makes the pictures of the page, as a real browser draws it.
import { Browser } from "./browser.ts";
import { PageScenario } from "./page_driver.ts";
import { UpdstsError } from "../../src/errors.ts";

/** Which are taken: a question, a refused code, an outcome. */
const VIEWS = [
  { suffix: "", language: "en", dark: false },
  { suffix: "-dark", language: "en", dark: true },
  { suffix: "-ja", language: "ja", dark: false },
] as const;

/** The pictures by name, as PNG; what they show is the same every time. */
export async function takePagePictures(): Promise<Map<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>();
  for (const { suffix, language, dark } of VIEWS) {
    await using scenario = new PageScenario();
    scenario.answers.push(new UpdstsError("MFA_REFUSED", "Refused"));
    const { url, pending } = await scenario.ask("key", {
      file: undefined,
      client: "Claude Code",
    });
    await using browser = await Browser.start({
      ...{ language, dark, width: 480, height: 720, scale: 1.5 },
    });
    const take = async (name: string) =>
      pictures.set(name + suffix, await browser.screenshot());
    await browser.open(url.href);
    await take("page");
    await browser.type("123456");
    await browser.press("Enter", { loads: true });
    await take("page-wrong");
    await browser.type("654321");
    await browser.press("Enter", { loads: true });
    await take("page-done");
    await pending.outcome;
  }
  return pictures;
}
