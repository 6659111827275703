// Bundles the program with its packages: main.ts becomes main.js, with the chunks that it loads lazily beside it.
//
//   deno task build [DIRECTORY]            dist/updsts, if none is named
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  build,
  type BuildResult,
  type Metafile,
  type Plugin,
  type PluginBuild,
  stop,
} from "esbuild";
import denoJson from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SRC = join(ROOT, "src");

/** Where the bundle goes if nobody says otherwise. */
export const BUNDLE = join(ROOT, "dist", "updsts");

/**
 * What is not put into the file that is loaded lazily itself, but behind it.
 *
 * Deno reads the map of a file that is the first to import another one, before
 * it runs. That of the MCP SDK takes 20 ms, so a small file comes before it that
 * imports all that it does.
 */
const APART = "src/mcp/mod.ts";

/** The same for AWS's SDK, whose map takes 1.5 ms. */
const SDK_APART = `export { STSClient } from "@aws-sdk/client-sts";`;

/** What the MCP SDK takes of Node: the streams of the process, and a validator that is not the one we name. */
const MCP_SHIMS = `export { default as process } from "node:process";
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from "@modelcontextprotocol/server/validators/cf-worker";`;

/** AWS's SDK, by the name of a package or by a path into one. */
const SDK = /(?:^|[\\/]node_modules[\\/])@(?:aws-sdk|smithy)[\\/]/;

const encoder = new TextEncoder();

/** Writes a file that another build may read meanwhile. */
async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const fresh = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(fresh, content);
  await Deno.rename(fresh, path);
}

/** Lays the packages that deno.lock names out where esbuild looks for them; returns the directory. */
async function layOutPackages(): Promise<string> {
  const directory = join(ROOT, "dist", "packages");
  await Deno.mkdir(directory, { recursive: true });
  const { imports } = denoJson;
  const config = JSON.stringify({ imports, nodeModulesDir: "auto" });
  await replaceFile(join(directory, "deno.json"), encoder.encode(config));
  await replaceFile(
    join(directory, "deno.lock"),
    await Deno.readFile(join(ROOT, "deno.lock")),
  );
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen"],
    cwd: directory,
  }).spawn().status;
  if (!success) throw new Error(`Cannot lay out packages in ${directory}`);
  return join(directory, "node_modules");
}

/**
 * Finds AWS's SDK as a browser does, and everything else as `asDeno` does.
 *
 * The SDK's flavour for browsers loads no module of Node, and looks up no file,
 * no variable and no service by itself.
 */
function resolution(asDeno: PluginBuild): Plugin {
  return {
    name: "resolution",
    setup(bundler) {
      bundler.onResolve({ filter: /./ }, async (args) => {
        const { path, importer, resolveDir, kind } = args;
        const isSdk = SDK.test(path) || SDK.test(importer);
        if (isSdk || kind === "entry-point") return null;
        return await asDeno.resolve(path, { importer, resolveDir, kind });
      });
      bundler.onLoad(
        { filter: /[\\/]server[\\/]dist[\\/]shimsNode\.mjs$/ },
        ({ path }) => ({ contents: MCP_SHIMS, resolveDir: dirname(path) }),
      );
      // The one thing that wants a DOM: the file beside it reads XML without.
      bundler.onLoad(
        { filter: /[\\/]xml-builder[\\/]dist-es[\\/]xml-parser\.browser\.js$/ },
        async ({ path }) => ({
          contents: await Deno.readTextFile(path.replace(".browser", "")),
          resolveDir: join(path, ".."),
        }),
      );
    },
  };
}

/** What most of what is loaded lazily wants: the credentials file is read by nearly all. */
const READING = [
  ...["cli/list.ts", "local_ports.ts", "sessions/answers.ts"],
  ...["sessions/unknown_profile.ts", "shell_quoted.ts"],
];

/** What those want who write, or try what writing would do. */
const WRITING = ["cli/get.ts", "machine/replace.ts"];
const WRITERS = [
  ...["cli/get.ts", "cli/remove.ts", "cli/prune.ts", "cli/doctor.ts"],
  ...["sts/issuer.ts", "mcp/mod.ts"],
];

/** The files of ours that `text` imports by `pattern`, as seen from `directory`. */
function* importsOf(text: string, pattern: RegExp, directory: string) {
  for (const [, path = ""] of text.matchAll(pattern)) {
    yield join(directory, path);
  }
}

/** The names of all files in `src`, from there. */
function* sources(directory = SRC): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* sources(path);
    else yield path;
  }
}

/** What of ours is loaded lazily by somebody. */
async function lazyOnes(): Promise<Set<string>> {
  const lazy = new Set<string>();
  for (const path of [join(ROOT, "main.ts"), ...sources()]) {
    const text = await Deno.readTextFile(path);
    const pattern = /\bimport\(\s*"(\.[^"]+\.ts)"/g;
    for (const to of importsOf(text, pattern, dirname(path))) lazy.add(to);
  }
  return lazy;
}

/**
 * Puts into few files what would be spread over many, by who else imports what.
 *
 * Whatever is loaded lazily comes after all that main.ts imports at its start,
 * and most of it wants the same. So it says that it imports all of that, too.
 */
const together: Plugin = {
  name: "together",
  async setup(bundler) {
    const main = await Deno.readTextFile(join(ROOT, "main.ts"));
    const atStart = /^import (?!type)[^;]*?"(\.[^"]+\.ts)"/gm;
    const inSrc = (paths: readonly string[]) =>
      paths.map((path) => join(SRC, path));
    const rooms: Readonly<Record<string, readonly string[]>> = {
      start: [...importsOf(main, atStart, ROOT)],
      reading: inSrc(READING),
      writing: inSrc(WRITING),
    };
    const lazy = await lazyOnes();
    const writers = new Set(inSrc(WRITERS));
    const imports = (paths: readonly string[]) =>
      paths.map((path) => `import ${JSON.stringify(path)};`).join("");
    bundler.onResolve({ filter: /^room:/ }, ({ path }) => ({
      path: path.slice("room:".length),
      namespace: "room",
    }));
    bundler.onLoad({ filter: /./, namespace: "room" }, ({ path }) => ({
      contents: imports(rooms[path] ?? []),
      resolveDir: ROOT,
    }));
    bundler.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      if (!lazy.has(path)) return null;
      const before = ["room:start", "room:reading"];
      if (writers.has(path)) before.push("room:writing");
      return {
        // In the same line, so that its map stays right.
        contents: `${imports(before)} ${await Deno.readTextFile(path)}`,
        loader: "ts",
      };
    });
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

/** The modules of the runtime that are loaded with `path`. */
function builtinsBehind({ outputs }: Metafile, path: string): string[] {
  const loaded = new Set([path]);
  for (const name of loaded) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === "import-statement") loaded.add(path);
    }
  }
  return [...loaded].filter((name) => name.startsWith("node:"));
}

/** The chunks of functions of esbuild's own: it imports them also where none of these is used. */
function runtimeChunks({ outputs }: Metafile): string[] {
  return Object.entries(outputs)
    .filter(([path, { entryPoint, inputs }]) =>
      path.endsWith(".js") && entryPoint === undefined &&
      Object.keys(inputs).every((name) => name === "<runtime>")
    )
    .map(([path]) => basename(path));
}

/** Bundles into `directory`, in place of what is there; returns what is in it, and whence. */
export async function bundle(directory: string): Promise<Metafile> {
  const { metafile, outputFiles } = await bundled();
  await Deno.mkdir(directory, { recursive: true });
  const files = new Map(
    outputFiles.map(({ path, contents }) => [basename(path), contents]),
  );
  files.delete("stdin.js");
  files.delete("stdin.js.map");
  const unused = runtimeChunks(metafile).map((name) => `import"./${name}";`);
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    const name = basename(path);
    if (!name.endsWith(".js") || !files.has(name)) continue;
    let text = new TextDecoder().decode(files.get(name));
    if (entryPoint === APART) {
      const imports = builtinsBehind(metafile, path)
        .map((name) => `import "${name}";`).join("");
      text = imports + text;
    } else {
      // Blanks, so that maps stay right.
      for (const words of unused) {
        text = text.replaceAll(words, " ".repeat(words.length));
      }
    }
    files.set(name, encoder.encode(text));
  }
  for (const [name, content] of files) {
    await replaceFile(join(directory, name), content);
  }
  for (const { name } of [...Deno.readDirSync(directory)]) {
    if (!files.has(name)) await Deno.remove(join(directory, name));
  }
  const outputs = Object.fromEntries(
    Object.entries(metafile.outputs).filter(([path]) =>
      files.has(basename(path))
    ),
  );
  return { ...metafile, outputs };
}

type Bundled = BuildResult<{ metafile: true; write: false }>;

/** Makes the bundle as it is for {@linkcode BUNDLE}, wherever it goes: maps name sources from there. */
async function bundled(): Promise<Bundled> {
  const nodePaths = [await layOutPackages()];
  const { promise, resolve: done } = Promise.withResolvers<Bundled>();
  // One build resolves as Deno does, and builds nothing; the other one asks it.
  await build({
    absWorkingDir: ROOT,
    nodePaths,
    stdin: { contents: "" },
    write: false,
    platform: "node",
    conditions: ["deno"],
    // Of a package with both, the one whose names can be imported one by one.
    mainFields: ["module", "main"],
    plugins: [{
      name: "as Deno resolves",
      setup(asDeno) {
        asDeno.onStart(async () => {
          const result = await build({
            absWorkingDir: ROOT,
            nodePaths,
            entryPoints: { main: "main.ts" },
            // Somebody else who imports it: see APART.
            stdin: {
              contents: `import "./${APART}"; ${SDK_APART}`,
              resolveDir: ROOT,
            },
            outdir: BUNDLE,
            write: false,
            bundle: true,
            splitting: true,
            chunkNames: "[name]-[hash]",
            format: "esm",
            target: "esnext",
            platform: "browser",
            mainFields: ["browser", "module", "main"],
            conditions: [],
            external: ["node:*"],
            // Names stay, for traces.
            minifyWhitespace: true,
            minifySyntax: true,
            sourcemap: true,
            sourcesContent: false,
            metafile: true,
            plugins: [together, version, resolution(asDeno)],
          });
          done(result);
        });
      },
    }],
  });
  return await promise;
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
