// The ports to this machine; parts that only some commands need are loaded lazily.
import type { DoctorPorts, KeySource, Log, NamedFiles } from "./ports.ts";
import { LocalAwsConfig, missingFiles } from "./machine/config.ts";
import { createEnvironment, type Environment } from "./machine/environment.ts";
import { isSameFile } from "./machine/place.ts";
import { readStdin, type Stdin } from "./machine/read.ts";
import { LocalCredentialsFile } from "./machine/replace.ts";
import {
  codeFromStream,
  type Terminal,
  TerminalCodes,
} from "./machine/terminal.ts";

/** The ports for the files that the user named. */
export function createLocalPorts(
  named: NamedFiles,
  log: Log,
  { variable, terminal, stdin, userAgent, directory }: {
    /** The value of an environment variable. */
    readonly variable: (name: string) => string | undefined;
    readonly terminal: Terminal;
    readonly stdin: Stdin;
    readonly userAgent: string;
    /** The base of relative paths; undefined if it was deleted. */
    readonly directory: string | undefined;
  },
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
    codes: named.codeFromStdin
      ? { code: () => codeFromStream(stdin.readable, log.note.bind(log)) }
      : new TerminalCodes(terminal),
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
            // A missing file for sessions is created; others fail when read.
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

/** The file for sessions, and the source of the keys if they are elsewhere. */
function openFiles(
  { credentials, sessions }: NamedFiles,
  environment: Environment,
  log: Log,
  stdin: Stdin,
): { readonly file: LocalCredentialsFile; readonly keys?: KeySource } {
  const open = (path: string | undefined, create: boolean) =>
    new LocalCredentialsFile(environment.credentialsPath(path), {
      environment,
      log,
      create,
    });
  if (sessions === undefined) return { file: open(credentials, false) };
  const file = open(sessions, true);
  if (credentials !== "-") {
    const keys = open(credentials, false);
    return isSameFile(keys.path, file.path) ? { file: keys } : { file, keys };
  }
  let text: Promise<string> | undefined;
  const read = () => text ??= readStdin(stdin);
  return { file, keys: { path: undefined, read } };
}
