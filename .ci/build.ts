// Bundles the program with its packages into main.js and lazily loaded chunks.
//
//   deno task build [DIRECTORY]            dist/updsts, if none is named
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  build,
  type BuildOptions,
  type Metafile,
  type Plugin,
  stop,
} from "esbuild";
import denoJson from "../deno.json" with { type: "json" };
import { BUNDLE } from "../tests/support/command.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The file of the bundle that holds the licences of its packages. */
export const LICENCES = "THIRD_PARTY_LICENSES.txt";

/** What the MCP SDK takes from Node unless it is given streams and a validator; it is given both. */
const MCP_SHIMS =
  "export const process = undefined, DefaultJsonSchemaValidator = undefined;";

const COMMON: BuildOptions & { write: false; metafile: true } = {
  absWorkingDir: ROOT,
  entryPoints: { main: "main.ts" },
  outdir: BUNDLE,
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  format: "esm",
  external: ["node:*"],
};

/** Replaces a file in one step: another build may read it meanwhile. */
async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(fresh, text);
  await Deno.rename(fresh, path);
}

/** Installs the packages of deno.lock where esbuild looks for them; returns the directory. */
async function layOutPackages(): Promise<string> {
  const directory = join(ROOT, "dist", "packages");
  await Deno.mkdir(directory, { recursive: true });
  const { imports } = denoJson;
  await replaceFile(
    join(directory, "deno.json"),
    JSON.stringify({ imports, nodeModulesDir: "auto" }),
  );
  await replaceFile(
    join(directory, "deno.lock"),
    await Deno.readTextFile(join(ROOT, "deno.lock")),
  );
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen"],
    cwd: directory,
  }).spawn().status;
  if (!success) throw new Error(`Cannot install packages in ${directory}`);
  return join(directory, "node_modules");
}

/** Replaces two files of packages that are for other platforms than ours. */
const adapted: Plugin = {
  name: "adapted",
  setup(bundler) {
    bundler.onLoad(
      { filter: /[\\/]server[\\/]dist[\\/]shims\w+\.mjs$/ },
      ({ path }) => ({ contents: MCP_SHIMS, resolveDir: dirname(path) }),
    );
    // The only file of the SDK that needs a DOM; the one beside it does not.
    bundler.onLoad(
      { filter: /[\\/]xml-builder[\\/]dist-es[\\/]xml-parser\.browser\.js$/ },
      async ({ path }) => ({
        contents: await Deno.readTextFile(path.replace(".browser", "")),
        resolveDir: dirname(path),
      }),
    );
  },
};

/** Of deno.json, the program needs its version. */
const version: Plugin = {
  name: "version",
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]deno\.json$/ }, () => ({
      contents: JSON.stringify({ version: denoJson.version }),
      loader: "json",
    }));
  },
};

/**
 * Our own modules: those that are loaded with main.ts, or with two or more
 * lazily loaded ones; and the names that each lazily loaded one exports.
 */
async function moduleGraph() {
  const { metafile: { inputs, outputs } } = await build({
    ...COMMON,
    packages: "external",
  });
  const exports = new Map(
    Object.values(outputs).flatMap(({ entryPoint, exports }) =>
      entryPoint === undefined ? [] : [[entryPoint, exports]]
    ),
  );
  const counts = new Map<string, number>();
  for (const start of exports.keys()) {
    const loaded = new Set([start]);
    for (const path of loaded) {
      const times = start === "main.ts" ? 2 : 1;
      counts.set(path, (counts.get(path) ?? 0) + times);
      for (const { path: next, kind } of inputs[path]?.imports ?? []) {
        const ours = next.endsWith(".ts");
        if (ours && kind === "import-statement") loaded.add(next);
      }
    }
  }
  counts.delete("main.ts");
  const shared = [...counts].filter(([, times]) => times > 1)
    .map(([path]) => path).sort();
  return { shared, exports };
}

/**
 * Puts what lazily loaded modules share into one chunk. esbuild makes one for
 * each set of users, and each takes a third of a millisecond to load; so each
 * of those modules is loaded together with all that is shared.
 */
const together: Plugin = {
  name: "together",
  async setup(bundler) {
    const { shared, exports } = await moduleGraph();
    const imports = shared.map((path) => `import "./${path}";`).join("");
    bundler.onResolve(
      { filter: /^\..*\.ts$/ },
      ({ kind, path, resolveDir }) =>
        kind !== "dynamic-import" ? null : {
          path: relative(ROOT, join(resolveDir, path)).replaceAll("\\", "/"),
          namespace: "lazy",
        },
    );
    bundler.onLoad({ filter: /./, namespace: "lazy" }, ({ path }) => ({
      contents: `${imports} export { ${
        exports.get(path)?.join()
      } } from "./${path}";`,
      resolveDir: ROOT,
    }));
  },
};

/** The licence texts of all packages in a bundle, the same ones once. */
export async function licences({ inputs }: Metafile): Promise<string> {
  const roots = new Set(
    Object.keys(inputs).flatMap((path) =>
      /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0] ?? []
    ),
  );
  const users = new Map<string, string[]>();
  for (const root of roots) {
    const directory = join(ROOT, root);
    const { name, version } = JSON.parse(
      await Deno.readTextFile(join(directory, "package.json")),
    );
    const texts = Array.from(Deno.readDirSync(directory), ({ name }) => name)
      .filter((name) => /^(?:licen[cs]e|notice)\b/i.test(name)).sort()
      .map((name) => Deno.readTextFileSync(join(directory, name)).trim());
    if (texts.length === 0) throw new Error(`${name} has no licence text`);
    const text = texts.join("\n\n");
    users.set(text, [...users.get(text) ?? [], `${name} ${version}`]);
  }
  return "updsts contains these packages under these licences.\n" +
    Array.from(
      users,
      ([text, names]) =>
        `\n${"=".repeat(72)}\n${names.sort().join("\n")}\n\n${text}\n`,
    )
      .sort().join("");
}

/**
 * The source map `text` without what it says of packages.
 *
 * Deno reads the map of a chunk before it runs it: with all of the MCP SDK in
 * it, that takes 20 ms.
 */
function withoutPackages(text: string): string {
  const map: { sources: string[]; mappings: string } = JSON.parse(text);
  const isOurs = map.sources.map((path) => !path.includes("/node_modules/"));
  let mapped = true;
  const lines = decode(map.mappings).map((line) =>
    line.flatMap((segment) => {
      if (segment.length > 1 && isOurs[segment[1] ?? 0]) {
        mapped = true;
        return [segment];
      }
      // Where code of a package begins, the mapping ends.
      const [column] = segment;
      const ends: [number][] = mapped ? [[column]] : [];
      mapped = false;
      return ends;
    })
  );
  const sources = map.sources.map((path, at) => isOurs[at] ? path : "");
  return JSON.stringify({ ...map, sources, mappings: encode(lines) });
}

/** Replaces imports of esbuild's own functions where none is used, by blanks, so that maps stay right. */
function withoutUnused(text: string, { outputs }: Metafile): string {
  for (const [path, { entryPoint, inputs }] of Object.entries(outputs)) {
    const own = Object.keys(inputs).every((name) => name === "<runtime>");
    if (!path.endsWith(".js") || entryPoint !== undefined || !own) continue;
    const unused = `import"./${basename(path)}";`;
    text = text.replaceAll(unused, " ".repeat(unused.length));
  }
  return text;
}

/** Makes the bundle as it is in {@linkcode BUNDLE}, wherever it goes: maps name sources from there. */
export async function bundled() {
  return await build({
    ...COMMON,
    nodePaths: [await layOutPackages()],
    chunkNames: "[name]-[hash]",
    target: "esnext",
    // AWS's SDK loads no module of Node then, and looks up no file, variable
    // or service by itself.
    platform: "browser",
    mainFields: ["browser", "module", "main"],
    conditions: [],
    // Names stay, for traces.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "none",
    plugins: [together, version, adapted],
  });
}

/** Bundles into `directory`, in place of what is there; returns what is in it, and from where. */
export async function bundle(directory: string): Promise<Metafile> {
  const { metafile, outputFiles } = await bundled();
  await Deno.mkdir(directory, { recursive: true });
  const files = new Map(
    outputFiles.map(({ path, text }) => [
      basename(path),
      path.endsWith(".map")
        ? withoutPackages(text)
        : withoutUnused(text, metafile),
    ]),
  );
  files.set(LICENCES, await licences(metafile));
  for (const [name, text] of files) {
    await replaceFile(join(directory, name), text);
  }
  for (const { name } of [...Deno.readDirSync(directory)]) {
    if (!files.has(name)) await Deno.remove(join(directory, name));
  }
  return metafile;
}

if (import.meta.main) {
  const directory = resolve(Deno.args[0] ?? BUNDLE);
  try {
    await bundle(directory);
    console.log(join(directory, "main.js"));
  } finally {
    await stop();
  }
}
