// What the tools of one process share.
import type { RequestStateCodec } from "@modelcontextprotocol/server";
import type { KeySource, Log, Ports } from "../ports.ts";
import type { PendingCodes } from "../page/pending_codes.ts";
import type { RefreshRequest } from "../sessions/refresh_session.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";

/** How long things may take, in milliseconds. */
export interface Patience {
  /** How long one call may block: official clients give up after 60 s. */
  readonly call: number;
  /** How long a form may wait for a person. */
  readonly form: number;
}

/** The usual {@linkcode Patience}. */
export const PATIENCE: Patience = { call: 50_000, form: 600_000 };

/** What is known of an open question when the same call comes back, sealed for the client to carry. */
export interface CarriedState {
  /** Of a form; for a page, the ticket for its outcome. */
  readonly id: string;
  /** The call that it is for. */
  readonly call: string;
  /** How often the client has come back for the outcome. */
  readonly leg: number;
  /** When it was asked, in milliseconds of the monotonic clock. */
  readonly askedAt: number;
}

/** What the tools of one server are built from. */
export interface ToolWorld {
  /** The ports for a credentials file; undefined is the server's default. */
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  /** Refreshes a session, unless it is cancelled before STS has been asked; after that, the server does not end. */
  readonly refresh: (
    ports: Ports,
    request: RefreshRequest,
    cancelled?: AbortSignal,
  ) => Promise<RefreshResult>;
  readonly pendingCodes: PendingCodes;
  readonly states: RequestStateCodec<CarriedState>;
  /** Whether codes may be asked for by forms of the client. */
  readonly forms: boolean;
  /** What a person types in a terminal before the options of `get`, quoted for the shell. */
  readonly getCommand: string;
  /** The file that the server was told to work on, if it was told. */
  readonly credentialFile: string | undefined;
  readonly patience: Patience;
}

/** What models write for a parameter that they mean to leave out. */
const LEFT_OUT: readonly unknown[] = [
  ...["", "null", "None", "undefined"],
  ...[null, undefined],
];

/** The value of a parameter that may be left out, unless it is. */
export function given<T>(value: T | null | undefined): T | undefined {
  return LEFT_OUT.includes(value) ? undefined : value ?? undefined;
}

/** Where the long-term keys are. */
export function sourceOf({ file, keys }: Ports): KeySource {
  return keys ?? file;
}
