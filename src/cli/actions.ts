// What the commands do: each in the file of its name, loaded when it runs.
import type { CommandName } from "./commands.ts";
import type { Context } from "./context.ts";
import type { Given } from "./options.ts";
import { learnWidths } from "./wrapping.ts";

/** Does what a command is for; the exit code if that is not 0. */
export type Action = (context: Context, given: Given) => Promise<number | void>;

const ACTIONS: Readonly<
  Record<CommandName, () => Promise<{ readonly default: Action }>>
> = {
  get: () => import("./get.ts"),
  list: () => import("./list.ts"),
  remove: () => import("./remove.ts"),
  prune: () => import("./prune.ts"),
  doctor: () => import("./doctor.ts"),
  completion: () => import("./completion.ts"),
  mcp: () => import("./mcp.ts"),
};

/** Runs a command; the exit code. */
export async function runCommand(
  command: CommandName,
  context: Context,
  given: Given,
): Promise<number> {
  const { default: action } = await ACTIONS[command]();
  const { output } = context;
  // Notes are written at once, and may name what is wide.
  if (output.screen.noteColumns !== undefined) await learnWidths(["\u3042"]);
  return await action(context, given) ?? 0;
}
