// Counted, not timed: how much code each command loads. Raise a budget with a reason only.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ROOT, run } from "./support/command.ts";

const graphSchema = z.object({
  redirects: z.record(z.string(), z.string()),
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({
      isDynamic: z.boolean().optional(),
      code: z.object({ specifier: z.string().optional() }).optional(),
    })).optional(),
  })),
});

/** What each command loads besides main.ts: modules of our own, and packages. */
const BUDGETS = [
  {
    command: "--version",
    loads: [],
    // The command line and signals are read by modules of our own, and no package.
    modules: 20,
    packages: [],
  },
  {
    command: "list",
    loads: ["src/cli/list.ts", "src/local_ports.ts"],
    // What writes the file is among them: one room, loaded with the command.
    modules: 48,
    packages: [],
  },
  {
    command: "get",
    loads: [
      "src/cli/get.ts",
      "src/local_ports.ts",
      "src/sts/issuer.ts",
    ],
    // What reads a code, and what a request may be, are files of their own.
    // Writing the file is ten modules, the rules of three parsers are five.
    modules: 83,
    packages: ["@aws-sdk/client-sts"],
  },
] as const;

/** The modules that are loaded with `roots`: what they import, types and `import()` aside. */
async function loadedWith(roots: readonly string[]): Promise<Set<string>> {
  const loaded = new Set<string>();
  for (const root of roots) {
    const { stdout } = await run(Deno.execPath(), [
      ...[
        "info",
        "--json",
        "--config",
        fileURLToPath(new URL("deno.json", ROOT)),
      ],
      // A path of Windows is none of its specifiers.
      new URL(root, ROOT).href,
    ]);
    const { modules, redirects } = graphSchema.parse(JSON.parse(stdout));
    const graph = new Map(modules.map((module) => [module.specifier, module]));
    const open = [new URL(root, ROOT).href];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const specifier = redirects[next] ?? next;
      if (loaded.has(specifier)) continue;
      loaded.add(specifier);
      for (
        const { isDynamic, code } of graph.get(specifier)?.dependencies ?? []
      ) {
        if (!isDynamic && code?.specifier !== undefined) {
          open.push(code.specifier);
        }
      }
    }
  }
  return loaded;
}

for (const { command, loads, modules, packages } of BUDGETS) {
  Deno.test(`${command} loads ${modules} modules at most, and no package but ${packages.join(", ") || "none"}`, async () => {
    const loaded = [...await loadedWith(["main.ts", ...loads])];
    const own = loaded.filter((module) => module.startsWith("file:"));
    assert(own.length <= modules, `${own.length}: ${own.join("\n")}`);
    const names = loaded.filter((module) => module.startsWith("npm:"))
      .map((module) => module.replace(/^npm:\/?(.+)@[^@]+$/, "$1"));
    assert.deepEqual(names.sort(), packages);
    // The runtime takes 6 ms to make these ready.
    assert.deepEqual(loaded.filter((module) => module.startsWith("node:")), []);
  });
}
