// The ports to this machine; parts that only some commands need are loaded lazily.
import type { DoctorPorts, KeySource, Log, NamedFiles } from "./ports.ts";
import { LocalAwsConfig, missingFiles } from "./machine/config.ts";
import { createEnvironment, type Environment } from "./machine/environment.ts";
import { isSameFile } from "./machine/place.ts";
import { readStdin, type Stdin } from "./machine/read.ts";
import { LocalCredentialsFile } from "./machine/replace.ts";
import { type Terminal, TerminalCodes } from "./machine/terminal.ts";

/** What the ports take of the process. */
export interface ProcessParts {
  /** The value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
  readonly terminal: Terminal;
  readonly stdin: Stdin;
  readonly userAgent: string;
  /** What relative paths count from; undefined if it has gone. */
  readonly directory: string | undefined;
}

/** The ports for the files that a person named. */
export function createLocalPorts(
  named: NamedFiles,
  log: Log,
  { variable, terminal, stdin, userAgent, directory }: ProcessParts,
): DoctorPorts {
  const environment = createEnvironment(variable, Deno.build.os, directory);
  const clock = { now: () => new Date() };
  const files = openFiles(named, environment, log, stdin);
  const issuer = async () => {
    const { createIssuer } = await import("./sts/issuer.ts");
    return createIssuer(environment, clock, log, userAgent);
  };
  return {
    ...files,
    config: new LocalAwsConfig(environment),
    codes: new TerminalCodes(terminal),
    issuer: {
      rehearse: async (target) => await (await issuer()).rehearse(target),
      issue: async (request) => await (await issuer()).issue(request),
    },
    surroundings: {
      shell: {
        profile: environment.get("AWS_PROFILE"),
        defaultProfile: environment.get("AWS_DEFAULT_PROFILE"),
        hasAccessKeyId: environment.get("AWS_ACCESS_KEY_ID") !== undefined,
        credentialsFile: environment.get("AWS_SHARED_CREDENTIALS_FILE"),
        missingFiles: () =>
          missingFiles(environment).filter(({ path }) =>
            // What is wrong with that shows when it is read, or it is made.
            !isSameFile(path, files.file.path)
          ),
      },
      fileFacts: () => Promise.resolve(files.file.facts()),
      caBundle: async () => await (await issuer()).caBundle(),
      reachSts: async (target) => await (await issuer()).reachSts(target),
    },
    clock,
    log,
  };
}

/** The file for sessions, and where the keys are if that is somewhere else. */
function openFiles(
  { credentials, sessions }: NamedFiles,
  environment: Environment,
  log: Log,
  stdin: Stdin,
): { readonly file: LocalCredentialsFile; readonly keys?: KeySource } {
  const open = (path: string, create: boolean) =>
    new LocalCredentialsFile(path, { environment, log, create });
  const path = credentials === "-"
    ? undefined
    : environment.credentialsPath(credentials);
  if (sessions === undefined) return { file: open(path ?? "-", false) };
  const file = open(environment.credentialsPath(sessions), true);
  if (path === undefined) return { file, keys: stdinKeys(stdin) };
  const keys = open(path, false);
  return isSameFile(path, file.path) ? { file: keys } : { file, keys };
}

/** The text is read once, when it is first asked for. */
function stdinKeys(stdin: Stdin): KeySource {
  let text: Promise<string> | undefined;
  return { path: undefined, read: () => text ??= readStdin(stdin) };
}
