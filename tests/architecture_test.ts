// The rules of the house that a compiler does not check.
import assert from "node:assert/strict";
import { ROOT } from "./support/command.ts";

/** Layers from the outside in; each may import itself and what stands behind it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli", "mcp", "adapters", "core", "deno.json", "node"],
  cli: ["cli", "core", "credentials", "npm"],
  mcp: ["mcp", "core", "credentials", "npm", "node"],
  adapters: ["adapters", "core", "credentials", "npm", "node"],
  core: ["core", "credentials", "npm"],
  credentials: ["credentials", "leaf"],
};

/** What everybody may know: it imports nothing of ours. */
const LEAVES = ["src/secret.ts", "src/errors.ts"];

async function* sources(directory: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(directory)) {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), directory);
    if (entry.isDirectory) yield* sources(url);
    else if (entry.name.endsWith(".ts")) yield url;
  }
}

function layerOf(path: string): string {
  if (LEAVES.includes(path)) return "leaf";
  const [top = "", second = ""] = path.split("/");
  if (top !== "src") return top;
  return second.endsWith(".ts") ? "core" : second;
}

function importsOf(text: string): string[] {
  return Array.from(
    text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g),
    ([, specifier = ""]) => specifier,
  );
}

function targetOf(specifier: string, importer: URL): string {
  if (specifier.startsWith("node:")) return "node";
  if (!specifier.startsWith(".")) return "npm";
  return layerOf(new URL(specifier, importer).href.slice(ROOT.href.length));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
}

async function projectSources(): Promise<
  { path: string; url: URL; text: string }[]
> {
  const found = [new URL("main.ts", ROOT)];
  for await (const url of sources(new URL("src/", ROOT))) found.push(url);
  return await Promise.all(found.map(async (url) => ({
    path: url.href.slice(ROOT.href.length),
    url,
    text: withoutComments(await Deno.readTextFile(url)),
  })));
}

Deno.test("imports point inwards", async () => {
  const wrong: string[] = [];
  let arrows = 0;
  for (const { path, url, text } of await projectSources()) {
    const allowed = ALLOWED[layerOf(path)] ?? [];
    for (const specifier of importsOf(text)) {
      arrows++;
      const target = targetOf(specifier, url);
      if (target === "leaf" || allowed.includes(target)) continue;
      wrong.push(`${path} -> ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert(arrows > 50, "the imports were not found");
});

Deno.test("the core is pure: no Deno, no clock, no chance", async () => {
  for (const { path, text } of await projectSources()) {
    if (!path.startsWith("src/credentials/")) continue;
    assert.doesNotMatch(
      text,
      /\bDeno\.|\bDate\b|\bMath\.random|\bfetch\(|\bprocess\./,
      path,
    );
  }
});

Deno.test("only main.ts exits, and only it and its streams see stdout", async () => {
  for (const { path, text } of await projectSources()) {
    if (path === "main.ts") continue;
    assert.doesNotMatch(text, /\bDeno\.exit\b|\bprocess\.exit\b/, path);
    // It catches what a package prints.
    if (path === "src/adapters/completion_scripts.ts") continue;
    assert.doesNotMatch(text, /\bconsole\./, path);
    assert.doesNotMatch(text, /\bDeno\.std(out|err)\b/, path);
  }
});
