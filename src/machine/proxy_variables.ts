// Reads the variables that name a proxy, and gives up the right to touch them.
//
// The runtime looks at them for each request, and a proxy needs no permission.
// Who may read a variable may also set it: a dependency could name a proxy of
// its own, and hear from it all that goes to AWS. So main.ts imports this file
// before any dependency, and what is revoked here stays revoked.

import type { Variable } from "./variables.ts";

const NAMES: readonly Variable[] = [
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
];

const found = new Map(
  NAMES.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  }),
);
// The runtime does not look at the second one if the first is set, even to nothing.
const noProxy = found.get("NO_PROXY");
if (noProxy !== undefined) found.set("no_proxy", noProxy);

/** The proxy variables, as they were when the program began. */
export const proxyVariables: ReadonlyMap<string, string> = found;

for (const variable of NAMES) {
  Deno.permissions.revokeSync({ name: "env", variable });
}
