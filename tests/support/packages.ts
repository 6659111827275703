// The packages that the program is made of.
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
  // A path of Windows is none of its specifiers.
  const main = new URL("main.ts", ROOT).href;
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

/** The packages that are handed the long-term key, or read what STS gives for it. */
export const SEE_A_KEY = [
  "@aws-sdk/client-sts",
  "@aws-sdk/core",
  "@aws-sdk/signature-v4-multi-region",
  "@aws-sdk/xml-builder",
  "@smithy/core",
  "@smithy/signature-v4",
] as const;

/** The packages of other people that the program is made of, by what they are for. */
export const PACKAGES = {
  sts: [
    ...SEE_A_KEY,
    "@aws-sdk/credential-provider-env",
    "@aws-sdk/credential-provider-http",
    "@aws-sdk/credential-provider-ini",
    "@aws-sdk/credential-provider-login",
    "@aws-sdk/credential-provider-node",
    "@aws-sdk/credential-provider-process",
    "@aws-sdk/credential-provider-sso",
    "@aws-sdk/credential-provider-web-identity",
    "@aws-sdk/nested-clients",
    "@aws-sdk/token-providers",
    "@aws-sdk/types",
    "@aws/lambda-invoke-store",
    "@smithy/credential-provider-imds",
    "@smithy/fetch-http-handler",
    "@smithy/node-http-handler",
    "@smithy/types",
    "bowser",
    "tslib",
  ],
  mcp: ["@modelcontextprotocol/core", "@modelcontextprotocol/server", "zod"],
} as const;
