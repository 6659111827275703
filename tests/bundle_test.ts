// The bundle: the same from every directory, lazy where the program is, and made of its packages alone.
import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Metafile, stop } from "esbuild";
import { bundle } from "../.ci/build.ts";
import { bundleCommand, ROOT, run } from "./support/command.ts";
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
        .filter((path) => path !== "<runtime>" && !path.startsWith("room:"))
        .map((path) =>
          /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path
        ),
    ),
  ];
}

/** The name of the chunk that is loaded when `source` is. */
function chunkOf(chunks: ReadonlyMap<string, Output>, source: string): string {
  for (const [name, { entryPoint }] of chunks) {
    if (entryPoint === source) return name;
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

test("the MCP server keeps the streams of its process", () => {
  const inputs = inputsBehind("src/mcp/mod.ts");
  assert(inputs.some((path) => path.endsWith("/server/dist/stdio.mjs")));
  assert(inputs.some((path) => path.endsWith("/server/dist/shimsNode.mjs")));
  // The validator that makes code of schemas, a third of it all.
  assert.deepEqual(inputs.filter((path) => /ajv/i.test(path)), []);
});

test("the server's large map is not read at its start", () => {
  // Deno reads those of files that are the first to import another one.
  const chunks = chunksOf(metafile);
  const front = chunkOf(chunks, "src/mcp/mod.ts");
  const imports = (name: string) =>
    (chunks.get(name)?.imports ?? [])
      .filter(({ kind }) => kind === "import-statement")
      .map(({ path }) => basename(path));
  assert((chunks.get(front)?.bytes ?? Infinity) < 2_000);
  const text = Deno.readTextFileSync(join(directory, front));
  for (const chunk of imports(front)) {
    for (const name of imports(chunk)) assert(text.includes(name), name);
  }
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
