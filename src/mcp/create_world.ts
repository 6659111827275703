// What the tools share, made of what the process gives.
import { createRequestStateCodec } from "@modelcontextprotocol/server";
import { PendingCodes } from "../page/pending_codes.ts";
import { UpdstsError } from "../errors.ts";
import type { Clock, Log, Ports } from "../ports.ts";
import { refreshSession } from "../sessions/refresh_session.ts";
import type { Ending } from "./ending.ts";
import {
  type CarriedState,
  PATIENCE,
  type Patience,
  sourceOf,
  type ToolWorld,
} from "./world.ts";

/** What the process gives. */
export interface WorldSettings {
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  readonly clock: Clock;
  /** The file to work on if a call names none; undefined is the usual one. */
  readonly credentialFile: string | undefined;
  /** See {@linkcode ToolWorld.forms}. */
  readonly forms: boolean;
  /** See {@linkcode ToolWorld.getCommand}. */
  readonly getCommand: string;
  readonly patience?: Partial<Patience> | undefined;
}

/** What the command line takes for stdin, which here belongs to the protocol. */
const STDIN = "-";

function notStdin(): UpdstsError {
  return new UpdstsError(
    "USAGE",
    "Cannot use cred_file: it must be the path of a file",
  );
}

function otherFile(): UpdstsError {
  return new UpdstsError(
    "USAGE",
    "Cannot use cred_file: with -o, the server works on one file of keys",
    { hint: "leave cred_file out" },
  );
}

/** The world of the tools of one process; `ending` keeps its refreshes in mind. */
export function createWorld(
  { connect, credentialFile, log, clock, forms, getCommand, patience }:
    WorldSettings,
  ending: Ending,
): ToolWorld {
  return {
    connect: async (path) => {
      if (path === STDIN) throw notStdin();
      const usual = await connect(credentialFile);
      if (path === undefined) return usual;
      const ports = await connect(path);
      // Else sessions of several accounts would stand in one file, by names alone.
      if (
        (usual.keys ?? ports.keys) !== undefined &&
        sourceOf(ports).path !== sourceOf(usual).path
      ) throw otherFile();
      return ports;
    },
    refresh: (ports, request, cancelled) =>
      ending.track(
        (hooks) => refreshSession(ports, request, hooks),
        cancelled,
      ),
    ...{ log, forms, getCommand, credentialFile },
    pendingCodes: new PendingCodes(clock),
    states: createRequestStateCodec<CarriedState>({
      // One process serves all rounds.
      key: crypto.getRandomValues(new Uint8Array(32)),
      // What has become too old is said by the tool, in words of use.
      ttlSeconds: 365 * 86_400,
    }),
    patience: { ...PATIENCE, ...patience },
  };
}
