// Writes the STS hosts of the SDK's own data into the flags of the task `updsts`.
//
//   deno task hosts
import { STSClient } from "@aws-sdk/client-sts";

/** This machine: emulators, and proxies of one's own. */
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/** The data of the SDK for all parts of AWS, as far as it is read. */
export interface Partition {
  readonly id: string;
  readonly regions: Readonly<Record<string, unknown>>;
}

/** Where the SDK keeps it: it exports a function that looks up one region, and no list. */
const DATA = "dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";

/** The parts of AWS, and the regions of each, that the SDK knows. */
export async function partitions(): Promise<readonly Partition[]> {
  // In the runtime's cache, packages lie side by side by name and version.
  const [scope = ""] = import.meta.resolve("@aws-sdk/client-sts")
    .split("client-sts/");
  const lock = new URL("../deno.lock", import.meta.url);
  const [, version] = /"@aws-sdk\/core@([\d.]+)/
    .exec(await Deno.readTextFile(lock)) ?? [];
  const url = new URL(`core/${version}/${DATA}`, scope);
  const { partitionsInfo } = await import(url.href);
  return partitionsInfo.partitions;
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
      const hosts = [false, true].flatMap((dualStack) =>
        [false, true].map((fips) => hostFor(region, { fips, dualStack }))
      );
      // Of a private network; names for all regions have none.
      const [, domain] = region.endsWith("-global")
        ? []
        : hosts[0]?.split(`sts.${region}.`) ?? [];
      if (domain !== undefined) hosts.push(`*.sts.${region}.vpce.${domain}`);
      return hosts;
    })
  );
  return [...new Set([...hosts.sort(), ...LOCAL])];
}

/** `text`, which holds the flags once, with `hosts` in the place of those that it allows. */
export function withHosts(text: string, hosts: readonly string[]): string {
  const flag = /--allow-net=[^\s"]+/g;
  const found = text.match(flag) ?? [];
  if (found.length !== 1) {
    throw new Error(`--allow-net occurs ${found.length} times`);
  }
  return text.replace(flag, () => `--allow-net=${hosts.join(",")}`);
}

if (import.meta.main) {
  const path = new URL("../deno.json", import.meta.url);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, withHosts(text, await allowedHosts()));
}
