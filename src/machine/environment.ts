// Environment variables, paths that depend on them, and the command of this program.
import { UpdstsError } from "../errors.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { Paths } from "./paths.ts";

const ENDPOINT =
  "The endpoint, as for the AWS CLI; the config file may have the same settings";
const REGION =
  "The region (default: the profile's, or else the first of the device's partition)";
const PRECEDENCE =
  "Only checked: updsts get warns if programs would use it instead of the session";
const PROXY = "The proxy, in upper or lower case";
const DIRECT = "Hosts that need no proxy, in upper or lower case";

const PROXIES = {
  HTTPS_PROXY: PROXY,
  HTTP_PROXY: PROXY,
  ALL_PROXY: PROXY,
  NO_PROXY: DIRECT,
  https_proxy: PROXY,
  http_proxy: PROXY,
  all_proxy: PROXY,
  no_proxy: DIRECT,
} as const;

/** The variables that the permissions allow, with their descriptions for the documents. */
export const VARIABLES = {
  AWS_SHARED_CREDENTIALS_FILE:
    "The credentials file, unless -c names one (default: ~/.aws/credentials)",
  AWS_CONFIG_FILE:
    "The config file, for region, mfa_serial, roles and the endpoint (default: ~/.aws/config)",
  AWS_PROFILE:
    "The profile of updsts get without PROFILE, or the one whose session it names",
  AWS_DEFAULT_PROFILE: PRECEDENCE,
  AWS_ACCESS_KEY_ID: PRECEDENCE,
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ENDPOINT_URL_STS: ENDPOINT,
  AWS_ENDPOINT_URL: ENDPOINT,
  AWS_USE_FIPS_ENDPOINT: ENDPOINT,
  AWS_USE_DUALSTACK_ENDPOINT: ENDPOINT,
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: ENDPOINT,
  AWS_CA_BUNDLE:
    "PEM file of further certificate authorities, for proxies that inspect TLS (default: ca_bundle of the config file)",
  ...PROXIES,
  HOME: "Home directory (~)",
  USERPROFILE: "Home directory (~) on Windows",
  INIT_CWD:
    "Directory where deno task updsts was started; relative paths are resolved against it",
} as const;

export type Variable = keyof typeof VARIABLES;

/** Variables that the runtime reads without a permission. */
export const RUNTIME_VARIABLES: Readonly<Record<string, string>> = {
  NO_COLOR: "With any value, output has no colours",
};

/**
 * Reads the proxy variables and gives up the permission for them. This must run
 * before packages load: a package could set its own proxy and read AWS traffic.
 */
export function takeProxyVariables(): ReadonlyMap<string, string> {
  const names = Object.keys(PROXIES);
  const values = new Map(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  }));
  // The runtime ignores no_proxy if NO_PROXY is set, even if empty.
  const noProxy = values.get("NO_PROXY");
  if (noProxy !== undefined) values.set("no_proxy", noProxy);
  for (const variable of names) {
    Deno.permissions.revokeSync({ name: "env", variable });
  }
  return values;
}

export type Environment = ReturnType<typeof createEnvironment>;

/** An environment with the variables of `get` (default: this process); relative paths start at `directory`. */
export function createEnvironment(
  get: (name: string) => string | undefined = (name) => Deno.env.get(name),
  os: typeof Deno.build.os = Deno.build.os,
  directory?: string,
) {
  const paths = new Paths(os);
  const value = (name: Variable) => get(name) || undefined;
  const home = () => {
    const names: readonly Variable[] = os === "windows"
      ? ["USERPROFILE", "HOME"]
      : ["HOME", "USERPROFILE"];
    const found = names.map(value).find((path) => path !== undefined);
    if (found !== undefined) return found;
    throw new UpdstsError(
      "FILE_NOT_FOUND",
      `Cannot find the home directory: ${names[0]} is not set`,
      { hint: `set ${names[0]}` },
    );
  };
  // Absolute if `directory` is known.
  const expandHome = (path: string): string =>
    paths.normalizeSeparators(
      /^~[/\\]/.test(path)
        ? paths.join(home(), path.slice(2))
        : directory === undefined
        ? path
        : paths.absolute(path, directory),
    );
  return {
    /** The value of a variable; undefined if it is unset or empty. */
    get: value,
    expandHome,
    /** The credentials file: `given`, else AWS_SHARED_CREDENTIALS_FILE, else the default. */
    credentialsPath: (given?: string): string =>
      expandHome(
        given || value("AWS_SHARED_CREDENTIALS_FILE") || "~/.aws/credentials",
      ),
  };
}

/** The shell command that starts this program; `main` is its main module. */
export function ownCommand(
  main: Pick<ImportMeta, "url" | "filename" | "dirname">,
): string {
  const program = Deno.execPath();
  if (Deno.build.standalone) return shellQuoted(program);
  if (main.filename?.endsWith("main.ts")) {
    const clone = shellQuoted(main.dirname ?? ".");
    return `${shellQuoted(program)} task --quiet --cwd ${clone} updsts`;
  }
  return main.url.startsWith("file:")
    ? "updsts"
    : `${shellQuoted(program)} run -A jsr:@updsts/cli`;
}
