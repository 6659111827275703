// What the tools share: the way to the ports, and what is still at work.
import type { Log, Ports } from "../ports.ts";

/** What the tools of one server are built from. */
export interface ToolWorld {
  /** The ports for a credentials file; undefined is the server's default. */
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  /** Keeps `work` in mind, so that the server does not end in the middle of it. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
}

/** `null` and the empty string stand for a parameter that is left out. */
export function given(value: string | null | undefined): string | undefined {
  return value || undefined;
}
