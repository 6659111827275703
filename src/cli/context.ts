// The context of a command, and functions that several commands share.
import { EXIT_CODES } from "../error_codes.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource, DoctorPorts, Log, NamedFiles } from "../ports.ts";
import type { OptionValues } from "./grammar.ts";
import type { Output } from "./output.ts";

/** Builds the ports for the files that a person named. */
export type Connect = (
  files: NamedFiles,
  log: Log,
) => Promise<DoctorPorts>;

/** A tool, as it is shown to a person. */
export interface ToolDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly description: string;
  }[];
}

/** The MCP server. */
export interface McpDoor {
  /** The tools, as the server itself announces them. */
  describe(): Promise<readonly ToolDescription[]>;
  /** Serves on stdin and stdout until the client goes away. */
  serve(files: NamedFiles, log: Log): Promise<void>;
}

/** The context of every command. */
export interface Context {
  readonly connect: Connect;
  readonly mcp: McpDoor;
  /** The code as another program writes it to our stdin. */
  readonly stdinCodes: CodeSource;
  /**
   * Calls `first` when the process is asked to end, in place of ending it;
   * asked again, it ends. Without `first` it ends at once, and yet leaves
   * nothing beside the file.
   */
  readonly handleSignals: (first?: () => void) => Disposable;
  readonly output: Output;
}

/** Does what a command is for; returns the exit code if that is not 0. */
export type Action = (
  context: Context,
  options: OptionValues,
) => Promise<number | void>;

/** The exit code of an interrupt. */
export const INTERRUPTED = 130;

/** The exit code for `error`; 1 for a defect. */
export function exitCodeOf(error: unknown): number {
  const [exit = 1] =
    Object.entries(EXIT_CODES).find(([, { errors }]) =>
      error instanceof UpdstsError && error.code in errors
    ) ?? [];
  return Number(exit);
}

/**
 * The files to work on.
 *
 * @throws {UpdstsError} `USAGE` if stdin is to be written, or read for two things
 */
export function filesOf(options: OptionValues): NamedFiles {
  const credentials = options.get("credentialFile");
  const sessions = options.get("sessionFile");
  const refusal = sessions === "-"
    ? ["write sessions to stdout: they would be shown", "use -o FILE for them"]
    : credentials !== "-"
    ? undefined
    : sessions === undefined
    ? [
      "work on stdin: it cannot be written",
      "with updsts get, name a file for the session: -c - -o FILE; a file of that name is ./-",
    ]
    : options.get("totpToken") === "-"
    ? [
      "read both the credentials and the code from stdin",
      "pass the code with -t, or type it at the terminal",
    ]
    : options.has("mcpServer")
    ? [
      "read the credentials from stdin: it carries the protocol",
      "name their file: -c FILE",
    ]
    : undefined;
  if (refusal === undefined) return { credentials, sessions };
  const [state, hint = ""] = refusal;
  throw new UpdstsError("USAGE", `Cannot ${state}`, { hint });
}

/** Shows `message` on a terminal if this is not disposed of within a second. */
export function sayWhenWaiting(output: Output, message: string): Disposable {
  // The first setTimeout() takes longer than most of what we do.
  const late = AbortSignal.timeout(1_000);
  const say = () => output.note(message);
  if (output.screen.attended) late.addEventListener("abort", say);
  return {
    [Symbol.dispose]: () => late.removeEventListener("abort", say),
  };
}
