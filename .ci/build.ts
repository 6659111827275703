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

/** AWS's SDK, by the name of a package or by a path into one. */
const SDK = /(?:^|[\\/]node_modules[\\/])@(?:aws-sdk|smithy)[\\/]/;

/** Lays the packages that deno.lock names out where esbuild looks for them; returns the directory. */
async function layOutPackages(): Promise<string> {
  const directory = join(ROOT, "dist", "packages");
  await Deno.mkdir(directory, { recursive: true });
  const { imports } = denoJson;
  await Deno.writeTextFile(
    join(directory, "deno.json"),
    JSON.stringify({ imports, nodeModulesDir: "auto" }),
  );
  await Deno.copyFile(join(ROOT, "deno.lock"), join(directory, "deno.lock"));
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

/** Bundles into `directory`, in place of what is there; returns what is in it, and whence. */
export async function bundle(directory: string): Promise<Metafile> {
  const { metafile, outputFiles } = await bundled();
  await Deno.remove(directory, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(directory, { recursive: true });
  for (const { path, contents } of outputFiles) {
    await Deno.writeFile(join(directory, basename(path)), contents);
  }
  return metafile;
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
            banner: { js: `import "./${FIRST}.js";` },
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
            metafile: true,
            plugins: [first, version, resolution(asDeno)],
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
