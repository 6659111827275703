// What a command is given to do its work with.
import type { CommandContext } from "@stricli/core";
import type { ListPorts } from "../list_profiles.ts";
import type { RefreshPorts } from "../refresh_session.ts";
import type { Clock, Log } from "../ports.ts";
import type { Output } from "./output.ts";

/** The ports of all use cases. */
export type Ports = RefreshPorts & ListPorts & { readonly clock: Clock };

/** Builds the ports for a credentials file; undefined is the usual one. */
export type Connect = (
  credentialFile: string | undefined,
  log: Log,
) => Promise<Ports>;

/** The context of every command. */
export interface Context extends CommandContext {
  readonly connect: Connect;
  readonly output: Output;
}
