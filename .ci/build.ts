// Bundles the program with its packages: main.ts becomes main.js, with the chunks that it loads lazily beside it.
//
//   deno task build [DIRECTORY]            dist/updsts, if none is named
import { basename, join, resolve } from "node:path";
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

/** Where the bundle goes if nobody says otherwise. */
export const BUNDLE = join(ROOT, "dist", "updsts");

/** What main.ts imports before any package: every file of the bundle does, too. */
const FIRST = "proxy_variables";
const BANNER = `import "./${FIRST}.js";`;

/**
 * What is not put into the file that is loaded lazily itself, but behind it.
 *
 * Deno reads the map of a file that is the first to import another one, before
 * it runs. That of the MCP SDK takes 20 ms, so a small file comes before it that
 * imports all that it does.
 */
const APART = "src/mcp/mod.ts";

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

/**
 * Lets what main.ts imports first run first.
 *
 * esbuild moves what files share into chunks, which run before what imports
 * them; so packages would, too.
 */
const first: Plugin = {
  name: "first",
  setup(bundler) {
    bundler.onResolve(
      { filter: new RegExp(`/${FIRST}\\.ts$`) },
      ({ kind }) =>
        kind === "entry-point"
          ? null
          : { path: `./${FIRST}.js`, external: true },
    );
  },
};

/**
 * Puts into one file what main.ts imports at its start.
 *
 * It would be spread over ten, by who else imports what; but whatever is loaded
 * later comes after all of it. So all of ours say that they import it, too.
 */
const together: Plugin = {
  name: "together",
  setup(bundler) {
    bundler.onResolve({ filter: /^start$/ }, ({ path }) => ({
      path,
      namespace: "start",
    }));
    bundler.onLoad({ filter: /./, namespace: "start" }, async () => {
      const main = await Deno.readTextFile(join(ROOT, "main.ts"));
      const imports = main.matchAll(/^import (?!type)[^;]*?("\.[^"]+\.ts")/gm);
      return {
        contents: Array.from(imports, ([, path]) => `import ${path};`).join(""),
        resolveDir: ROOT,
      };
    });
    bundler.onLoad(
      { filter: /[\\/]src[\\/].*\.ts$/ },
      async ({ path }) =>
        basename(path) === `${FIRST}.ts` ? null : {
          // In the same line, so that its map stays right.
          contents: `import "start"; ${await Deno.readTextFile(path)}`,
          loader: "ts",
        },
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

/** Bundles into `directory`, in place of what is there; returns what is in it, and whence. */
export async function bundle(directory: string): Promise<Metafile> {
  const { metafile, outputFiles } = await bundled();
  await Deno.mkdir(directory, { recursive: true });
  const files = new Map(
    outputFiles.map(({ path, contents }) => [basename(path), contents]),
  );
  files.delete("stdin.js");
  files.delete("stdin.js.map");
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint !== APART) continue;
    const text = new TextDecoder().decode(files.get(basename(path)));
    const imports = builtinsBehind(metafile, path)
      .map((name) => ` import "${name}";`).join("");
    // In the same line, so that its map stays right.
    const content = text.replace(BANNER, BANNER + imports);
    files.set(basename(path), encoder.encode(content));
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
            entryPoints: {
              main: "main.ts",
              [FIRST]: `src/adapters/${FIRST}.ts`,
            },
            // Somebody else who imports it: see APART.
            stdin: { contents: `import "./${APART}";`, resolveDir: ROOT },
            banner: { js: BANNER },
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
            plugins: [first, together, version, resolution(asDeno)],
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
