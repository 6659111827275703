// The context of a command, and functions that several commands share.
import { EXIT_CODES } from "../error_codes.ts";
import { UpdstsError } from "../errors.ts";
import type { DoctorPorts, Log, NamedFiles } from "../ports.ts";
import type { OptionValues } from "./grammar.ts";
import type { Output } from "./output.ts";

/** Builds the ports for the files that the user named. */
export type Connect = (named: NamedFiles, log: Log) => Promise<DoctorPorts>;

/** A tool or a parameter, as the MCP server announces it. */
interface Described {
  readonly name: string;
  readonly description: string;
}

export interface McpDoor {
  describe(): Promise<
    readonly (Described & {
      readonly title: string;
      readonly parameters: readonly (Described & { required: boolean })[];
    })[]
  >;
  /** Serves on stdin and stdout until the client disconnects. */
  serve(files: NamedFiles, log: Log): Promise<void>;
}

/** The context of every command. */
export interface Context {
  readonly connect: Connect;
  readonly mcp: McpDoor;
  /**
   * Calls `first` at the first signal, and exits at the second. Without
   * `first`, exits at the first. An exit removes temporary files.
   */
  readonly handleSignals: (first?: () => void) => Disposable;
  readonly output: Output;
}

/** Runs a command; returns the exit code if it is not 0. */
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
 * The files to work on, and whether the code comes from stdin.
 *
 * @throws {UpdstsError} `USAGE` for stdin as an output, or as two inputs
 */
export function filesOf(options: OptionValues): NamedFiles {
  const credentials = options.get("credentialFile");
  const sessions = options.get("sessionFile");
  const codeFromStdin = options.get("totpToken") === "-";
  const stdin = credentials === "-";
  const refusals = [
    [
      sessions === "-",
      "write sessions to stdout: they would be shown",
      "use -o FILE for them",
    ],
    [
      stdin && sessions === undefined,
      "work on stdin: it cannot be written",
      "with updsts get, name a file for the session: -c - -o FILE; a file of that name is ./-",
    ],
    [
      stdin && codeFromStdin,
      "read both the credentials and the code from stdin",
      "pass the code with -t, or type it at the terminal",
    ],
    [
      stdin && options.has("mcpServer"),
      "read the credentials from stdin: it carries the protocol",
      "name their file: -c FILE",
    ],
  ] as const;
  for (const [applies, state, hint] of refusals) {
    if (applies) throw new UpdstsError("USAGE", `Cannot ${state}`, { hint });
  }
  return { credentials, sessions, codeFromStdin };
}

/** Shows `message` on a terminal unless this is disposed of within a second. */
export function sayWhenWaiting(output: Output, message: string): Disposable {
  // The first setTimeout() is slower than most commands.
  const late = AbortSignal.timeout(1_000);
  const say = () => output.note(message);
  if (output.screen.noteColumns !== undefined) {
    late.addEventListener("abort", say);
  }
  return {
    [Symbol.dispose]: () => late.removeEventListener("abort", say),
  };
}
