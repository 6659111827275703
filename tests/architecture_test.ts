// The rules of the house that a compiler does not check.
import assert from "node:assert/strict";
import { ROOT } from "./support/command.ts";

/** Rooms from the outside in; each may import itself and what stands behind it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "main.ts": [
    "wiring",
    "cli",
    "mcp",
    "machine",
    "shared",
    "deno.json",
    "node",
  ],
  wiring: ["sts", "machine", "page", "shared"],
  cli: ["sessions", "doctor", "shared", "npm"],
  mcp: ["page", "sessions", "shared", "npm"],
  page: ["sessions", "shared"],
  doctor: ["sessions", "shared", "credentials"],
  sessions: ["shared", "credentials", "npm"],
  sts: ["machine", "shared", "npm"],
  machine: ["shared", "credentials", "npm", "node"],
  shared: ["credentials"],
  credentials: [],
};

/** What everybody may know: they import nothing else of ours. */
const LEAVES = ["src/secret.ts", "src/error_codes.ts", "src/errors.ts"];

async function* sources(directory: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(directory)) {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), directory);
    if (entry.isDirectory) yield* sources(url);
    else if (entry.name.endsWith(".ts")) yield url;
  }
}

function roomOf(path: string): string {
  if (LEAVES.includes(path)) return "leaf";
  if (path === "src/local_ports.ts") return "wiring";
  const [top = "", second = ""] = path.split("/");
  if (top !== "src") return top;
  return second.endsWith(".ts") ? "shared" : second;
}

/** What `text` imports, types and what is loaded later included. */
function importsOf(text: string): string[] {
  return Array.from(
    text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g),
    ([, specifier = ""]) => specifier,
  );
}

/** The path that `specifier` stands for in `importer`, below the root; undefined if it is not ours. */
function pathOf(specifier: string, importer: URL): string | undefined {
  return specifier.startsWith(".")
    ? new URL(specifier, importer).href.slice(ROOT.href.length)
    : undefined;
}

function roomImported(specifier: string, importer: URL): string {
  if (specifier.startsWith("node:")) return "node";
  const path = pathOf(specifier, importer);
  return path === undefined ? "npm" : roomOf(path);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
}

interface Source {
  readonly path: string;
  readonly url: URL;
  readonly text: string;
}

async function projectSources(): Promise<Source[]> {
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
    const room = roomOf(path);
    const allowed = ALLOWED[room] ?? [];
    for (const specifier of importsOf(text)) {
      arrows++;
      const target = roomImported(specifier, url);
      if (target === "leaf" || target === room || allowed.includes(target)) {
        continue;
      }
      wrong.push(`${path} -> ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert(arrows > 50, "the imports were not found");
});

/** The first circle among `arrows`, as the paths along it; undefined if there is none. */
function circleIn(
  arrows: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const done = new Set<string>();
  const visit = (
    path: string,
    way: readonly string[],
  ): string[] | undefined => {
    const start = way.indexOf(path);
    if (start !== -1) return [...way.slice(start), path];
    if (done.has(path)) return undefined;
    done.add(path);
    for (const target of arrows.get(path) ?? []) {
      const circle = visit(target, [...way, path]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  for (const path of arrows.keys()) {
    const circle = visit(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

Deno.test("nothing imports itself around a corner, types included", async () => {
  const arrows = new Map(
    (await projectSources()).map(({ path, url, text }) => [
      path,
      importsOf(text).flatMap((specifier) => pathOf(specifier, url) ?? []),
    ]),
  );
  assert.deepEqual(circleIn(arrows), undefined);
  // It sees one where there is one.
  arrows.set("src/errors.ts", ["main.ts"]);
  assert.notEqual(circleIn(arrows), undefined);
});

Deno.test("no file is too long to be read at once", async () => {
  const long = (await Promise.all(
    (await projectSources()).map(async ({ path, url }) => ({
      path,
      lines: (await Deno.readTextFile(url)).split("\n").length - 1,
    })),
  )).filter(({ lines }) => lines > 600).map(({ path }) => path);
  assert.deepEqual(long, []);
});

/** Reaching for the world: none of the core does. */
const WORLD =
  /\bDeno\.|\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random|\bfetch\(|\bprocess\./;
/** Ending the process, and what is printed past `cli/output.ts`. */
const EXIT = /\bDeno\.exit\b|\bprocess\.exit\b/;
const PRINTING = /\bconsole\.|\bDeno\.std(?:out|err)\b/;

/** The paths of `found` whose text matches `pattern`. */
function matching(found: readonly Source[], pattern: RegExp): string[] {
  return found.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
    .toSorted();
}

Deno.test("the core is pure: no Deno, no clock, no chance", async () => {
  const found = await projectSources();
  const core = found.filter(({ path }) => path.startsWith("src/credentials/"));
  assert(core.length >= 8, "the core was not found");
  assert.deepEqual(matching(core, WORLD), []);
  // Others do, so the pattern sees it.
  assert.notDeepEqual(matching(found, WORLD), []);
});

Deno.test("only main.ts exits, and only it and its streams see stdout", async () => {
  const found = await projectSources();
  assert.deepEqual(matching(found, EXIT), ["main.ts"]);
  assert.deepEqual(matching(found, PRINTING), ["main.ts"]);
});

// The moment from which a code may be spent was wrapped onto ports in five
// places, and each door behaved a little differently.
Deno.test("nobody wraps the issuer or the file of the ports: the hooks of a refresh are for that", async () => {
  const found = (await projectSources()).filter(({ path }) =>
    /^src\/(?:cli|mcp|page|sessions)\//.test(path)
  );
  const WRAPPING = /\b(?:issuer|file):\s*\{|\.(?:issue|update)\(/;
  assert.deepEqual(matching(found, WRAPPING), [
    "src/sessions/refresh_session.ts",
    "src/sessions/remove_sessions.ts",
  ]);
});
