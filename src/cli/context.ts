// What a command is given to do its work with.
import type { CodeSource, DoctorPorts, Log, NamedFiles } from "../ports.ts";
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

/** The other door: the MCP server. */
export interface McpDoor {
  /** The tools, as the server itself announces them, for a person to read. */
  describe(): Promise<ToolDescription[]>;
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
  readonly heedSignals: (first?: () => void) => Disposable;
  readonly output: Output;
}
