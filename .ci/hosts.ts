// Derives from the SDK's own data which hosts the program may talk to, and writes
// them into the flags of the task `updsts`.
//
//   deno task hosts
import { STSClient } from "@aws-sdk/client-sts";
import { join } from "node:path";

/** This machine: emulators, and proxies of one's own. */
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/** The data of the SDK for all parts of AWS, as far as it is read. */
export interface Partition {
  readonly id: string;
  readonly regions: Readonly<Record<string, unknown>>;
}

/** Where the SDK keeps it: it exports a function that looks one region up, and no list. */
const DATA = {
  package: "@aws-sdk/core",
  path: "dist-es/submodules/client/util-endpoints/lib/aws/partitions.js",
} as const;

/** The parts of AWS, and the regions of each, that the SDK knows. */
export async function partitions(): Promise<readonly Partition[]> {
  const { npmPackages }: {
    npmPackages: Record<string, { name: string; version: string }>;
  } = await denoInfo("main.ts");
  const { npmCache }: { npmCache: string } = await denoInfo();
  const core = Object.values(npmPackages).find(({ name }) =>
    name === DATA.package
  );
  if (core === undefined) throw new Error(`No package ${DATA.package}`);
  for (const registry of Deno.readDirSync(npmCache)) {
    const path = [npmCache, registry.name, core.name, core.version, DATA.path];
    try {
      const text = await Deno.readTextFile(join(...path));
      // One object that is JSON, as it is exported.
      const [, json = ""] =
        /^export const partitionsInfo = (\{[^]*\});\s*$/.exec(text) ?? [];
      return JSON.parse(json).partitions;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new Error(`The SDK keeps its data elsewhere than in ${DATA.path}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
}

async function denoInfo(...args: readonly string[]) {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...args],
    cwd: new URL("..", import.meta.url),
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The host that the SDK's rules give for `region`. */
export function hostFor(
  region: string,
  { fips, dualStack }: { readonly fips: boolean; readonly dualStack: boolean },
): string {
  const { endpointProvider } = new STSClient({ region }).config;
  return endpointProvider({
    Region: region,
    UseFIPS: fips,
    UseDualStack: dualStack,
    UseGlobalEndpoint: false,
  }).url.host;
}

/** Every host that the program may talk to, as `--allow-net` takes it. */
export async function allowedHosts(): Promise<string[]> {
  const hosts = (await partitions()).flatMap(({ regions }) =>
    Object.keys(regions).flatMap((region) => {
      const regional = hostFor(region, { fips: false, dualStack: false });
      const prefix = `sts.${region}.`;
      return [
        regional,
        hostFor(region, { fips: true, dualStack: false }),
        hostFor(region, { fips: false, dualStack: true }),
        hostFor(region, { fips: true, dualStack: true }),
        // Of somebody's private network; what stands for all regions has none.
        ...(regional.startsWith(prefix) && !region.endsWith("-global")
          ? [`*.sts.${region}.vpce.${regional.slice(prefix.length)}`]
          : []),
      ];
    })
  );
  return [...new Set([...hosts.sort(), ...LOCAL])];
}

/** `text`, which holds the flags once, with `hosts` in the place of those that it allows. */
export function withHosts(text: string, hosts: readonly string[]): string {
  const flag = /--allow-net=[^\s"]+/g;
  const found = text.match(flag) ?? [];
  if (found.length !== 1) {
    throw new Error(`--allow-net stands ${found.length} times`);
  }
  return text.replace(flag, () => `--allow-net=${hosts.join(",")}`);
}

if (import.meta.main) {
  const path = new URL("../deno.json", import.meta.url);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, withHosts(text, await allowedHosts()));
}
