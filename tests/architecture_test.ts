// The rules of the house that a compiler does not check.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ROOT } from "./support/command.ts";

/** Rooms from the outside in; each may import itself and what stands behind it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["wiring", "cli", "mcp", "machine", "shared", "deno.json", "node"],
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

/** The room of a path below the root; packages are "npm". */
function roomOf(path: string): string {
  if (LEAVES.includes(path)) return "leaf";
  if (path === "src/local_ports.ts") return "wiring";
  if (path.startsWith("node:")) return "node";
  const [top = "", second = ""] = path.split("/");
  if (top !== "src") return /^(?:main\.ts|deno\.json)$/.test(top) ? top : "npm";
  return second.endsWith(".ts") ? "shared" : second;
}

interface Source {
  readonly path: string;
  /** Without comments. */
  readonly text: string;
  readonly lines: number;
  /** What it imports, types and what is loaded later included: paths below the root, or specifiers. */
  readonly imports: readonly string[];
}

const files = globSync("{main.ts,src/**/*.ts}", { cwd: fileURLToPath(ROOT) })
  // As on other systems, on Windows.
  .map((path) => path.replaceAll("\\", "/"));
const SOURCES: readonly Source[] = await Promise.all(
  files.map(async (path) => {
    const url = new URL(path, ROOT);
    const whole = await Deno.readTextFile(url);
    const text = whole.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
    const imports = Array.from(
      text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g),
      ([, specifier = ""]) =>
        specifier.startsWith(".")
          ? new URL(specifier, url).href.slice(ROOT.href.length)
          : specifier,
    );
    return { path, text, lines: whole.split("\n").length - 1, imports };
  }),
);

Deno.test("imports point inwards", () => {
  const wrong: string[] = [];
  for (const { path, imports } of SOURCES) {
    const room = roomOf(path);
    const allowed = [room, "leaf", ...ALLOWED[room] ?? []];
    for (const target of imports) {
      if (!allowed.includes(roomOf(target))) wrong.push(`${path} -> ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
  const arrows = SOURCES.flatMap(({ imports }) => imports);
  assert(arrows.length > 50, "the imports were not found");
});

/** The paths that lead into a circle. */
function circling(
  arrows: readonly (readonly [string, readonly string[]])[],
): string[] {
  const open = new Map(arrows);
  for (let before = Infinity; open.size < before;) {
    before = open.size;
    for (const [path, targets] of open) {
      if (!targets.some((target) => open.has(target))) open.delete(path);
    }
  }
  return [...open.keys()];
}

Deno.test("nothing imports itself around a corner, types included", () => {
  const arrows = SOURCES.map(({ path, imports }) => [path, imports] as const);
  assert.deepEqual(circling(arrows), []);
  // It sees one where there is one.
  assert.notDeepEqual(
    circling([...arrows, ["src/errors.ts", ["main.ts"]]]),
    [],
  );
});

Deno.test("no file is too long to be read at once", () => {
  assert.deepEqual(SOURCES.filter(({ lines }) => lines > 600), []);
});

/** Reaching for the world: none of the core does. */
const WORLD =
  /\bDeno\.|\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random|\bfetch\(|\bprocess\./;
/** Ending the process, and what is printed past `cli/output.ts`. */
const EXIT = /\bDeno\.exit\b|\bprocess\.exit\b/;
const PRINTING = /\bconsole\.|\bDeno\.std(?:out|err)\b/;

/** Passing the time at which a code may be spent through ports, instead of the hooks of a refresh. */
const WRAPPING = /\b(?:issuer|file):\s*\{|\.(?:issue|update)\(/;

/** The paths whose text matches `pattern`. */
function matching(pattern: RegExp, sources = SOURCES): string[] {
  return sources.filter(({ text }) => pattern.test(text))
    .map(({ path }) => path).toSorted();
}

Deno.test("the core is pure: no Deno, no clock, no chance", () => {
  const core = SOURCES.filter(({ path }) =>
    path.startsWith("src/credentials/")
  );
  assert(core.length >= 8, "the core was not found");
  assert.deepEqual(matching(WORLD, core), []);
  // Others do, so the pattern sees it.
  assert.notDeepEqual(matching(WORLD), []);
});

Deno.test("only main.ts exits, and only it and its streams see stdout", () => {
  assert.deepEqual(matching(EXIT), ["main.ts"]);
  assert.deepEqual(matching(PRINTING), ["main.ts"]);
});

// The doors would behave a little differently if each wrapped the ports.
Deno.test("nobody wraps the issuer or the file of the ports: the hooks of a refresh are for that", () => {
  const doors = SOURCES.filter(({ path }) =>
    /^src\/(?:cli|mcp|page|sessions)\//.test(path)
  );
  assert.deepEqual(matching(WRAPPING, doors), [
    "src/sessions/refresh_session.ts",
    "src/sessions/remove_sessions.ts",
  ]);
});
