// All ports to the machine that the program runs on; what only some commands need is loaded by them.
import type { DoctorPorts, Log, Surroundings } from "../ports.ts";
import { LocalAwsConfig } from "./aws_config.ts";
import { credentialsPath, LocalCredentialsFile } from "./credentials_file.ts";
import { createEnvironment } from "./environment.ts";
import type { Terminal } from "./terminal.ts";

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
    const { AwsSessionIssuer } = await import("./sts.ts");
    return new AwsSessionIssuer(environment, clock, log, { userAgent });
  };
  return {
    file: new LocalCredentialsFile(path, environment, log),
    config: new LocalAwsConfig(environment),
    codes: {
      code: async (profile, device) => {
        const { TerminalCodes } = await import("./terminal.ts");
        return await new TerminalCodes(terminal).code(profile, device);
      },
    },
    issuer: {
      rehearse: async (target) => await (await issuer()).rehearse(target),
      issue: async (request) => await (await issuer()).issue(request),
    },
    surroundings: lazily(async () => {
      const { LocalSurroundings } = await import("./surroundings.ts");
      return new LocalSurroundings(path, environment);
    }),
    clock,
    log,
  };
}

/** What `load` gives, loaded when it is first asked. */
function lazily(load: () => Promise<Surroundings>): Surroundings {
  return {
    fileFacts: async () => await (await load()).fileFacts(),
    caBundle: async () => await (await load()).caBundle(),
    reachSts: async (target) => await (await load()).reachSts(target),
  };
}
