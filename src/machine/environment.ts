// The environment variables of updsts, and the paths and the command that depend on them.
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

/** The proxy variables. */
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

/** The variables that the flags allow, as the documents describe them. */
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
    "Directory where deno task updsts was started; relative paths start there",
} as const;

export type Variable = keyof typeof VARIABLES;

/** Read by the runtime, without a permission. */
export const RUNTIME_VARIABLES: Readonly<Record<string, string>> = {
  NO_COLOR: "With any value, nothing is coloured",
};

/**
 * Reads the variables that name a proxy, and gives up the right to touch them,
 * before any package is loaded: a package could set a proxy of its own, which
 * needs no permission, and get all that goes to AWS.
 */
export function takeProxyVariables(): ReadonlyMap<string, string> {
  const names = Object.keys(PROXIES);
  const values = new Map(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  }));
  // The runtime does not look at the second one if the first is set, even to nothing.
  const noProxy = values.get("NO_PROXY");
  if (noProxy !== undefined) values.set("no_proxy", noProxy);
  for (const variable of names) {
    Deno.permissions.revokeSync({ name: "env", variable });
  }
  return values;
}

/** Access to the process environment. */
export type Environment = ReturnType<typeof createEnvironment>;

/**
 * The environment as `get` shows it, by default that of this process; relative
 * paths count from `directory`.
 */
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
  /** `path` with `~/` replaced by the home directory; absolute, if `directory` is known. */
  const expandHome = (path: string): string =>
    paths.withOneSeparator(
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
    /** The path of the credentials file: `given`, else the environment's, else the usual one. */
    credentialsPath: (given?: string): string =>
      expandHome(
        given || value("AWS_SHARED_CREDENTIALS_FILE") || "~/.aws/credentials",
      ),
  };
}

/** The command that starts this program, whose main module is `main`. */
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
