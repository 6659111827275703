// Shared state of the tools: files, refreshes, open pages, and shutdown.
import { UpdstsError } from "../errors.ts";
import { PendingCodes } from "../page/pending_codes.ts";
import type { Clock, KeySource, Log, Ports } from "../ports.ts";
import {
  type RefreshRequest,
  type RefreshResult,
  refreshSession,
} from "../sessions/refresh_session.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { PageAsker } from "./ask_by_page.ts";

/** The settings from the process. */
export interface BackendSettings {
  /** The ports for a credentials file, for one call; undefined is the usual file. */
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  readonly clock: Clock;
  /** The file to work on if a call names none; undefined is the usual one. */
  readonly credentialFile: string | undefined;
  /** The command for a terminal, up to `get`, quoted for the shell. */
  readonly getCommand: string;
  /** The time limit of a call, in milliseconds. */
  readonly maxCallTime?: number;
}

/** The files of one call. */
export interface CallFiles {
  readonly ports: Ports;
  /** The file with the long-term keys, as a person knows it. */
  readonly source: string | undefined;
  /** The path, if it is not the usual one. */
  readonly unusual: string | undefined;
}

/** The part of a server that knows no protocol. */
export class Backend {
  readonly log: Log;
  readonly pendingCodes: PendingCodes;
  readonly pages: PageAsker;
  readonly #settings: BackendSettings;
  #usual: Promise<Ports> | undefined;
  #isEnding = false;
  /** Refreshes for which STS has been asked: their sessions must be written. */
  readonly #asked = new Set<Promise<unknown>>();

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
    // The command line means stdin by it, which here belongs to the protocol.
    if (credFile === "-") {
      throw new UpdstsError(
        "USAGE",
        "Cannot use cred_file: it must be the path of a file",
      );
    }
    const ports = await connect(credFile ?? credentialFile);
    const source = sourceOf(ports);
    if (credFile === undefined) return { ports, source, unusual: undefined };
    // Only to see which files it has: each call reads by ports of its own.
    const usual = await (this.#usual ??= connect(credentialFile));
    if (source === sourceOf(usual)) {
      return { ports, source, unusual: undefined };
    }
    // Otherwise one file would mix sessions of several accounts.
    if ((usual.keys ?? ports.keys) !== undefined) {
      throw new UpdstsError(
        "USAGE",
        "Cannot use cred_file: with -o, the server works on one file of keys",
        { hint: "leave cred_file out" },
      );
    }
    return { ports, source, unusual: source };
  }

  /** The equivalent command for a terminal. */
  commandFor(
    { profile, sessionProfile, durationSeconds }: RefreshRequest,
    { ports, source, unusual }: CallFiles,
  ): string {
    const { credentialFile, getCommand } = this.#settings;
    const isNamed = unusual !== undefined || credentialFile !== undefined;
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

  /** Refreshes a session, unless it is cancelled before STS has been asked. */
  async refresh(
    ports: Ports,
    request: RefreshRequest,
    cancelled?: AbortSignal,
  ): Promise<RefreshResult> {
    const { promise, resolve } = Promise.withResolvers<void>();
    try {
      return await refreshSession(ports, request, {
        sending: () => {
          const why = this.#isEnding
            ? "the server is ending"
            : "the call was cancelled";
          if (this.#isEnding || cancelled?.aborted) {
            throw new UpdstsError(
              "CANCELLED",
              `Cannot get a session: ${why}`,
              { hint: "nothing was sent to AWS, and nothing was changed" },
            );
          }
          this.#asked.add(promise);
        },
        answered: (error) => {
          // There is no session to write; another code may be asked for.
          if (error !== undefined) this.#asked.delete(promise);
        },
      });
    } finally {
      this.#asked.delete(promise);
      resolve();
    }
  }

  /** Begins nothing new, closes all pages, and waits until no session can be lost. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.pendingCodes.close();
    while (this.#asked.size > 0) await Promise.race(this.#asked);
  }
}

/** The file with the long-term keys. */
function sourceOf({ file, keys }: Ports): string | undefined {
  const source: KeySource = keys ?? file;
  return source.path;
}
