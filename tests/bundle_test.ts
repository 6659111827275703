// The bundle, and the standalone binary of it: reproducible, lazy where the program is, and made of its packages alone.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Metafile, stop } from "esbuild";
import { bundle, LICENCES } from "../.ci/build.ts";
import { compileArguments, TARGETS } from "../.ci/compile.ts";
import {
  baseEnvironment,
  bundleCommand,
  ROOT,
  run,
  shippedFlags,
} from "./support/command.ts";
import { shippedPackages } from "./support/packages.ts";
import { Scenario } from "./support/scenario.ts";
import { directoryLinks } from "./support/skipping.ts";

/** A test of a bundle, which is built from packages that lie as Deno links them. */
function test(name: string, fn: () => void | Promise<void>): void {
  const { ignore, note } = directoryLinks;
  Deno.test(name + note, { ignore }, fn);
}

/** What a bundle is built from. */
const BUILT_FROM = [
  ...["main.ts", "src", "deno.json", "deno.lock", ".ci"],
  ...["tests/deno.json", "tests/deno.lock", "tests/support"],
];

type Output = Metafile["outputs"][string];

/** The chunks of a bundle by name, without their maps. */
function chunksOf({ outputs }: Metafile): Map<string, Output> {
  return new Map(
    Object.entries(outputs).filter(([path]) => path.endsWith(".js"))
      .map(([path, output]) => [basename(path), output]),
  );
}

/** The names of `start` and of all that is loaded with it. */
function loadedWith(
  chunks: ReadonlyMap<string, Output>,
  start: string,
): Set<string> {
  const loaded = new Set([start]);
  for (const name of loaded) {
    for (const { path, kind } of chunks.get(name)?.imports ?? []) {
      if (kind === "import-statement") loaded.add(basename(path));
    }
  }
  return loaded;
}

/** The sources in `names`, packages by their names. */
function sourcesOf(
  chunks: ReadonlyMap<string, Output>,
  names: Iterable<string>,
): string[] {
  return [
    ...new Set(
      [...names].flatMap((name) => Object.keys(chunks.get(name)?.inputs ?? {}))
        // Made by bundling: how modules of the old kind are loaded, and a list of imports.
        .filter((path) => path !== "<runtime>" && !path.startsWith("lazy:"))
        .map((path) =>
          /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path
        ),
    ),
  ];
}

/** The name of the chunk that is loaded when `source` is. */
function chunkOf(chunks: ReadonlyMap<string, Output>, source: string): string {
  for (const [name, { entryPoint }] of chunks) {
    if (entryPoint === `lazy:${source}`) return name;
  }
  throw new Error(`Nothing loads ${source} lazily`);
}

const directory = await Deno.makeTempDir({ prefix: "updsts-bundle-" });
let metafile: Metafile;
Deno.test.beforeAll(async () => {
  if (directoryLinks.ignore) return;
  metafile = await bundle(directory);
  await stop();
});
Deno.test.afterAll(() => Deno.remove(directory, { recursive: true }));

test("no package runs before main.ts has given up the variables that name a proxy", () => {
  // esbuild runs what files share before what imports it: so packages must
  // come with what is loaded lazily, and with nothing else.
  const sources = sourcesOf(
    chunksOf(metafile),
    loadedWith(chunksOf(metafile), "main.js"),
  );
  assert(sources.includes("src/machine/environment.ts"));
  for (const source of sources) {
    assert.match(source, /^(?:main\.ts|deno\.json|src\/)/);
  }
});

const LAZY = /^(?:@aws-sdk|@smithy|@modelcontextprotocol|zod|@bomb\.sh)/;

for (
  const { command, loads } of [
    { command: "--version", loads: [] },
    { command: "list", loads: ["src/cli/list.ts", "src/local_ports.ts"] },
  ]
) {
  test(`${command} loads neither the AWS SDK nor MCP`, () => {
    const chunks = chunksOf(metafile);
    const loaded = ["main.js", ...loads.map((path) => chunkOf(chunks, path))]
      .flatMap((name) => [...loadedWith(chunks, name)]);
    const sources = sourcesOf(chunks, loaded);
    assert(sources.includes("src/cli/command_line.ts"));
    assert.deepEqual(sources.filter((name) => LAZY.test(name)), []);
  });
}

for (
  const { command, loads, files } of [
    { command: "--version", loads: [], files: 2 },
    { command: "list", loads: ["cli/list.ts", "local_ports.ts"], files: 5 },
    {
      command: "get",
      loads: [
        ...["cli/get.ts", "local_ports.ts"],
        "sts/issuer.ts",
      ],
      files: 10,
    },
  ]
) {
  test(`${command} loads ${files} files at most`, () => {
    // Each takes a third of a ms to load, whatever is in it.
    const chunks = chunksOf(metafile);
    const starts = loads.map((path) => chunkOf(chunks, `src/${path}`));
    const loaded = new Set<string>();
    const open = ["main.js", ...starts];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (loaded.has(name)) continue;
      loaded.add(name);
      const text = Deno.readTextFileSync(join(directory, name));
      for (
        const [, path = ""] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)
      ) {
        open.push(path);
      }
    }
    assert(loaded.size <= files, [...loaded].join(" "));
  });
}

test("the bundle is made of the program's packages and of nothing else", async () => {
  const chunks = chunksOf(metafile);
  const shipped = new Set(
    (await shippedPackages())
      .map((name) => name.replace(/@[^@/]+(?:_.*)?$/, "")),
  );
  for (const source of sourcesOf(chunks, chunks.keys())) {
    assert(
      /^(?:main\.ts|deno\.json|src\/.*\.ts)$/.test(source) ||
        shipped.has(source),
      source,
    );
  }
  for (const [name, { imports }] of chunks) {
    for (const { path, external } of imports) {
      assert(!external || path.startsWith("node:"), `${name} -> ${path}`);
    }
  }
});

/** The files of packages and of ours that are loaded with `source`. */
function inputsBehind(source: string): string[] {
  const chunks = chunksOf(metafile);
  return [...loadedWith(chunks, chunkOf(chunks, source))]
    .flatMap((name) => Object.keys(chunks.get(name)?.inputs ?? {}));
}

test("the MCP server loads no module of Node, and no validator of schemas", () => {
  const inputs = inputsBehind("src/mcp/serve.ts");
  assert(inputs.some((path) => path.endsWith("/server/dist/stdio.mjs")));
  assert.deepEqual(inputs.filter((path) => /ajv|cfworker/i.test(path)), []);
  const chunks = chunksOf(metafile);
  for (const name of loadedWith(chunks, chunkOf(chunks, "src/mcp/serve.ts"))) {
    const { imports = [] } = chunks.get(name) ?? {};
    const builtins = imports.filter(({ path, kind }) =>
      kind === "import-statement" && path.startsWith("node:")
    );
    assert.deepEqual(builtins, [], name);
  }
});

test("maps name sources of the program alone, so that they are read in no time", async () => {
  let found = 0;
  for (const [name, text] of await contents(directory)) {
    if (!name.endsWith(".map")) continue;
    const { sources }: { sources: string[] } = JSON.parse(text);
    for (const source of sources) {
      assert.match(
        source,
        /^(?:|\.\.\/\.\.\/(?:main\.ts|deno\.json|src\/.*\.ts)|lazy:src\/.*\.ts)$/,
      );
    }
    assert(text.length < 100_000, `${name}: ${text.length}`);
    if (sources.some((source) => source.includes("/src/"))) found++;
  }
  assert(found > 10);
});

test("the licence of each package is in the bundle", async () => {
  const text = await Deno.readTextFile(join(directory, LICENCES));
  const chunks = chunksOf(metafile);
  let found = 0;
  for (const name of sourcesOf(chunks, chunks.keys())) {
    if (/^(?:main\.ts|deno\.json|src\/)/.test(name)) continue;
    assert.match(text, new RegExp(`^${name} \\d+\\.`, "m"));
    found++;
  }
  assert(found > 8);
  assert(text.includes("Apache License") && text.includes("MIT License"));
});

test("AWS's SDK loads no module of Node, and needs no DOM", async () => {
  let found = 0;
  for (const [name, { inputs, imports }] of chunksOf(metafile)) {
    if (!Object.keys(inputs).some((path) => /@aws-sdk|@smithy/.test(path))) {
      continue;
    }
    found++;
    const text = await Deno.readTextFile(join(directory, name));
    assert(!text.includes("DOMParser"), name);
    const builtins = imports.filter(({ path }) => path.startsWith("node:"));
    assert.deepEqual(builtins, [], name);
  }
  assert(found > 0);
});

/** The names and bytes of the files in `directory`. */
async function contents(directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { name } of Deno.readDirSync(directory)) {
    files.set(name, await Deno.readTextFile(join(directory, name)));
  }
  return files;
}

test("two builds, from two directories, are the same to the byte", async () => {
  const copy = await Deno.makeTempDir({ prefix: "updsts-copy-" });
  try {
    for (const path of BUILT_FROM) {
      await Deno.mkdir(dirname(join(copy, path)), { recursive: true });
      await copyAll(fileURLToPath(new URL(path, ROOT)), join(copy, path));
    }
    const other = join(copy, "dist", "updsts");
    const { code, stderr } = await run(Deno.execPath(), [
      ...["task", "--quiet", "--cwd", copy, "build"],
    ]);
    assert.equal(code, 0, stderr);
    const [first, second] = [await contents(directory), await contents(other)];
    assert(first.size > 20);
    assert.deepEqual([...second.keys()].sort(), [...first.keys()].sort());
    for (const [name, text] of first) assert.equal(second.get(name), text);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
});

async function copyAll(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for (const { name } of Deno.readDirSync(from)) {
    await copyAll(join(from, name), join(to, name));
  }
}

test("a trace names the lines of the sources", async () => {
  await using scenario = await Scenario.start();
  const [command, ...args] = bundleCommand(directory);
  const { stderr } = await scenario.run(command, [
    ...args,
    ...["get", "-n", "nobody", "-t", "123456", "-v", "2"],
  ]);
  assert.match(stderr, /at async refreshSession \(\S+\/refresh_session\.ts:\d/);
});

/** Of files, the runtime aside. */
const MAX_MEGABYTES = 3;

/** The text that a terminal would show, without its colours. */
function plain(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
    .replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
}

/** The names in the flat tree of embedded files, in order. */
function embeddedFiles(listing: string): string[] {
  return Array.from(
    listing.matchAll(/^[├└]──? (\S+) \(/gm),
    ([, name = ""]) => name,
  );
}

// Deno itself takes the place of the runtime that `deno compile` downloads: the
// result shows what is embedded, and cannot be run.
test(
  "a binary holds the bundle and its permissions, and nothing else",
  async () => {
    const output = await Deno.makeTempDir({ prefix: "updsts-binary-" });
    try {
      const binary = join(output, "updsts");
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: compileArguments(binary),
        cwd: directory,
        env: { ...await baseEnvironment(), DENORT_BIN: Deno.execPath() },
        clearEnv: true,
      }).output();
      const listing = plain(stdout) + plain(stderr);
      assert.equal(code, 0, listing);

      const files = Array.from(Deno.readDirSync(directory), ({ name }) => name);
      assert(files.includes("main.js") && files.includes("main.js.map"));
      assert.deepEqual(embeddedFiles(listing).sort(), files.sort(), listing);

      const [, megabytes = "Infinity"] = /^Files: ([\d.]+)MB$/m.exec(listing) ??
        [];
      assert(
        Number(megabytes) <= MAX_MEGABYTES,
        `${megabytes} MB are embedded`,
      );

      const bytes = Buffer.from(await Deno.readFile(binary));
      const begin = bytes.lastIndexOf(
        '{"argv":',
        bytes.indexOf('"allow_net":'),
      );
      const end = bytes.indexOf(',"location":', begin);
      const { permissions } = JSON.parse(
        `${bytes.toString("utf8", begin, end)}}`,
      );
      const flags = new Map(
        shippedFlags().map((flag) => {
          const [name = "", values = ""] = flag.split("=");
          return [name, values === "" ? [] : values.split(",")];
        }),
      );
      assert.deepEqual(permissions.allow_net, flags.get("--allow-net"));
      assert.deepEqual(permissions.allow_env, flags.get("--allow-env"));
      assert.deepEqual(permissions.allow_read, []);
      assert.deepEqual(permissions.allow_write, []);
      assert.deepEqual(permissions.ignore_env, []);
      assert.deepEqual(permissions.deny_import, []);
      for (const denied of ["allow_run", "allow_ffi", "allow_sys"]) {
        assert.equal(permissions[denied], null);
      }
      assert.equal(permissions.prompt, false);

      // Behind the runtime itself, there is no trace of tests and of what they need.
      const { size } = await Deno.stat(Deno.execPath());
      const embedded = bytes.subarray(size);
      assert(embedded.includes("/issuer.ts"), "it is in a map");
      for (
        const foreign of [
          "canaryLongTerm",
          "sts_emulator",
          "fast-check/lib",
        ]
      ) assert(!embedded.includes(foreign), foreign);
    } finally {
      await Deno.remove(output, { recursive: true });
    }
  },
);

Deno.test("there is a binary for two processors of three systems", () => {
  for (const system of ["linux", "darwin", "windows"]) {
    const targets = TARGETS.filter((target) => target.includes(system));
    assert.deepEqual(targets.map((target) => target.split("-", 1)[0]).sort(), [
      "aarch64",
      "x86_64",
    ]);
  }
});
