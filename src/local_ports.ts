// All ports to the machine that the program runs on; what only some commands need is loaded by them.
import type { DoctorPorts, Log } from "./ports.ts";
import { LocalAwsConfig } from "./adapters/aws_config.ts";
import {
  credentialsPath,
  LocalCredentialsFile,
} from "./adapters/credentials_file.ts";
import { createEnvironment } from "./adapters/environment.ts";
import type { Terminal } from "./adapters/terminal.ts";

/** What the ports take of the process. */
export interface ProcessParts {
  /** The value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
  readonly terminal: Terminal;
  readonly userAgent: string;
}

/** The ports for a credentials file; undefined is the usual one. */
export function createLocalPorts(
  credentialFile: string | undefined,
  log: Log,
  { variable, terminal, userAgent }: ProcessParts,
): DoctorPorts {
  const environment = createEnvironment(variable);
  const clock = { now: () => new Date() };
  const path = credentialsPath(credentialFile, environment);
  const issuer = async () => {
    const { AwsSessionIssuer } = await import("./sts/session_issuer.ts");
    return new AwsSessionIssuer(environment, clock, log, { userAgent });
  };
  return {
    file: new LocalCredentialsFile(path, environment, log),
    config: new LocalAwsConfig(environment),
    codes: {
      code: async (profile, device) => {
        const { TerminalCodes } = await import("./adapters/terminal.ts");
        return await new TerminalCodes(terminal).code(profile, device);
      },
    },
    issuer: {
      rehearse: async (target) => await (await issuer()).rehearse(target),
      issue: async (request) => await (await issuer()).issue(request),
    },
    surroundings: {
      fileFacts: async () => {
        const { fileFacts } = await import("./adapters/file_facts.ts");
        return await fileFacts(path, environment);
      },
      caBundle: async () => {
        const { tryCaBundle } = await import("./sts/reachability.ts");
        return tryCaBundle(environment);
      },
      reachSts: async (target) => {
        const { reachSts } = await import("./sts/reachability.ts");
        return await reachSts(target, environment);
      },
    },
    clock,
    log,
  };
}
