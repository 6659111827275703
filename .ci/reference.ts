// Writes the reference, in English and Japanese, and the man page: all from the
// grammar, the codes and the variables that the program itself is made of.
//
//   deno task reference
import denoJson from "../deno.json" with { type: "json" };
import { content } from "./reference/content.ts";
import { japanese } from "./reference/japanese.ts";
import { manPage } from "./reference/man_page.ts";
import { type Edition, markdown } from "./reference/markdown.ts";

const ROOT = new URL("..", import.meta.url);

const ENGLISH: Edition = {
  translate: (english) => english,
  other: "日本語: [REFERENCE.ja.md](REFERENCE.ja.md)",
};

/** What is made, by its path below the root. @throws {Error} if a translation is missing, or of use no more */
export async function referenceFiles(): Promise<Record<string, string>> {
  const all = await content();
  const translator = japanese();
  const translated = markdown(all, {
    translate: translator.translate,
    other: "English: [REFERENCE.md](REFERENCE.md)",
  });
  translator.assertComplete();
  return {
    "docs/REFERENCE.md": await formatted(markdown(all, ENGLISH), "always"),
    "docs/REFERENCE.ja.md": await formatted(translated, "preserve"),
    "docs/man/updsts.1": manPage(all, await dateOf(denoJson.version)),
  };
}

/** When the changelog says that `version` was released. */
async function dateOf(version: string): Promise<string> {
  const changelog = await Deno.readTextFile(new URL("docs/CHANGELOG.md", ROOT));
  const heading = changelog.split("\n")
    .find((line) => line.startsWith(`## [${version}] - `));
  const [date] = /\d{4}-\d\d-\d\d$/.exec(heading ?? "") ?? [];
  if (date === undefined) {
    throw new Error(`docs/CHANGELOG.md has no date for ${version}`);
  }
  return date;
}

/** As `deno fmt` lays it out; lines of Japanese are not broken. */
async function formatted(
  text: string,
  wrap: "always" | "preserve",
): Promise<string> {
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "md", "--prose-wrap", wrap, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = formatter.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await formatter.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(await referenceFiles())) {
    await Deno.mkdir(new URL(".", new URL(path, ROOT)), { recursive: true });
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
}
