// The bundle, and the standalone binary of it: reproducible, lazy where the program is, and made of its packages alone.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Metafile, stop } from "esbuild";
import { bundle, LICENCES } from "../.ci/build.ts";
import { compileArguments } from "../.ci/compile.ts";
import {
  baseEnvironment,
  bundleCommand,
  ROOT,
  run,
  shippedFlags,
} from "./support/command.ts";
import { PACKAGES } from "./support/packages.ts";
import { namesIn, testIn } from "./support/in_directory.ts";
import { Scenario } from "./support/scenario.ts";
import { directoryLinks } from "./support/skipping.ts";

/** A test of the bundle, which is built from packages that lie as Deno links them; in a directory of its own. */
function test(
  name: string,
  fn: (directory: string) => void | Promise<void>,
): void {
  testIn(name, async (directory) => await fn(directory), directoryLinks);
}

/** Where the bundle is. */
const built = await Deno.makeTempDir({ prefix: "updsts-bundle-" });
let outputs: ReadonlyMap<string, Metafile["outputs"][string]>;
/** The text of each file of the bundle by its name. */
let files: ReadonlyMap<string, string>;
Deno.test.beforeAll(async () => {
  if (directoryLinks.ignore) return;
  const metafile = await bundle(built);
  await stop();
  outputs = new Map(
    Object.entries(metafile.outputs)
      .map(([path, output]) => [basename(path), output]),
  );
  files = contents(built);
});
Deno.test.afterAll(() => Deno.remove(built, { recursive: true }));

function contents(directory: string): Map<string, string> {
  return new Map(
    namesIn(directory).map((name) =>
      [name, Deno.readTextFileSync(join(directory, name))] as const
    ),
  );
}

/** The names of the files that are loaded with main.js and the lazily loaded sources `lazy`. */
function loadedWith(lazy: readonly string[]): string[] {
  const loaded = new Set(["main.js"]);
  for (const source of lazy) {
    const [name] = [...outputs].find(([, { entryPoint }]) =>
      entryPoint === `lazy:${source}`
    ) ?? assert.fail(`nothing loads ${source} lazily`);
    loaded.add(name);
  }
  for (const name of loaded) {
    const imports = files.get(name)?.matchAll(/(?:from|import)"\.\/([^"]+)"/g);
    for (const [, path = ""] of imports ?? []) loaded.add(path);
  }
  return [...loaded];
}

/** The paths of the sources in the files `names`, without what bundling adds. */
function sourcesIn(names: Iterable<string>): string[] {
  return Array.from(
    names,
    (name) => Object.keys(outputs.get(name)?.inputs ?? {}),
  ).flat().filter((path) => path !== "<runtime>" && !path.startsWith("lazy:"));
}

/** The names of the packages that are among `sources`; the rest must be ours. */
function packagesAmong(sources: readonly string[]): string[] {
  return sources.flatMap((path) => {
    if (/^(?:main\.ts|deno\.json|src\/.*\.ts)$/.test(path)) return [];
    return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
  });
}

/** What each command loads besides main.js; each file takes a third of a ms, whatever is in it. */
const LOADED: readonly {
  readonly command: string;
  readonly lazy: readonly string[];
  readonly files: number;
  readonly packages: readonly string[];
  /** Sources that it may not load. */
  readonly never: RegExp;
}[] = [
  {
    // esbuild runs what files share before what imports it: a package in
    // them would run before main.ts gives up the variables that name a proxy.
    command: "--version",
    lazy: [],
    files: 2,
    packages: [],
    never: /^src\/(?:credentials|doctor|mcp|page|sessions|sts)\//,
  },
  {
    command: "list",
    lazy: ["src/cli/list.ts", "src/local_ports.ts"],
    files: 5,
    packages: [],
    never: /^src\/(?:doctor|mcp|page)\/|^src\/sts\/client/,
  },
  {
    command: "get",
    lazy: ["src/cli/get.ts", "src/local_ports.ts", "src/sts/issuer.ts"],
    files: 10,
    packages: PACKAGES.sts,
    never: /^src\/(?:doctor|mcp|page)\//,
  },
  {
    command: "mcp",
    lazy: ["src/mcp/serve.ts"],
    files: 10,
    packages: PACKAGES.mcp,
    // Validators of schemas.
    never: /ajv|cfworker/i,
  },
];

for (const { command, lazy, files: most, packages, never } of LOADED) {
  test(`${command} loads ${most} files at most, none of Node, and no package but its own`, () => {
    const loaded = loadedWith(lazy);
    assert(loaded.length <= most, loaded.join(" "));
    const sources = sourcesIn(loaded);
    assert(sources.includes("src/machine/environment.ts"));
    const foreign = packagesAmong(sources);
    assert.equal(foreign.length > 0, packages.length > 0);
    assert.deepEqual(foreign.filter((name) => !packages.includes(name)), []);
    assert.deepEqual(sources.filter((path) => never.test(path)), []);
    for (const name of loaded) {
      // The runtime takes 6 ms to make these ready.
      assert.doesNotMatch(files.get(name) ?? "", /(?:from|import)"node:/, name);
    }
  });
}

test("the bundle is made of the program's packages alone, with their licences, and needs no DOM", () => {
  const licences = files.get(LICENCES) ?? "";
  const shipped: readonly string[] = Object.values(PACKAGES).flat();
  const found = new Set(packagesAmong(sourcesIn(outputs.keys())));
  assert(found.size > 8);
  for (const name of found) {
    assert(shipped.includes(name), name);
    assert.match(licences, new RegExp(`^${name} \\d+\\.`, "m"));
  }
  for (const [name, { imports, inputs }] of outputs) {
    const builtin = /@aws-sdk|@smithy/.test(Object.keys(inputs).join())
      ? /^$/
      : /^node:/;
    for (const { path, external } of imports) {
      assert(!external || builtin.test(path), `${name} -> ${path}`);
    }
    assert(!files.get(name)?.includes("DOMParser"), name);
  }
});

test("maps name sources of the program alone, so that they are read in no time", () => {
  const maps = [...files].filter(([name]) => name.endsWith(".map"));
  assert(maps.length > 10);
  for (const [name, text] of maps) {
    const { sources }: { sources: string[] } = JSON.parse(text);
    const ours =
      /^(?:|\.\.\/\.\.\/(?:main\.ts|deno\.json|src\/.*\.ts)|lazy:src\/.*\.ts)$/;
    for (const source of sources) assert.match(source, ours);
    assert(text.length < 100_000, `${name}: ${text.length}`);
  }
});

test("a trace names the lines of the sources", async () => {
  await using scenario = await Scenario.start();
  const [command, ...args] = bundleCommand(built);
  args.push("get", "-n", "nobody", "-t", "123456", "-v", "2");
  const { stderr } = await scenario.run(command, args);
  assert.match(stderr, /at async refreshSession \(\S+\/refresh_session\.ts:\d/);
});

test("two builds, from two directories, are the same to the byte", async (copy) => {
  for (
    const path of [
      ...["main.ts", "src", "deno.json", "deno.lock", ".ci"],
      ...["tests/deno.json", "tests/deno.lock", "tests/support"],
    ]
  ) {
    const from = fileURLToPath(new URL(path, ROOT));
    await cp(from, join(copy, path), { recursive: true });
  }
  const task = ["task", "--quiet", "--cwd", copy, "build"];
  const { code, stderr } = await run(Deno.execPath(), task);
  assert.equal(code, 0, stderr);
  assert(files.size > 20);
  assert.deepEqual(contents(join(copy, "dist", "updsts")), files);
});

// Deno itself takes the place of the runtime that `deno compile` downloads: the
// result shows what is embedded, and cannot be run.
test("a binary holds the bundle and its permissions, and nothing else", async (output) => {
  const binary = join(output, "updsts");
  const compiled = await new Deno.Command(Deno.execPath(), {
    args: compileArguments(binary),
    cwd: built,
    env: { ...await baseEnvironment(), DENORT_BIN: Deno.execPath() },
    clearEnv: true,
  }).output();
  const listing = [compiled.stdout, compiled.stderr]
    .map((bytes) => new TextDecoder().decode(bytes)).join("")
    // deno-lint-ignore no-control-regex
    .replaceAll(/\x1b\[[0-9;]*m/g, "");
  assert.equal(compiled.code, 0, listing);
  const embedded = Array.from(
    listing.matchAll(/^[├└]──? (\S+) \(/gm),
    ([, name = ""]) => name,
  );
  assert.deepEqual(embedded.sort(), [...files.keys()], listing);
  const [, megabytes = "Infinity"] = /^Files: ([\d.]+)MB$/m.exec(listing) ?? [];
  assert(Number(megabytes) <= 3, `${megabytes} MB are embedded`);

  const bytes = Buffer.from(await Deno.readFile(binary));
  const begin = bytes.lastIndexOf('{"argv":', bytes.indexOf('"allow_net":'));
  const end = bytes.indexOf(',"location":', begin);
  const { permissions } = JSON.parse(`${bytes.toString("utf8", begin, end)}}`);
  const valuesOf = (flag: string) =>
    shippedFlags().find((word) => word.startsWith(`${flag}=`))
      ?.slice(flag.length + 1).split(",");
  const expected = {
    allow_net: valuesOf("--allow-net"),
    allow_env: valuesOf("--allow-env"),
    ...{ allow_read: [], allow_write: [], ignore_env: [], deny_import: [] },
    ...{ allow_run: null, allow_ffi: null, allow_sys: null, prompt: false },
  };
  const named = Object.keys(expected).map((key) => [key, permissions[key]]);
  assert.deepEqual(Object.fromEntries(named), expected);
});
