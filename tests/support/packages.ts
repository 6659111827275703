// The packages that the program is made of.
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ROOT, run } from "./command.ts";

const graphSchema = z.object({
  modules: z.array(z.object({ npmPackage: z.string().optional() })),
  npmPackages: z.record(
    z.string(),
    z.object({ dependencies: z.array(z.string()) }),
  ),
});

/** The packages that `main.ts` reaches, lazily or not, and all they depend on. */
export async function shippedPackages(): Promise<string[]> {
  const main = fileURLToPath(new URL("main.ts", ROOT));
  const { stdout } = await run(Deno.execPath(), ["info", "--json", main]);
  const { modules, npmPackages } = graphSchema.parse(JSON.parse(stdout));
  const reached = new Set<string>();
  const open = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...npmPackages[next]?.dependencies ?? []);
  }
  return [...reached].sort();
}
