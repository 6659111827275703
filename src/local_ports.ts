// All ports to the machine that the program runs on; what only some commands need is loaded by them.
import type {
  CodeSource,
  CredentialsFile,
  DoctorPorts,
  KeySource,
  Log,
  NamedFiles,
} from "./ports.ts";
import { LocalAwsConfig } from "./machine/aws_config.ts";
import {
  credentialsPath,
  LocalCredentialsFile,
} from "./machine/credentials_file.ts";
import { createEnvironment, type Environment } from "./machine/environment.ts";
import type { Stdin } from "./machine/stdin_keys.ts";
import type { Terminal } from "./machine/terminal.ts";

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
  const { path } = files.file;
  let codes: Promise<CodeSource> | undefined;
  const terminalCodes = async () => {
    const { TerminalCodes } = await import("./machine/terminal.ts");
    return new TerminalCodes(terminal);
  };
  const issuer = async () => {
    const { createIssuer } = await import("./sts/issuer.ts");
    return createIssuer(environment, clock, log, userAgent);
  };
  return {
    ...files,
    config: new LocalAwsConfig(environment),
    codes: {
      asksAgain: terminal.descriptor !== undefined,
      code: async (profile, device, refused) =>
        await (await (codes ??= terminalCodes())).code(
          profile,
          device,
          refused,
        ),
    },
    issuer: {
      rehearse: async (target) => await (await issuer()).rehearse(target),
      issue: async (request) => await (await issuer()).issue(request),
    },
    surroundings: {
      fileFacts: async () => {
        const { fileFacts } = await import("./machine/file_facts.ts");
        return await fileFacts(path, environment);
      },
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
): { readonly file: CredentialsFile; readonly keys?: KeySource } {
  const path = (given?: string) => credentialsPath(given, environment);
  const open = (path: string, create: boolean) =>
    new LocalCredentialsFile(path, environment, log, { create });
  if (sessions === undefined) return { file: open(path(credentials), false) };
  const file = open(path(sessions), true);
  if (credentials === "-") return { file, keys: stdinKeys(stdin) };
  const keys = path(credentials);
  return isSameFile(keys, file.path)
    ? { file: open(keys, false) }
    : { file, keys: open(keys, false) };
}

/** The text is read once, when it is first asked for. */
function stdinKeys(stdin: Stdin): KeySource {
  let text: Promise<string> | undefined;
  return {
    path: undefined,
    read: () =>
      text ??= import("./machine/stdin_keys.ts").then(({ readStdin }) =>
        readStdin(stdin)
      ),
  };
}

function isSameFile(one: string, other: string): boolean {
  try {
    return Deno.realPathSync(one) === Deno.realPathSync(other);
  } catch {
    // One of them is not there, or what is wrong with it shows when it is read.
    return one === other;
  }
}
