// State that all tool calls share: files, refreshes, open pages, and shutdown.
import { UpdstsError } from "../errors.ts";
import { PendingCodes } from "../page/pending_codes.ts";
import { cancelled } from "../page/question.ts";
import type { Clock, Log, Ports } from "../ports.ts";
import {
  type RefreshRequest,
  type RefreshResult,
  refreshSession,
} from "../sessions/refresh_session.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { PageAsker } from "./ask_by_page.ts";

/** Settings from the command line, and access to the system. */
export interface BackendSettings {
  /** Creates the ports for one call; undefined is the default file. */
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  readonly clock: Clock;
  /** The file for calls without `cred_file`; undefined is the default file. */
  readonly credentialFile: string | undefined;
  /** The command `updsts get`, quoted for the shell. */
  readonly getCommand: string;
  /** How long a call may block, in milliseconds (default: `MAX_CALL_TIME`). */
  readonly maxCallTime?: number;
}

export interface CallFiles {
  readonly ports: Ports;
  /** Path of the file with the long-term keys. */
  readonly source: string | undefined;
  /** The same if it is not the default file. */
  readonly nonDefault: string | undefined;
}

/** Does what the tools need, independent of the protocol. */
export class Backend {
  readonly log: Log;
  readonly pendingCodes: PendingCodes;
  readonly pages: PageAsker;
  readonly #settings: BackendSettings;
  #defaultPorts: Promise<Ports> | undefined;
  #isEnding = false;
  /** Refreshes that have sent a request to STS: their sessions must be written. */
  readonly #sent = new Set<Promise<unknown>>();

  constructor(settings: BackendSettings) {
    this.#settings = settings;
    this.log = settings.log;
    this.pendingCodes = new PendingCodes(settings.clock);
    this.pages = new PageAsker(this.pendingCodes, settings.maxCallTime);
  }

  /**
   * The files that a call works on.
   *
   * @throws {UpdstsError} `USAGE`
   */
  async open(credFile: string | undefined): Promise<CallFiles> {
    const { connect, credentialFile } = this.#settings;
    // The command line reads stdin for "-", which the protocol uses here.
    if (credFile === "-") {
      throw new UpdstsError(
        "USAGE",
        "Cannot use cred_file: it must be the path of a file",
      );
    }
    const ports = await connect(credFile ?? credentialFile);
    const source = pathOfKeys(ports);
    // Used for its paths only: each call reads with its own ports.
    const defaultPorts = credFile === undefined
      ? ports
      : await (this.#defaultPorts ??= connect(credentialFile));
    if (source === pathOfKeys(defaultPorts)) {
      return { ports, source, nonDefault: undefined };
    }
    // Sessions of several accounts must not get into one file.
    if ((defaultPorts.keys ?? ports.keys) !== undefined) {
      throw new UpdstsError(
        "USAGE",
        "Cannot use cred_file: with -o, the server works on one file of keys",
        { hint: "leave cred_file out" },
      );
    }
    return { ports, source, nonDefault: source };
  }

  /** The command with which a person does the same in a terminal. */
  commandFor(
    { profile, sessionProfile, durationSeconds }: RefreshRequest,
    { ports, source, nonDefault }: CallFiles,
  ): string {
    const { credentialFile, getCommand } = this.#settings;
    const isNamed = nonDefault !== undefined || credentialFile !== undefined;
    const options = [
      ["-n", profile],
      ["-sn", sessionProfile],
      ["-d", durationSeconds?.toString()],
      ["-c", isNamed ? source : undefined],
      ["-o", ports.keys === undefined ? undefined : ports.file.path],
    ].flatMap(([flag = "", value]) =>
      value === undefined ? [] : [flag, shellQuoted(value)]
    );
    return [getCommand, ...options].join(" ");
  }

  /** Refreshes a session. @throws {UpdstsError} `CANCELLED` before the request is sent to STS */
  async refresh(
    ports: Ports,
    request: RefreshRequest,
    signal?: AbortSignal,
  ): Promise<RefreshResult> {
    const { promise, resolve } = Promise.withResolvers<void>();
    try {
      return await refreshSession(ports, request, {
        sending: () => {
          if (this.#isEnding) throw cancelled("the server is ending");
          if (signal?.aborted) throw cancelled("the call was cancelled");
          this.#sent.add(promise);
        },
        answered: (error) => {
          // No session has to be written; another code may follow.
          if (error !== undefined) this.#sent.delete(promise);
        },
      });
    } finally {
      this.#sent.delete(promise);
      resolve();
    }
  }

  /** Refuses new requests to STS, closes all pages, and waits until all sessions are written. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.pendingCodes.close();
    while (this.#sent.size > 0) await Promise.race(this.#sent);
  }
}

function pathOfKeys({ file, keys }: Ports): string | undefined {
  return (keys ?? file).path;
}
